"""Worlds and events to judge forecasts by: random settings, plans, filters and destinations, random events.

Everything is drawn from small sets, so that events often meet the plan, the filters and the integrations.
"""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

from truth_world import operator

from segment_toolkit.sandbox import Sandbox

EVENTS = ("Order Completed", "Signed Up", "Product Viewed", "Odd One", "order completed")
MEMBERS = ("plan", "price", "tags", "nested", "extra")
DESTINATIONS = ("Amplitude (Actions)", "Slack", "Mixpanel (Actions)", "Salesforce", "Unknown Place")
CONDITIONS = (
    "all",
    'type = "track"',
    'event = "Signed Up"',
    'event != "Signed Up" and type = "track"',
    '!( event = "Order Completed" or event = "Odd One" )',
    "properties.price > 10",
    "properties.price <= 10 or properties.plan = 'pro'",
    'contains( event, "Order" )',
    'match( userId, "staff_*" )',
    "length( userId ) < 1",
    'properties.plan in ["pro", "free"]',
    "properties.plan = null",
    'typeof( properties.price ) = "number"',
    'lowercase( event ) = "signed up"',
    "context.app.version = '1'",
    'messageId = "m"',
)
ACTIONS: tuple[list[dict[str, Any]], ...] = (
    [{"type": "DROP"}],
    [{"type": "SAMPLE", "percent": 0}],
    [{"type": "SAMPLE", "percent": 0.5}],
    [{"type": "SAMPLE", "percent": 1}],
    [{"type": "DROP_PROPERTIES", "fields": {"properties": ["price"]}}],
    [{"type": "ALLOW_PROPERTIES", "fields": {"properties": ["plan"]}}],
)
SCHEMAS: dict[str, dict[str, Any]] = {
    "plan": {"type": "string", "enum": ["pro", "free"]},
    "price": {"type": "number", "minimum": 0},
    "tags": {"type": "array", "items": {"type": "string"}},
    "nested": {"type": "object", "properties": {"deep": {"type": "integer"}}, "required": ["deep"]},
}
VALUES: tuple[Any, ...] = (
    "pro",
    "free",
    "x",
    5,
    50,
    -1,
    2.5,
    True,
    None,
    ["a"],
    ["a", 1],
    {"deep": 1},
    {"deep": "x"},
    {},
)


class World:
    """A sandbox furnished by chance; what became of an event is asked of the sandbox itself."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.box = Sandbox(seed=f"world {seed % 3}")
        self.source = self.box.sources["shop-web"]
        with operator(self.box) as api:
            self._furnish(api)

    def event(self) -> tuple[str, dict[str, Any]]:
        """A tool and its arguments; the messageId is the tool's to make."""
        dice, type_ = self.dice, self.dice.choice(("track", "track", "track", "identify", "group", "page", "screen"))
        members = {name: dice.choice(VALUES) for name in MEMBERS if dice.random() < 0.4}
        arguments: dict[str, Any] = {"userId": dice.choice(("ada", "staff_1"))}
        if type_ == "track":
            arguments["event"] = dice.choice(EVENTS)
        if type_ == "group":
            arguments["groupId"] = "g"
        if dice.random() < 0.8:
            arguments["traits" if type_ in ("identify", "group") else "properties"] = members
        if dice.random() < 0.4:
            named = dice.sample(DESTINATIONS, 2)
            arguments["integrations"] = {name: dice.random() < 0.5 for name in ("All", *named) if dice.random() < 0.7}
        if dice.random() < 0.2:
            arguments["context"] = {"app": {"version": "1"}, "protocols": {"event_version": dice.choice((1, 2, 9))}}
        return f"SEGMENT_{type_.upper()}", arguments

    def outcome(self) -> dict[tuple[str, str], int]:
        """Events so far, by destination and step."""
        return Counter({(to, step): number for (of, to, step), number in self.box.totals.items() if of == self.source})

    def _furnish(self, api: Any) -> None:
        dice, box = self.dice, self.box
        for kind in ("615c7438d93d9b61b1e9e192",):  # Mixpanel (Actions)
            body = {"sourceId": self.source, "metadataId": kind, "settings": {}, "enabled": dice.random() < 0.7}
            assert api.post("/destinations", json=body).status_code == 200
        plan = next(iter(box.tracking_plans.values()))
        if dice.random() < 0.2:
            assert api.delete(f"/tracking-plans/{plan}/sources?sourceId={self.source}").status_code == 200
        rules = [rule for rule in self._rules() if dice.random() < 0.7]
        assert api.put(f"/tracking-plans/{plan}/rules", json={"rules": rules}).status_code == 200
        assert api.patch(f"/sources/{self.source}/settings", json=self._settings()).status_code == 200
        destinations = [id_ for id_, of in box.destination_sources.items() if of == self.source]
        for destination in destinations:
            for _ in range(dice.choice((0, 0, 1, 2))):
                body = {"if": dice.choice(CONDITIONS), "actions": dice.choice(ACTIONS), "sourceId": self.source}
                body |= {"title": "A filter", "enabled": dice.random() < 0.9}
                assert api.post(f"/destination/{destination}/filters", json=body).status_code == 200

    def _rules(self) -> list[dict[str, Any]]:
        rules = [
            {"type": "TRACK", "key": name, "version": version, "jsonSchema": self._schema("properties")}
            for name in EVENTS[:3]
            for version in (1, 2)
        ]
        rules += [{"type": t, "version": 1, "jsonSchema": self._schema("traits")} for t in ("IDENTIFY", "GROUP")]
        common = {"type": "object", "properties": {"userId": {"type": "string", "pattern": "^[a-z]+$"}}}
        common["required"] = self.dice.choice((["messageId"], ["timestamp", "receivedAt"], ["userId"], ["category"]))
        return [*rules, {"type": "COMMON", "version": 1, "jsonSchema": common}]

    def _schema(self, container: str) -> dict[str, Any]:
        dice = self.dice
        names = [name for name in SCHEMAS if dice.random() < 0.7]
        inner: dict[str, Any] = {"type": "object", "properties": {name: SCHEMAS[name] for name in names}}
        inner["required"] = [name for name in names if dice.random() < 0.3]
        if dice.random() < 0.15:
            inner["additionalProperties"] = False
        required = [container] if dice.random() < 0.3 else []
        return {"type": "object", "properties": {container: inner}, "required": required}

    def _settings(self) -> dict[str, Any]:
        def flags(*names: str) -> dict[str, Any]:
            return {name: self.dice.random() < 0.6 for name in names}

        def common(omit: str) -> str:
            return self.dice.choice(("ALLOW", "ALLOW", "BLOCK", omit))

        traits = ("allowUnplannedTraits", "allowTraitsOnViolations")
        track = flags(
            "allowUnplannedEvents",
            "allowUnplannedEventProperties",
            "allowEventOnViolations",
            "allowPropertiesOnViolations",
        )
        return {
            "track": {**track, "commonEventOnViolations": common("OMIT_PROPERTIES")},
            "identify": {**flags(*traits), "commonEventOnViolations": common("OMIT_TRAITS")},
            "group": {**flags(*traits), "commonEventOnViolations": common("OMIT_TRAITS")},
        }
