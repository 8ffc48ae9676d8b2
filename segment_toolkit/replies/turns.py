"""Keeps one person's events in the order they were called in, although agent frameworks run calls at the same time.

Segment processes events in the order they arrive in, so a call waits for every call before it that names one of its
ids: of a person, a device, a group, or of the source that it changes. Reads and the host's own tools wait for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from threading import Lock
from typing import TYPE_CHECKING, Any

from ..call.toolcall import IDENTITIES, parse
from ..errors import ToolkitError
from ..names import folded
from ..registry import TOOLKIT

if TYPE_CHECKING:
    from ..definitions.definition import ToolDefinition

_IDS = frozenset(map(folded, (*IDENTITIES, "sourceId")))
_EVENTS = "batch"  # the argument that holds several events


class Turn:
    """One call's place in the order."""

    def __init__(self, order: Order, ids: frozenset[str]) -> None:
        self._order = order
        self.ids = ids
        self.over: Future[None] = Future()
        self.before: list[Turn] = []

    def wait(self) -> None:
        """Until every call is over that this one must come after."""
        for turn in self.before:
            turn.over.result()

    async def await_(self) -> None:
        """`wait`, awaiting. Being cancelled does not end the turns of others."""
        from asyncio import shield, wrap_future

        for turn in self.before:
            await shield(wrap_future(turn.over))

    def end(self) -> None:
        """Let those go on that wait for this one. Ending twice is no harm."""
        self._order.leave(self)


class Order:
    """The calls of one caller that are under way. `definition` finds a tool's by its slug."""

    def __init__(self, definition: Callable[[str], ToolDefinition]) -> None:
        self._definition = definition
        self._under_way: list[Turn] = []
        self._lock = Lock()

    def enter(self, slug: str, arguments: Any) -> Turn:
        """Take the next turn. It must be ended."""
        turn = Turn(self, self._ids(slug, arguments))
        with self._lock:
            turn.before = [other for other in self._under_way if other.ids & turn.ids]
            if turn.ids:
                self._under_way.append(turn)
        return turn

    def leave(self, turn: Turn) -> None:
        with self._lock:
            if turn in self._under_way:
                self._under_way.remove(turn)
                turn.over.set_result(None)

    def _ids(self, slug: str, arguments: Any) -> frozenset[str]:
        try:
            tool = self._definition(slug)
            if tool.effect == "read" or tool.toolkit.slug != TOOLKIT:
                return frozenset()
            return frozenset(_identities(parse(arguments)))
        except ToolkitError:  # a call that fails before it is sent
            return frozenset()


def _identities(arguments: Mapping[str, Any]) -> Iterator[str]:
    for name, value in arguments.items():
        name = folded(name) if isinstance(name, str) else ""
        if name in _IDS and isinstance(value, str | int):
            yield str(value)
        elif name == _EVENTS:
            for event in _listed(value):
                yield from _identities(event)


def _listed(value: Any) -> list[Mapping[str, Any]]:
    """The events of a list; models also write it as JSON text, which the dispatcher reads."""
    if isinstance(value, str):
        import json

        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return []
    return [event for event in value if isinstance(event, Mapping)] if isinstance(value, list) else []
