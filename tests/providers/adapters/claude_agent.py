"""Claude Agent SDK's client, without Claude: a transport that plays its command line."""

from __future__ import annotations

from tests.providers.conversation import AgenticAdapter


class ClaudeAgentAdapter(AgenticAdapter):
    name = "claude_agent"
    needs = ("claude_agent_sdk",)
    passes_bad_arguments = False

    def tool_name(self, slug: str) -> str:
        long = "SEGMENT_LIST_DELIVERY_METRICS_SUMMARY_FROM_DESTINATION"  # 68 characters behind mcp__segment__
        return slug.removeprefix("SEGMENT_") if slug == long else slug


ADAPTER = ClaudeAgentAdapter()
