"""Claude Agent SDK: for `ClaudeAgentOptions(mcp_servers={"segment": provider.create_mcp_server(tools)})`.

Tools      SdkMcpTool, with MCP's annotations; a name too long behind `mcp__segment__` goes without its `SEGMENT_`
Calls      await tool.handler(arguments); the SDK does, after checking them against the schema
Results    {"content": [the envelope as JSON text], "is_error"}

What breaks the schema the SDK refuses itself (`isError`, in its own words). Its permissions (`allowed_tools`,
`can_use_tool`) come before ours: `approve=...` of the toolkit decides about destructive tools.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .._version import __version__
from .base import AgenticProvider, as_text
from .runner import Runner, sdk
from .shapes import parameters

if TYPE_CHECKING:
    from ..definitions.definition import ToolDefinition

SERVER = "segment"
#: Claude's limit for a tool's name, which it sees as mcp__SERVER__NAME.
_LONGEST_NAME = 64 - len(f"mcp__{SERVER}__")


class ClaudeAgentProvider(AgenticProvider):
    """`tools.get(...)` returns the SDK's `SdkMcpTool`s."""

    name = "claude_agent"

    def wrap_tool(self, tool: ToolDefinition, runner: Runner) -> Any:
        framework = sdk("claude_agent_sdk", extra="claude-agent")

        async def handler(arguments: Any) -> dict[str, Any]:
            envelope = await runner.arun(tool.slug, arguments)
            text = {"type": "text", "text": as_text(envelope)}
            return {"content": [text], "is_error": runner.failed(envelope)}

        annotations = framework.ToolAnnotations(title=tool.name, **tool.hints)
        schema = parameters(tool)
        return framework.tool(_short(tool.slug), tool.description, schema, annotations)(handler)

    def create_mcp_server(self, tools: Sequence[Any]) -> Any:
        """The tools as a server in this process, to be called "segment" in `mcp_servers`."""
        return sdk("claude_agent_sdk", extra="claude-agent").create_sdk_mcp_server(SERVER, __version__, list(tools))

    @staticmethod
    def allowed_tools(tools: Sequence[Any]) -> list[str]:
        """The names by which Claude knows the tools, for `ClaudeAgentOptions(allowed_tools=...)`."""
        return [f"mcp__{SERVER}__{tool.name}" for tool in tools]


def _short(slug: str) -> str:
    return slug if len(slug) <= _LONGEST_NAME else slug.removeprefix("SEGMENT_")
