"""What schema settings, toggles and the tracking plan of a source do to an event: let pass, thin out, or block.

Source: Segment docs, "Customize your schema controls" (standard controls first, then the common JSON schema, on
what the first left), "Protocols FAQ", "Delivery Overview" (reasons), and for toggles "Filtering your Segment Data".

Assumed: an event is judged by its rule as it was sent, before unplanned members go; pages, screens and aliases have
no settings, so their violations are marked and nothing is taken out; violations are marked also where everything
is allowed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from segment_toolkit.sandbox.pipeline.omission import (
    Omission,
    marked,
    without_names,
    without_offenders,
    without_unplanned,
)
from segment_toolkit.sandbox.pipeline.plan import Plan
from segment_toolkit.sandbox.pipeline.rule import Rule
from segment_toolkit.sandbox.pipeline.violations import Finding, Violation, violations_of
from segment_toolkit.sandbox.wire import Json

__all__ = ["NOTHING_BLOCKED", "Blocked", "Verdict", "Violation", "enforce"]

_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Blocked:
    """What is toggled off in the schema of a source without a plan: by name, exactly."""

    events: frozenset[str] = _NONE
    pages: frozenset[str] = _NONE
    screens: frozenset[str] = _NONE
    traits: frozenset[str] = _NONE
    group_traits: frozenset[str] = _NONE


NOTHING_BLOCKED = Blocked()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The event as it goes on, or None and the reason it is blocked for; violations in both cases."""

    event: Json | None
    reason: str | None = None
    violations: tuple[Violation, ...] = ()


@dataclass(frozen=True)
class _Section:
    """Where a call type keeps its members, and which settings say what may stay among them."""

    container: str
    unplanned: str
    offending: str
    omit: str


_SECTIONS: Mapping[object, _Section] = {
    "track": _Section("properties", "allowUnplannedEventProperties", "allowPropertiesOnViolations", "OMIT_PROPERTIES"),
    "identify": _Section("traits", "allowUnplannedTraits", "allowTraitsOnViolations", "OMIT_TRAITS"),
    "group": _Section("traits", "allowUnplannedTraits", "allowTraitsOnViolations", "OMIT_TRAITS"),
}


def enforce(event: Json, settings: Json, plan: Plan | None, blocked: Blocked) -> Verdict:
    """Judge an event. Never raises, never changes the event, and returns the same object when nothing is to do.

    `settings` are schema settings as the Public API has them, where what is absent allows. Toggles count only while
    no plan is connected. Members are `properties` of a track, `traits` of an identify or group.
    """
    return _toggled(event, blocked) if plan is None else _planned(event, settings, plan)


def _toggled(event: Json, blocked: Blocked) -> Verdict:
    match event.get("type"):
        case "track":
            return _by_name(event, event.get("event"), blocked.events)
        case "page":
            return _by_name(event, event.get("name"), blocked.pages)
        case "screen":
            return _by_name(event, event.get("name"), blocked.screens)
        case "identify":
            return Verdict(without_names(event, "traits", blocked.traits).event)
        case "group":
            return Verdict(without_names(event, "traits", blocked.group_traits).event)
        case _:
            return Verdict(event)


def _by_name(event: Json, name: object, blocked: Collection[str]) -> Verdict:
    return Verdict(None, "event_setting") if isinstance(name, str) and name in blocked else Verdict(event)


def _planned(event: Json, settings: Json, plan: Plan) -> Verdict:
    kind = event.get("type")
    section = _SECTIONS.get(kind) if isinstance(kind, str) else None
    controls = settings.get(kind, {}) if section and isinstance(kind, str) else {}
    rule, common = plan.rule_for(event), plan.common()
    if rule is None and controls.get("allowUnplannedEvents") is False:
        return _unplanned(event, common)
    found = () if rule is None else rule.findings(event)
    if found and controls.get("allowEventOnViolations") is False:
        return Verdict(None, "schema_violation", violations_of(found))
    standard = _Standard(event) if section is None else _standard(event, section, controls, rule, found)
    return _common(standard, section, controls, common, found)


def _unplanned(event: Json, common: Rule | None) -> Verdict:
    """Block an unplanned event; it has no rule, so the schema it can violate as well is the common one (assumed)."""
    found = () if common is None else common.findings(event)
    return Verdict(None, "unplanned_and_schema_violation" if found else "unplanned", violations_of(found))


@dataclass(frozen=True, slots=True)
class _Standard:
    """What the standard controls left of an event."""

    event: Json
    omitted: tuple[str, ...] = ()
    omitted_on_violation: tuple[str, ...] = ()


def _standard(
    event: Json, section: _Section, controls: Json, rule: Rule | None, found: tuple[Finding, ...]
) -> _Standard:
    named = Omission(event)
    if controls.get(section.unplanned) is False:
        # Where the plan has no rule for it, everything in an event is unplanned.  [docs: "Customize your schema
        # controls", "Using only the Common JSON Schema to block events"]
        planned = _NONE if rule is None else rule.names(section.container)
        named = named if planned is None else without_unplanned(event, section.container, planned)
    if not found or controls.get(section.offending) is not False:
        return _Standard(named.event, named.names)
    offending = _without(named.event, section, found)
    return _Standard(offending.event, named.names, offending.names)


def _common(
    standard: _Standard, section: _Section | None, controls: Json, common: Rule | None, found: tuple[Finding, ...]
) -> Verdict:
    event, offended = standard.event, standard.omitted_on_violation
    also = () if common is None else common.findings(event)
    if not (also or found or standard.omitted):
        return Verdict(event)
    violations = tuple(dict.fromkeys(violations_of((*found, *also))))
    action = controls.get("commonEventOnViolations") if also else None
    if action == "BLOCK":
        return Verdict(None, "common_schema_violation", violations)
    if section is not None and action == section.omit:
        thinned = _without(event, section, also)
        event, offended = thinned.event, (*offended, *thinned.names)
    return Verdict(marked(event, standard.omitted, offended, violations), None, violations)


def _without(event: Json, section: _Section, found: tuple[Finding, ...]) -> Omission:
    return without_offenders(event, section.container, (finding.path for finding in found))
