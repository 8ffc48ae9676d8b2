"""The OpenAI Agents SDK's `Runner`."""

from __future__ import annotations

from typing import Any

from tests.providers.conversation import AgenticAdapter


class OpenAIAgentsAdapter(AgenticAdapter):
    name = "openai_agents"
    needs = ("agents",)

    def provider(self) -> Any:
        from segment_toolkit.providers import OpenAIAgentsProvider

        return OpenAIAgentsProvider(needs_approval=False)  # approvals: test_approval_in_frameworks


ADAPTER = OpenAIAgentsAdapter()
