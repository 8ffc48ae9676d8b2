"""AutoGen: for `AssistantAgent(tools=...)` and workbenches.

Tools      BaseTool, its `schema` ours and not strict
Calls      await tool.run_json(arguments, cancellation_token); the framework does
Results    the envelope as JSON text; a failed one is raised with that text, which the framework returns as is_error

AutoGen has no approval on a tool, so `approve=...` of the toolkit decides about destructive ones.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from .base import AgenticProvider, as_text
from .runner import Runner, sdk
from .shapes import parameters

if TYPE_CHECKING:
    from ..definitions.definition import ToolDefinition


class ToolFailed(Exception):
    """A failed call. Its text is the envelope as JSON: AutoGen knows a failure by an exception, and shows its text."""


class AutoGenProvider(AgenticProvider):
    """`tools.get(...)` returns tools for AutoGen's agents."""

    name = "autogen"

    def wrap_tool(self, tool: ToolDefinition, runner: Runner) -> Any:
        return _tool_class()(tool, runner)


@cache
def _tool_class() -> Any:
    from pydantic import BaseModel, ConfigDict

    base = sdk("autogen_core.tools", extra="autogen").BaseTool

    class AnyArguments(BaseModel):
        """AutoGen wants a model; ours takes any object, and the toolkit judges it."""

        model_config = ConfigDict(extra="allow")

    class SegmentTool(base):  # type: ignore[misc, valid-type]
        """One of the toolkit's tools."""

        def __init__(self, tool: ToolDefinition, runner: Runner) -> None:
            super().__init__(args_type=AnyArguments, return_type=dict, name=tool.slug, description=tool.description)
            self._parameters = parameters(tool)
            self._runner = runner

        @property
        def schema(self) -> dict[str, Any]:
            return {
                "name": self._name,
                "description": self._description,
                "parameters": self._parameters,
                "strict": False,
            }

        async def run(self, args: AnyArguments, cancellation_token: Any) -> dict[str, Any]:
            del cancellation_token  # cancelling cancels the task that awaits this
            envelope = await self._runner.arun(self._name, args.model_extra)
            if self._runner.failed(envelope):
                raise ToolFailed(as_text(envelope))
            return envelope

        def return_value_as_string(self, value: Any) -> str:
            return as_text(value)

    return SegmentTool
