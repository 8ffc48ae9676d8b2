"""smolagents. `ToolCallingAgent(tools=toolkit.tools.get(user_id=...), model=...)`, or `CodeAgent`.

Tools      smolagents.Tool; `inputs` are our properties, the optional ones marked `nullable`
Calls      keyword arguments; a CodeAgent's may be positional; checked by the toolkit, not by smolagents (see `Inputs`)
Results    the envelope: a dict to an agent's code, JSON text where it is shown

smolagents has no flag for a failed result: the envelope says it. It is sync only, and has no confirmation: the
toolkit's `approve=` decides.
"""

from __future__ import annotations

import copy
from functools import cache
from typing import TYPE_CHECKING, Any

from ..definitions.allowed import allowed
from .base import AgenticProvider, as_text
from .runner import sdk

if TYPE_CHECKING:
    from ..definitions.definition import ToolDefinition
    from ..envelope import Envelope
    from .runner import Runner

#: Shown in a CodeAgent's prompt for each tool, so it is short.
_OUTPUT = {
    "type": "object",
    "properties": {
        "data": {"type": "object"},
        "error": {"type": ["string", "null"]},
        "successful": {"type": "boolean"},
    },
}


class SmolagentsProvider(AgenticProvider):
    """Tools for smolagents' agents, both kinds."""

    name = "smolagents"

    def wrap_tool(self, tool: ToolDefinition, runner: Runner) -> Any:
        return _tool_class()(tool, runner)


@cache
def _tool_class() -> Any:
    base: Any = sdk("smolagents", extra="smolagents").Tool

    class SegmentTool(base):  # type: ignore[misc]
        output_type = "object"
        output_schema = _OUTPUT
        skip_forward_signature_validation = True

        def __init__(self, tool: ToolDefinition, runner: Runner) -> None:
            self.name, self.description = tool.slug, tool.description
            self.inputs = Inputs(allowed(tool.input_parameters))
            self._run: Any = lambda arguments: Shown(runner.run(tool.slug, arguments))
            super().__init__()

        def forward(self, *values: Any, **arguments: Any) -> Any:
            if len(values) == 1 and not arguments and str(values[0]).startswith("{"):
                return self._run(values[0])  # JSON that smolagents could not read
            return self._run({**dict(zip(self.inputs, values, strict=False)), **arguments})

    return SegmentTool


class Shown(dict[str, Any]):
    """An envelope that prints as the JSON text which models read."""

    def __init__(self, envelope: Envelope) -> None:
        super().__init__(envelope)
        self._text = as_text(envelope)

    def __str__(self) -> str:
        return self._text


class Inputs(dict[str, Any]):
    """Our properties to whoever shows them; to `validate_tool_arguments`, arguments that may be anything.

    smolagents raises for a missing, unknown or wrongly typed argument, which ends the step and loses the results of
    the calls beside it: an event that was sent would be sent again. The toolkit answers such a call with an envelope.
    """

    def __init__(self, schema: dict[str, Any]) -> None:
        required = schema.get("required", ())
        self._shown = {
            name: {"description": "", **member} | ({} if name in required else {"nullable": True})
            for name, member in schema["properties"].items()
        }
        super().__init__({name: _Lenient(member) for name, member in self._shown.items()})

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> dict[str, Any]:
        return {"type": "any"}

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, Any]:
        return copy.deepcopy(self._shown, memo)  # from which the schema on the wire is made


class _Lenient(dict[str, Any]):
    """One property, which may be left out and be of any type."""

    def __init__(self, member: dict[str, Any]) -> None:
        super().__init__({**member, "type": _AnyType(member.get("type", "any"))})

    def get(self, name: str, default: Any = None) -> Any:
        return True if name == "nullable" else super().get(name, default)


class _AnyType(str):
    """The name of a type that differs from no other."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __ne__(self, other: object) -> bool:
        return False
