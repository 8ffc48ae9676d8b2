"""Functions of the host's around tools, in Composio's three kinds.

    schema_modifier   fn(tool, toolkit, schema: ToolDefinition) -> ToolDefinition   before a tool is listed
    before_execute    fn(tool, toolkit, params) -> params                           params["arguments"] is the call's
    after_execute     fn(tool, toolkit, response) -> response                       response is the envelope

Use them bare or with filters: `@before_execute(tools=[...], toolkits=[...])` matches when the tool or the toolkit is
listed. They run in list order, each once. The tool arrives as its slug, the toolkit in lower case.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, overload

from .errors import InvalidParams

Kind = Literal["schema", "before", "after"]
Function = Callable[[str, str, Any], Any]


@dataclass(frozen=True)
class Modifier:
    """A host function, its kind, and what it is for; no filter means every tool."""

    kind: Kind
    function: Function
    tools: tuple[str, ...] = ()
    toolkits: tuple[str, ...] = ()

    def matches(self, tool: str, toolkit: str) -> bool:
        """Whether it is for that tool of that toolkit."""
        everything = not self.tools and not self.toolkits
        return everything or tool.lower() in self.tools or toolkit.lower() in self.toolkits

    def __call__(self, tool: str, toolkit: str, value: Any) -> Any:
        return self.function(tool, toolkit, value)


def matching(modifiers: object, kind: Kind, tool: str, toolkit: str) -> list[Modifier]:
    """Those of a list of modifiers that are of that kind and for that tool. Raises InvalidParams for anything else."""
    listed = () if modifiers is None else modifiers
    if not isinstance(listed, Sequence) or not all(isinstance(modifier, Modifier) for modifier in listed):
        raise InvalidParams("modifiers is a list of what before_execute, after_execute and schema_modifier make.")
    return [modifier for modifier in listed if modifier.kind == kind and modifier.matches(tool, toolkit)]


class _Decorator:
    """Makes a function a modifier of one kind: bare, or with filters."""

    def __init__(self, kind: Kind, doc: str) -> None:
        self._kind: Kind = kind
        self.__doc__ = doc

    @overload
    def __call__(self, function: Function) -> Modifier: ...
    @overload
    def __call__(
        self, *, tools: Sequence[str] | None = None, toolkits: Sequence[str] | None = None
    ) -> Callable[[Function], Modifier]: ...
    def __call__(
        self,
        function: Function | None = None,
        *,
        tools: Sequence[str] | None = None,
        toolkits: Sequence[str] | None = None,
    ) -> Modifier | Callable[[Function], Modifier]:
        def wrap(function: Function) -> Modifier:
            return Modifier(self._kind, function, _lower(tools), _lower(toolkits))

        return wrap if function is None else wrap(function)


def _lower(names: Sequence[str] | None) -> tuple[str, ...]:
    return tuple(name.lower() for name in names or ())


schema_modifier = _Decorator("schema", "Change how a tool is listed: fn(tool, toolkit, schema) returns the definition.")
before_execute = _Decorator("before", "Change a call before it is checked: fn(tool, toolkit, params) returns params.")
after_execute = _Decorator("after", "Change a call's envelope: fn(tool, toolkit, response) returns the envelope.")
