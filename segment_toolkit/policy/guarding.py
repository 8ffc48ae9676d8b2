"""A `PiiGuard` at work on one call: the events it guards, what it changed, what it refuses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from ..encoding import member_path
from ..errors import MOST_PROBLEMS, InvalidArguments, NotPermitted, Problem
from .detect import KINDS, Kind, found_in
from .pii import STRENGTH, Action, Path, PiiGuard

#: Of an event: where its data is, whose it is, and what it is called.  [Segment documentation, "Spec: Common Fields"]
_DATA = ("traits", "properties", "context", "integrations")
_IDS = ("userId", "anonymousId", "previousId", "groupId", "messageId")
_NAMES = ("event", "name")
_DONE: Mapping[Action, str] = {"drop": "left out", "hash": "hashed"}


class Guarding:
    """The work on one call. `document` gives the guarded copy; `notes` say what was done, by name, never by value."""

    def __init__(self, guard: PiiGuard) -> None:
        self._guard = guard
        self._id_kinds: tuple[Kind, ...] = tuple(dict.fromkeys(("email", *guard.kinds)))
        self._actions: dict[Path, Action | None] = {}
        self._done: Counter[tuple[str, str]] = Counter()
        self._denied: Counter[tuple[str, str]] = Counter()

    def document(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of an event tool, guarded. Raises NotPermitted for data that is denied."""
        try:
            guarded = self._event(arguments)
        except RecursionError:
            raise InvalidArguments([Problem("", "nests too deeply to be sent as JSON")]) from None
        if self._denied:
            raise self._refusal()
        return guarded

    @property
    def notes(self) -> list[str]:
        return [
            f"{path} was {what}: the host's policy" + (f" ({count} times)" if count > 1 else "")
            for (path, what), count in self._done.items()
        ]

    def _refusal(self) -> NotPermitted:
        places = [f"{path} holds {what}" for path, what in self._denied]
        more = f", and {len(places) - MOST_PROBLEMS} more" if len(places) > MOST_PROBLEMS else ""
        return NotPermitted(
            f"The host's policy does not let this data be sent: {'; '.join(places[:MOST_PROBLEMS])}{more}. "
            "Nothing was sent.",
            hint="Leave it out and call again.",
        )

    def _event(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """One event, or the document of several, with what they share."""
        guarded: dict[str, Any] = {}
        for name, value in event.items():
            if name in _DATA and isinstance(value, dict):
                value = self._object(value, (name,))
            elif name in _IDS:
                value = self._id(name, value)
            elif name in _NAMES:
                self._look_at_name(name, value)
            elif isinstance(value, list):
                value = [self._event(item) if isinstance(item, dict) else item for item in value]
            guarded[name] = value
        return guarded

    def _object(self, value: Mapping[str, Any], path: Path) -> dict[str, Any]:
        guarded = {}
        for name, member in value.items():
            where = (*path, str(name))
            action, why = self._decided(where, member)
            if action == "deny":
                self._denied[_text(where), why] += 1
            elif action is not None:
                self._done[_text(where), _DONE[action]] += 1
            if action == "hash":
                guarded[name] = self._guard.hashed(member)
            elif action is None:
                guarded[name] = self._inside(member, where)
        return guarded

    def _inside(self, value: Any, path: Path) -> Any:
        """A value that no rule names: what is in it, guarded."""
        if isinstance(value, dict):
            return self._object(value, path)
        if not isinstance(value, list):
            return value
        kept = []
        for item in value:
            action, why = self._found(item)
            if action == "deny":
                self._denied[_text(path), why] += 1
            elif action is not None:
                self._done[_text(path), _DONE[action]] += 1
            if action == "hash":
                kept.append(self._guard.hashed(item))
            elif action is None:
                kept.append(self._inside(item, path))
        return kept

    def _decided(self, path: Path, value: Any) -> tuple[Action | None, str]:
        """What to do with a member, and why: its name is ruled on, its name or its value has a form looked for."""
        if path not in self._actions:
            self._actions[path] = self._guard.action_for(path)
        action = self._actions[path]
        if action is not None:
            return action, "data that may not be sent"
        action, why = self._found(path[-1])
        if action is not None:  # a name cannot be hashed and mean anything
            return ("drop" if action == "hash" else action), why
        return self._found(value)

    def _found(self, value: Any) -> tuple[Action | None, str]:
        kinds = self._guard.kinds
        found: dict[Action, str] = {kinds[kind]: KINDS[kind] for kind in found_in(value, kinds)}
        for action in STRENGTH:
            if action in found:
                return action, found[action]
        return None, ""

    def _id(self, name: str, value: Any) -> Any:
        kind = None if self._guard.ids == "keep" else next(found_in(value, self._id_kinds), None)
        if kind is None:
            return value
        if self._guard.ids == "deny":
            self._denied[name, KINDS[kind]] += 1
            return value
        self._done[name, "hashed"] += 1
        return self._guard.hashed(value)

    def _look_at_name(self, name: str, value: Any) -> None:
        """The name of an event or a page: it cannot be hashed or left out."""
        for kind in found_in(value, self._guard.kinds):
            self._denied[name, KINDS[kind]] += 1


def _text(path: Path) -> str:
    """The path as an error may show it: a name that is data itself is not shown."""
    text = ""
    for step in path:
        text = member_path(text, step)
    return text
