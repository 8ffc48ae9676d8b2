"""DSPy. `dspy.ReAct(signature, tools=toolkit.tools.get(user_id=...))`.

Tools      dspy.Tool, and what it lacks: which arguments are required, in the prompt and in function calling
Calls      keyword arguments; checked by the toolkit, whose errors quote no value, instead of by DSPy
Results    the envelope as JSON text, which becomes the observation

DSPy has no flag for a failed result and no confirmation: the envelope says the one, `approve=` decides the other.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from ..definitions.allowed import allowed
from .base import AgenticProvider, as_text
from .runner import sdk

if TYPE_CHECKING:
    from ..definitions.definition import ToolDefinition
    from .runner import Runner


class DSPyProvider(AgenticProvider):
    """Tools for DSPy's modules, called (`tool(...)`) and awaited (`await tool.acall(...)`)."""

    name = "dspy"

    def wrap_tool(self, tool: ToolDefinition, runner: Runner) -> Any:
        def run(**arguments: Any) -> str:
            return as_text(runner.run(tool.slug, arguments))

        async def arun(**arguments: Any) -> str:
            return as_text(await runner.arun(tool.slug, arguments))

        schema = allowed(tool.input_parameters)
        made = _tool_class()(
            run, name=tool.slug, desc=tool.description, args=schema["properties"],
            arg_types=dict.fromkeys(schema["properties"], Any),
        )  # fmt: skip
        made._arun, made._required = arun, list(schema.get("required", ()))
        return made


@cache
def _tool_class() -> Any:
    base: Any = sdk("dspy", extra="dspy").Tool
    with_callbacks: Any = sdk("dspy.utils.callback", extra="dspy").with_callbacks

    class SegmentTool(base):  # type: ignore[misc]
        _arun: Any = None
        _required: Any = None

        def _validate_and_parse_args(self, **arguments: Any) -> dict[str, Any]:
            return arguments

        @with_callbacks  # type: ignore[untyped-decorator]
        async def acall(self, **arguments: Any) -> str:
            return await self._arun(**arguments)  # type: ignore[no-any-return]

        def format_as_litellm_function_call(self) -> dict[str, Any]:
            form: dict[str, Any] = super().format_as_litellm_function_call()
            form["function"]["parameters"]["required"] = self._required
            return form

        def __str__(self) -> str:
            return f"{super().__str__()} Required: {', '.join(self._required) or 'none'}."

    return SegmentTool
