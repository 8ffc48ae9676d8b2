"""What a source's schema settings and tracking plan would do to an event: let pass, take members out, or block.

Source: Segment documentation, "Customize your schema controls" (standard controls first, then the common JSON schema on
what they left), "Protocols FAQ", "Delivery Overview" (reasons). Settings that are absent allow. Assumed: an event is
judged as it was sent, before anything is taken out; of an offending list item the whole list goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from ..names import did_you_mean
from ..tool import JsonObject
from .facts import plain
from .plan import MOST_VIOLATIONS, Path, Plan, Rule, Violation, shown


class Judgement(NamedTuple):
    """The event as it would go on, or None and the reason it is blocked for.

    `path` is where the reason lies; `omitted` are members taken out; `unclear` is what could not be judged.
    """

    event: JsonObject | None
    reason: str = ""
    text: str = ""
    path: str = ""
    omitted: tuple[str, ...] = ()
    violations: tuple[Violation, ...] = ()
    unclear: tuple[str, ...] = ()


class _Section(NamedTuple):
    container: str
    unplanned: str
    offending: str
    omit: str


_SECTIONS: Mapping[str, _Section] = {
    "track": _Section("properties", "allowUnplannedEventProperties", "allowPropertiesOnViolations", "OMIT_PROPERTIES"),
    "identify": _Section("traits", "allowUnplannedTraits", "allowTraitsOnViolations", "OMIT_TRAITS"),
    "group": _Section("traits", "allowUnplannedTraits", "allowTraitsOnViolations", "OMIT_TRAITS"),
}
_UNREADABLE = "a rule of the tracking plan cannot be read, or takes too long to judge by"


def judge(event: JsonObject, settings: Mapping[str, Any], plan: Plan | None) -> Judgement:
    """Judge one event as it would be sent. Without a plan only the web app's switches decide, which no API shows."""
    if plan is None:
        return Judgement(event)
    event = _as_received(event)
    type_ = str(event.get("type"))
    controls = settings.get(type_) if type_ in _SECTIONS else None
    return _Judge(event, _SECTIONS.get(type_), controls if isinstance(controls, Mapping) else {}, plan).judgement()


class _Judge:
    """One event and what it meets, gathered step by step."""

    def __init__(self, event: JsonObject, section: _Section | None, controls: Mapping[str, Any], plan: Plan) -> None:
        self._event, self._section, self._controls, self._plan = event, section, controls, plan
        self._rule = plan.rule_for(event)
        self._omitted: list[str] = []
        self._unclear: list[str] = []

    def judgement(self) -> Judgement:
        if self._rule is None and self._section is not None and self._forbids("allowUnplannedEvents"):
            return self._unplanned()
        found = self._violations(self._rule)
        if found and self._forbids("allowEventOnViolations"):
            return self._blocked("schema_violation", "it breaks the tracking plan's rule for it", found)
        if self._section is not None:
            self._omit(self._section, found)
        also = self._violations(self._plan.common)
        action = self._controls.get("commonEventOnViolations") if also else None
        if action == "BLOCK":
            return self._blocked("common_schema_violation", "it breaks the tracking plan's common schema", also)
        if self._section is not None and action == self._section.omit:
            self._drop(self._section.container, [violation.path for violation in also])
        every = tuple(dict.fromkeys([*found, *also]))[:MOST_VIOLATIONS]
        return Judgement(self._event, "", "", "", tuple(self._omitted), every, tuple(self._unclear))

    def _forbids(self, name: str) -> bool:
        return self._controls.get(name) is False

    def _unplanned(self) -> Judgement:
        name = str(self._event.get("event") or "")
        text = f"is not in the tracking plan '{self._plan.name}'" + did_you_mean(name, map(plain, self._plan.events), 1)
        if not self._plan.whole:
            return Judgement(self._event, unclear=(f"only a part of the tracking plan was read; {text}",))
        found = self._violations(self._plan.common)
        reason = "unplanned_and_schema_violation" if found else "unplanned"
        return Judgement(None, reason, text, "event", (), tuple(found[:MOST_VIOLATIONS]))

    def _blocked(self, reason: str, why: str, found: list[Violation]) -> Judgement:
        first = found[0]
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        text = f"{first.text}: {why}{more}" if first.path else f"{why}{more}"
        path = shown(first.path) if first.path else ""
        return Judgement(None, reason, text, path, (), tuple(found[:MOST_VIOLATIONS]))

    def _violations(self, rule: Rule | None) -> list[Violation]:
        if rule is None:
            return []
        found = rule.violations(self._event)
        if found is None:
            self._unclear.append(_UNREADABLE)
        return found or []

    def _omit(self, section: _Section, found: list[Violation]) -> None:
        if self._forbids(section.unplanned):
            # An event that the plan has no rule for has unplanned members only ("Customize your schema controls").
            planned = self._rule.names(section.container) if self._rule is not None else frozenset[str]()
            members = self._event.get(section.container)
            if planned is None:
                self._unclear.append(_UNREADABLE)
            elif isinstance(members, dict):
                self._drop(section.container, [(section.container, name) for name in members if name not in planned])
        if found and self._forbids(section.offending):
            self._drop(section.container, [violation.path for violation in found])

    def _drop(self, container: str, paths: list[Path]) -> None:
        for path in paths:
            named = _up_to_a_name(path)
            if len(named) > 1 and named[0] == container:
                left = _without(self._event, named)
                if left is not None:
                    self._event = left
                    self._omitted.append(shown(named))


def _as_received(event: JsonObject) -> JsonObject:
    """The event with what Segment sets on it, which a rule may ask for ("Spec", "Common Fields")."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    sent_at = event.get("timestamp") or now
    return {**event, "receivedAt": now, "originalTimestamp": sent_at, "timestamp": sent_at, "version": 2}


def _up_to_a_name(path: Path) -> Path:
    end = len(path)
    while end and not isinstance(path[end - 1], str):
        end -= 1
    return path[:end]


def _without(holder: Any, path: Path) -> Any:
    """A copy of `holder` without what the path leads to; None when it leads nowhere."""
    step = path[0]
    try:
        inner = holder[step]
    except (KeyError, IndexError, TypeError):
        return None
    if len(path) == 1:
        return {name: value for name, value in holder.items() if name != step} if isinstance(holder, dict) else None
    left = _without(inner, path[1:])
    if left is None:
        return None
    copy = holder.copy()
    copy[step] = left
    return copy
