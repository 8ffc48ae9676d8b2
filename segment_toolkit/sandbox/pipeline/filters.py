"""Destination filters: which events a destination gets, and what of them.

Every filter whose condition holds applies; over all of them the order is SAMPLE, DROP, DROP_PROPERTIES,
ALLOW_PROPERTIES. Where the intent is unclear the event is dropped: an invalid condition or action, or a condition
that makes no sense for the event. Conditions see the event as it came (assumed). A path of an action names an
object, or a list, whose objects are then all meant; anything else is left alone.

A sample with a path keeps an event when the MD5 of the field's JSON, read as a binary fraction, is below the
percentage. That is what `@segment/tsub` sets out to do, after a Go original that is not public: its own arithmetic
goes wrong on the way, and it keeps every event. A field that is not there hashes as null (assumed).

Source: Segment docs, "Destination Filters"; Segment Public API reference, "Create Filter for Destination";
Segment's open-source engine `@segment/tsub`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from segment_toolkit.sandbox.fql import Condition, EvaluationFault, InvalidFql, compile_fql
from segment_toolkit.sandbox.fql.values import text_of
from segment_toolkit.sandbox.pipeline.filter_actions import Action, check_actions, read_action
from segment_toolkit.sandbox.wire import Json

__all__ = ["Action", "CompiledFilter", "apply_filters", "check_actions", "compile_filter"]

_ORDER = ("SAMPLE", "DROP", "DROP_PROPERTIES", "ALLOW_PROPERTIES")

Step = Callable[[Json, Callable[[], float]], Json | None]


@dataclass(frozen=True, slots=True)
class CompiledFilter:
    """A filter, ready for events; without a condition it is one that nobody can tell the intent of."""

    condition: Condition | None
    actions: tuple[Action, ...]
    steps: Mapping[str, tuple[Step, ...]] = field(repr=False, compare=False)

    def holds(self, event: Json) -> bool:
        """Tell whether the filter applies to an event. Raises EvaluationFault when that cannot be told."""
        if self.condition is None:
            raise EvaluationFault
        return self.condition.test(event)


def compile_filter(condition: str, actions: Sequence[Json]) -> CompiledFilter:
    """Compile a stored filter; never raises. One with an invalid condition or action drops every event."""
    if check_actions(list(actions)) is not None:
        return CompiledFilter(None, (), {})
    try:
        compiled = compile_fql(condition)
    except InvalidFql:
        return CompiledFilter(None, (), {})
    read = tuple(map(read_action, actions))
    steps = {type_: tuple(_step(action) for action in read if action.type == type_) for type_ in _ORDER}
    return CompiledFilter(compiled, read, steps)


def apply_filters(filters: Sequence[CompiledFilter], event: Json, chance: Callable[[], float]) -> Json | None:
    """Return what is left of the event, or None when it is dropped; never raises.

    The event is not changed: one that loses something is copied as far as needed, any other is returned itself.
    `chance` gives numbers from 0 up to, not including, 1.
    """
    try:
        applicable = [each.steps for each in filters if each.holds(event)]
    except EvaluationFault:
        return None
    if not applicable:
        return event
    left = event
    for step in chain.from_iterable(steps[type_] for type_ in _ORDER for steps in applicable):
        changed = step(left, chance)
        if changed is None:
            return None
        left = changed
    return left


def _step(action: Action) -> Step:
    if action.type == "DROP":
        return lambda _event, _chance: None
    if action.type == "SAMPLE":
        return _sample(action)
    return _property_step(action, keep=action.type == "ALLOW_PROPERTIES")


def _sample(action: Action) -> Step:
    percent, path = action.percent, tuple(action.path.split("."))
    if percent <= 0 or percent >= 1:
        return lambda event, _: event if percent >= 1 else None
    if not action.path:
        return lambda event, chance: event if chance() < percent else None
    return lambda event, _: event if _fraction(_field(event, path)) < percent else None


def _fraction(value: Any) -> float:
    digest = hashlib.md5(text_of(value).encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()
    return int.from_bytes(digest, "big") / 2**128


def _field(event: Json, path: tuple[str, ...]) -> Any:
    found: Any = event
    for name in path:
        if type(found) is not dict:
            return None
        found = found.get(name)
    return found


def _property_step(action: Action, *, keep: bool) -> Step:
    edits = [(tuple(path.split(".")) if path else (), frozenset(keys)) for path, keys in action.fields.items()]

    def step(event: Json, _: Callable[[], float]) -> Json:
        for path, keys in edits:
            event = _edit(event, path, keys, keep=keep)
        return event

    return step


def _edit(event: Json, path: tuple[str, ...], keys: AbstractSet[str], *, keep: bool) -> Json:
    """Strip what `path` names, and copy the objects on the way to it if that changes it."""
    holders: list[tuple[Json, str]] = []
    target: Any = event
    for name in path:
        if type(target) is not dict or name not in target:
            return event
        holders.append((target, name))
        target = target[name]
    stripped = _strip(target, keys, keep=keep)
    if stripped is target:
        return event
    for holder, name in reversed(holders):
        stripped = {**holder, name: stripped}
    changed: Json = stripped
    return changed


def _strip(target: Any, keys: AbstractSet[str], *, keep: bool) -> Any:
    """Take keys out of an object, or out of each object in a list; the same object if there was nothing to take."""
    if type(target) is list:
        elements = [_strip(element, keys, keep=keep) if type(element) is dict else element for element in target]
        unchanged = all(new is old for new, old in zip(elements, target, strict=True))
        return target if unchanged else elements
    if type(target) is not dict:
        return target
    left = {key: value for key, value in target.items() if (key in keys) is keep}
    return target if len(left) == len(target) else left
