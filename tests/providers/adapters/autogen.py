"""AutoGen's `AssistantAgent`."""

from __future__ import annotations

from tests.providers.conversation import AgenticAdapter


class AutoGenAdapter(AgenticAdapter):
    name = "autogen"
    needs = ("autogen_agentchat", "autogen_ext")


ADAPTER = AutoGenAdapter()
