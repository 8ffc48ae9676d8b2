"""LlamaIndex: for `FunctionAgent(tools=...)`, `AgentWorkflow` and `llm.predict_and_call`.

Tools      AsyncBaseTool, its metadata with our schema as it is
Calls      tool.call(**arguments), await tool.acall(**arguments); the framework does
Results    ToolOutput: content the envelope as JSON text, raw_output the envelope, is_error if the call failed

LlamaIndex has no approval on a tool, so `approve=...` of the toolkit decides about destructive ones.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from .base import AgenticProvider, as_text
from .runner import Runner, sdk
from .shapes import parameters

if TYPE_CHECKING:
    from ..definitions.definition import ToolDefinition
    from ..envelope import Envelope


class LlamaIndexProvider(AgenticProvider):
    """`tools.get(...)` returns tools for LlamaIndex's agents."""

    name = "llamaindex"

    def wrap_tool(self, tool: ToolDefinition, runner: Runner) -> Any:
        return _tool_class()(tool, runner)


@cache
def _tool_class() -> Any:
    framework = sdk("llama_index.core.tools.types", extra="llamaindex")

    class Metadata(framework.ToolMetadata):  # type: ignore[misc, name-defined]
        """Metadata whose parameters are a JSON Schema: LlamaIndex's own come from a pydantic model."""

        def __init__(self, tool: ToolDefinition) -> None:
            super().__init__(name=tool.slug, description=tool.description)
            self._schema = parameters(tool)

        def get_parameters_dict(self) -> dict[str, Any]:
            return self._schema

    class SegmentTool(framework.AsyncBaseTool):  # type: ignore[misc, name-defined]
        """One of the toolkit's tools."""

        def __init__(self, tool: ToolDefinition, runner: Runner) -> None:
            self._metadata = Metadata(tool)
            self._slug = tool.slug
            self._runner = runner

        @property
        def metadata(self) -> Any:
            return self._metadata

        def call(self, /, **arguments: Any) -> Any:
            return self._output(arguments, self._runner.run(self._slug, arguments))

        async def acall(self, /, **arguments: Any) -> Any:
            return self._output(arguments, await self._runner.arun(self._slug, arguments))

        def _output(self, arguments: dict[str, Any], envelope: Envelope) -> Any:
            return framework.ToolOutput(
                tool_name=self._slug,
                content=as_text(envelope),
                raw_input={"kwargs": arguments},
                raw_output=dict(envelope),
                is_error=self._runner.failed(envelope),
            )

    return SegmentTool
