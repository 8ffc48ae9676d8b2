"""Taking members out of an event's properties or traits, and the marks this leaves. The event itself is not touched.

Source: Segment docs, "Protocols FAQ" and "Forward blocked events". Names in the lists are those of the members
without `properties.` before them, nested ones dotted (assumed).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from segment_toolkit.sandbox.pipeline.violations import Path, Violation
from segment_toolkit.sandbox.wire import Json


@dataclass(frozen=True, slots=True)
class Omission:
    """An event, and the names of what was taken out of it."""

    event: Json
    names: tuple[str, ...] = ()


def without_unplanned(event: Json, container: str, planned: Collection[str]) -> Omission:
    """Take out the members that are not planned. Looks at the first level only (assumed)."""
    members = event.get(container)
    names = tuple(name for name in members if name not in planned) if isinstance(members, dict) else ()
    return without_names(event, container, names)


def without_names(event: Json, container: str, names: Collection[str]) -> Omission:
    """Take out the members of these names that are there."""
    members = event.get(container)
    gone = tuple(name for name in names if name in members) if isinstance(members, dict) else ()
    if not gone or not isinstance(members, dict):
        return Omission(event)
    unwanted = frozenset(gone)
    kept = {name: value for name, value in members.items() if name not in unwanted}
    return Omission({**event, container: kept}, gone)


def without_offenders(event: Json, container: str, paths: Iterable[Path]) -> Omission:
    """Take out the members that these paths lead to, as deep as they lie.

    Of an offending item of a list the whole member that holds the list goes (assumed). What is not there, such as
    a missing required member, or lies outside the container stays as it is (assumed).
    """
    draft, gone = _Draft(event), dict[str, None]()
    for path in paths:
        inner = _up_to_a_name(path)
        if len(inner) > 1 and inner[0] == container and draft.remove(inner):
            gone[".".join(map(str, inner[1:]))] = None
    return Omission(draft.event, tuple(gone))


def marked(
    event: Json, omitted: Sequence[str], omitted_on_violation: Sequence[str], violations: Sequence[Violation]
) -> Json:
    """Write the marks into `context.protocols`, beside what the sender put there; empty lists are left out (assumed).

    An event whose context is no object has no place for marks and is returned as it is.
    """
    context = event.get("context")
    if context is None:
        context = {}
    if not isinstance(context, dict):
        return event
    sent = context.get("protocols")
    marks = {
        "omitted": list(omitted),
        "omitted_on_violation": list(omitted_on_violation),
        "sourceId": event.get("sourceId"),
        "violations": [violation.document() for violation in violations],
    }
    given = {name: mark for name, mark in marks.items() if mark}
    return {**event, "context": {**context, "protocols": {**(sent if isinstance(sent, dict) else {}), **given}}}


class _Draft:
    """A copy of an event that shares with it whatever has not been written to."""

    def __init__(self, event: Json) -> None:
        self.event = event
        self._own: set[int] = set()

    def remove(self, path: Path) -> bool:
        """Take out what a path leads to; False when it leads nowhere."""
        if not _leads_somewhere(self.event, path):
            return False
        holder: Any = self._owned(self.event)
        self.event = holder
        for step in path[:-1]:
            holder[step] = self._owned(holder[step])
            holder = holder[step]
        del holder[path[-1]]
        return True

    def _owned(self, value: Any) -> Any:
        if id(value) in self._own:
            return value
        copy = value.copy()
        self._own.add(id(copy))
        return copy


def _leads_somewhere(event: Json, path: Path) -> bool:
    value: Any = event
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def _up_to_a_name(path: Path) -> Path:
    end = len(path)
    while end and not isinstance(path[end - 1], str):
        end -= 1
    return path[:end]
