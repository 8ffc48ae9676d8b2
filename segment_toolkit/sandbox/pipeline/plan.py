"""A tracking plan, ready to judge events: which rule is for an event, in which version.

Source: Segment docs, "Create a Tracking Plan" (exact names; versions) and "Protocols FAQ" (Page Viewed, Screen
Viewed); Public API reference, "Replace Rules in Tracking Plan".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from segment_toolkit.sandbox.pipeline.rule import Rule
from segment_toolkit.sandbox.wire import Json

RULE_TYPES = ("COMMON", "GROUP", "IDENTIFY", "PAGE", "SCREEN", "TRACK")

#: A page or screen that no rule of its own plans is planned by a track rule of this name.
_VIEWED = {"page": "Page Viewed", "screen": "Screen Viewed"}
# These rules have no key: one for all calls of their type.
_KEYLESS = ("COMMON", "GROUP", "IDENTIFY")

Versions = tuple[tuple[int, Rule], ...]


@dataclass(frozen=True)
class Plan:
    """Rules by type and key, oldest version first. Build with `compile_plan`."""

    rules: Mapping[tuple[str, str], Versions]

    def rule_for(self, event: Json) -> Rule | None:
        """Find the rule of an event, in the version that the event asks for; None when it is unplanned."""
        kind = event.get("type")
        if kind == "track":
            versions = self._named("TRACK", event.get("event"))
        elif kind in ("page", "screen"):
            # A rule without a key is for every page that has none of its own (assumed).
            own = self._named(kind.upper(), event.get("name")) or self._named(kind.upper(), "")
            versions = own or self._named("TRACK", _VIEWED[kind])
        elif kind in ("identify", "group"):
            versions = self._named(kind.upper(), "")
        else:
            return None
        return _chosen(versions, event)

    def common(self) -> Rule | None:
        """Return the COMMON rule; versions are for single events, so it is the oldest one (assumed)."""
        return _oldest(self._named("COMMON", ""))

    def _named(self, kind: str, key: object) -> Versions:
        return self.rules.get((kind, key), ()) if isinstance(key, str) else ()


def compile_plan(rules: Sequence[Json]) -> Plan:
    """Build a plan. Never raises: what is no rule is left out, and a broken schema is fit by every event (assumed).

    A rule is `{type, key?, jsonSchema, version}`. Of two with the same type, key and version the later one counts.
    """
    versions: dict[tuple[str, str], dict[int, Rule]] = {}
    for rule in rules:
        place = _place(rule)
        if place is not None:
            versions.setdefault(place, {})[_version(rule)] = Rule(rule.get("jsonSchema"))
    return Plan({place: tuple(sorted(found.items())) for place, found in versions.items()})


def check_rule(rule: object) -> str | None:
    """Tell what is wrong with a rule as the Public API would get it, quoting no value; None when nothing is.

    That the API judges the schema at all, and does so when the rule is written, is assumed.
    """
    if not isinstance(rule, dict):
        return "A rule must be an object."
    if rule.get("type") not in RULE_TYPES:
        return f"'type' must be one of {', '.join(RULE_TYPES)}."
    if _place(rule) is None:
        return "'key' must be a string, and the name of the event for a TRACK rule."
    version = rule.get("version")
    if not isinstance(version, int | float) or isinstance(version, bool) or version < 1 or version % 1:
        return "'version' must be a whole number from 1."
    return _schema_fault(rule.get("jsonSchema"))


def _schema_fault(schema: object) -> str | None:
    from segment_toolkit.sandbox.pipeline.validation import has_look_ahead, schema_problem

    problem = schema_problem(schema)
    if problem is None and has_look_ahead(schema):
        problem = "holds a pattern with a negative look-ahead, which is not supported"
    return None if problem is None else f"'jsonSchema' {problem}."


def _place(rule: object) -> tuple[str, str] | None:
    """Return type and key; None for what is no rule. An absent or null key is the empty one."""
    if not isinstance(rule, dict) or rule.get("type") not in RULE_TYPES:
        return None
    kind, key = rule["type"], rule.get("key")
    if key is not None and not isinstance(key, str):
        return None
    if kind in _KEYLESS:
        return kind, ""
    return None if kind == "TRACK" and not key else (kind, key or "")


def _version(rule: Json) -> int:
    """Return the version, which is a number in JSON; anything else counts as 1 (assumed)."""
    version = rule.get("version")
    if isinstance(version, float) and version.is_integer():
        return int(version)
    return version if isinstance(version, int) and not isinstance(version, bool) else 1


def _chosen(versions: Versions, event: Json) -> Rule | None:
    """Choose the version in `context.protocols.event_version`; missing or unknown means the oldest."""
    if len(versions) > 1:
        asked = _asked(event)
        for version, rule in versions:
            if version == asked:
                return rule
    return _oldest(versions)


def _oldest(versions: Versions) -> Rule | None:
    for _, rule in versions:
        return rule
    return None


def _asked(event: Json) -> int | None:
    context = event.get("context")
    protocols = context.get("protocols") if isinstance(context, dict) else None
    version = protocols.get("event_version") if isinstance(protocols, dict) else None
    return version if isinstance(version, int) and not isinstance(version, bool) else None
