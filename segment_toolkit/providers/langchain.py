"""LangChain, and LangGraph on the same tools: for `bind_tools`, `ToolNode` and `create_agent`.

Tools      StructuredTool, sync and async; metadata: {"toolkit", "effect", "needs_approval", and MCP's hints}
Calls      tool.invoke(tool_call), await tool.ainvoke(tool_call); the framework does
Results    ToolMessage: content the envelope as JSON text; artifact the envelope, or with status "error" (the call
           failed) none, as LangChain has it

LangChain has no approval of its own on a tool, so `approve=...` of the toolkit decides, or
`HumanInTheLoopMiddleware(interrupt_on=...)` before it does: `needs_approval` of the metadata says about which tools.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .base import AgenticProvider, as_text
from .runner import Runner, sdk
from .shapes import metadata, parameters

if TYPE_CHECKING:
    from ..definitions.definition import ToolDefinition
    from ..envelope import Envelope


class LangChainProvider(AgenticProvider):
    """`tools.get(...)` returns LangChain's `StructuredTool`s."""

    name = "langchain"

    def wrap_tool(self, tool: ToolDefinition, runner: Runner) -> Any:
        framework = sdk("langchain_core.tools", extra="langchain")

        def answer(envelope: Envelope) -> tuple[str, dict[str, Any]]:
            text = as_text(envelope)
            if runner.failed(envelope):
                raise framework.ToolException(text)
            return text, dict(envelope)  # a plain dict, as LangGraph's checkpoints know no other

        def run(**arguments: Any) -> tuple[str, dict[str, Any]]:
            return answer(runner.run(tool.slug, arguments))

        async def arun(**arguments: Any) -> tuple[str, dict[str, Any]]:
            return answer(await runner.arun(tool.slug, arguments))

        return framework.StructuredTool(
            name=tool.slug,
            description=tool.description,
            args_schema=parameters(tool),
            func=run,
            coroutine=arun,
            response_format="content_and_artifact",
            handle_tool_error=True,  # ToolException becomes a ToolMessage with status "error"
            metadata=metadata(tool),
        )
