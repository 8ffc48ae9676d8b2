"""A tracking plan as the Public API answers it, ready to judge events.

Source: Segment documentation, "Create a Tracking Plan" (exact names, versions, draft-07) and "Protocols FAQ"; Public
API reference, "List Rules from Tracking Plan". A violation names a member and a rule, never a value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from jsonschema import ValidationError

from ..encoding import member_path
from .dialect import GIVES_UP, Judge, TooMuch
from .facts import plain

Path = tuple[str | int, ...]
_KEYLESS = frozenset({"COMMON", "IDENTIFY", "GROUP"})
MOST_VIOLATIONS = 20


class Violation(NamedTuple):
    """Where in the event, and which rule of the plan is broken there."""

    path: Path
    text: str

    def __str__(self) -> str:
        return f"{shown(self.path)} {self.text}"


class Rule:
    """One version of one rule. One that cannot be read, or that once took too long, says nothing."""

    def __init__(self, schema: Any) -> None:
        self._schema = schema
        self._takes_too_long = False

    @cached_property
    def _judge(self) -> Judge | None:
        try:
            return Judge(self._schema)
        except GIVES_UP:
            return None

    def violations(self, event: Mapping[str, Any]) -> list[Violation] | None:
        """What in the event is against the rule; None when that cannot be told."""
        if self._judge is None or self._takes_too_long:
            return None
        try:
            return list(dict.fromkeys(map(_violation, self._judge.errors(event))))
        except TooMuch:
            self._takes_too_long = True  # of a batch, not every event shall take so long
            return None
        except GIVES_UP:
            return None

    def names(self, container: str) -> frozenset[str] | None:
        """The members of `properties` or `traits` that the rule names; None when that cannot be told."""
        schema = self._schema
        if self._judge is None or "$ref" in schema:
            return None
        described = (schema.get("properties") or {}).get(container, {})
        if not isinstance(described, dict) or "$ref" in described:
            return None
        return frozenset(described.get("properties") or ())


class Plan:
    """The rules of one tracking plan, by type and key, oldest version first."""

    def __init__(self, name: str, rules: Sequence[Mapping[str, Any]], *, whole: bool) -> None:
        self.name = name
        self.whole = whole
        self._rules: dict[tuple[str, str], dict[int, Rule]] = {}
        for rule in rules:
            type_, key, version = str(rule.get("type")), rule.get("key"), rule.get("version")
            place = (type_, key if isinstance(key, str) and type_ not in _KEYLESS else "")
            number = int(version) if isinstance(version, int | float) else 1
            self._rules.setdefault(place, {})[number] = Rule(rule.get("jsonSchema"))

    def rule_for(self, event: Mapping[str, Any]) -> Rule | None:
        """The rule of a track, identify or group; None when the plan has none for it.

        By which rule a page or screen is judged is not clear from the documentation, so none is given.
        """
        type_ = str(event.get("type")).upper()
        if type_ not in ("TRACK", "IDENTIFY", "GROUP"):
            return None
        versions = self._rules.get((type_, str(event.get("event")) if type_ == "TRACK" else ""), {})
        return versions.get(_asked(event)) or _oldest(versions)

    @property
    def common(self) -> Rule | None:
        """The rule for the whole payload of every event."""
        return _oldest(self._rules.get(("COMMON", ""), {}))

    @property
    def events(self) -> list[str]:
        """The names of the planned track events."""
        return [key for type_, key in self._rules if type_ == "TRACK"]


def shown(path: Path) -> str:
    """`properties.products[0].price`; a name that may be a secret is not shown."""
    text = ""
    for step in path:
        text = f"{text}[{step}]" if isinstance(step, int) else member_path(text, step)
    return text or "the event"


def _asked(event: Mapping[str, Any]) -> int:
    context = event.get("context")
    protocols = context.get("protocols") if isinstance(context, Mapping) else None
    version = protocols.get("event_version") if isinstance(protocols, Mapping) else None
    return version if isinstance(version, int) and not isinstance(version, bool) else 0


def _oldest(versions: Mapping[int, Rule]) -> Rule | None:
    return versions[min(versions)] if versions else None


def _violation(error: ValidationError) -> Violation:
    keyword, value = str(error.validator), error.validator_value
    path: Path = tuple(error.absolute_path)
    if keyword == "required":
        return Violation(path, "is required")
    if keyword == "type":
        return Violation(path, f"is not of type {' or '.join(value) if isinstance(value, list) else value}")
    if keyword == "additionalProperties":
        return Violation(path, "is not allowed")
    if keyword == "enum" and isinstance(value, list) and len(value) <= 5:
        return Violation(path, f"is none of {', '.join(plain(item) for item in value)}")
    return Violation(path, f"fails {keyword}")
