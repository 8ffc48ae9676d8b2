"""Tracking plans and schema switches over both APIs: what is stored, marked, blocked, counted."""

from __future__ import annotations

from typing import Any

import pytest

from segment_toolkit.sandbox.store import ledger
from tests.sandbox.pipeline.pipeline_world import Event, World, track


def rule(key: str = "Order Completed", *, kind: str = "TRACK", container: str = "properties", **schema: Any) -> Event:
    """Make a rule about the members of an event."""
    inner = {"type": "object", **schema}
    keyed = {"key": key} if kind not in ("COMMON", "IDENTIFY", "GROUP") else {}
    json_schema = {"type": "object", "properties": {container: inner}}
    return {"type": kind, **keyed, "version": 1, "jsonSchema": json_schema}


ORDER = rule(properties={"revenue": {"type": "number"}, "coupon": {"type": "string"}}, required=["revenue"])
COMMON = {
    "type": "COMMON",
    "version": 1,
    "jsonSchema": {"type": "object", "properties": {"properties": {"properties": {"coupon": {"pattern": "^[A-Z]+$"}}}}},
}


@pytest.mark.parametrize(
    ("settings", "event", "reason"),
    [
        ({"allowUnplannedEvents": False}, track("Unheard of"), "unplanned"),
        ({"allowEventOnViolations": False}, track(properties={"revenue": "12"}), "schema_violation"),
        ({"allowEventOnViolations": False}, track(properties={}), "schema_violation"),
        (
            {"commonEventOnViolations": "BLOCK"},
            track(properties={"revenue": 1, "coupon": "x"}),
            "common_schema_violation",
        ),
        (
            {"allowUnplannedEvents": False},
            track("Unheard of", properties={"coupon": "x"}),
            "unplanned_and_schema_violation",
        ),
    ],
    ids=["unplanned", "wrong type", "required is missing", "common rule", "unplanned and against the common rule"],
)
def test_a_blocked_event_goes_nowhere_and_is_counted_at_its_source(
    world: World, settings: Event, event: Event, reason: str
) -> None:
    world.plan(ORDER, COMMON, track=settings)

    world.send(event)

    assert world.box.events == []
    assert world.dropped() == {reason: 1}
    assert world.reasons() == {reason: 1}
    assert (world.counted(ledger.RECEIVED), world.counted(ledger.FILTERED_AT_SOURCE)) == (1, 1)
    assert world.outcomes(world.box.destinations["slack"]) == {}
    assert world.calls() == 0
    assert world.box.profiles == []


def test_an_allowed_violation_is_marked_in_the_stored_event_and_counted(world: World) -> None:
    world.plan(ORDER)

    world.send(track(properties={"revenue": "12"}, context={"app": {"version": "1.2"}}))

    [event] = world.box.events
    [violation] = event["context"]["protocols"]["violations"]
    assert event["properties"] == {"revenue": "12"}
    assert event["context"]["app"] == {"version": "1.2"}
    assert event["context"]["protocols"]["sourceId"] == world.box.sources["shop-web"]
    assert (violation["type"], violation["field"]) == ("Invalid Type", "properties.revenue")
    assert world.box.violations == [
        {
            "sourceId": world.box.sources["shop-web"],
            "day": "2026-03-18",
            "type": "track",
            "event": "Order Completed",
            "violation": "Invalid Type",
            "field": "properties.revenue",
            "description": violation["description"],
            "count": 1,
        }
    ]


def test_members_that_are_not_allowed_are_taken_out_everywhere(world: World) -> None:
    world.plan(ORDER, track={"allowUnplannedEventProperties": False, "allowPropertiesOnViolations": False})

    world.send(track(properties={"revenue": "12", "coupon": "ABC", "debug": True}))

    [event] = world.box.events
    [row] = world.box.query("select * from shop_web.order_completed")
    assert event["properties"] == {"coupon": "ABC"}
    assert event["context"]["protocols"]["omitted"] == ["debug"]
    assert event["context"]["protocols"]["omitted_on_violation"] == ["revenue"]
    assert (row["coupon"], "debug" in row, "revenue" in row) == ("ABC", False, False)


def test_traits_that_are_not_allowed_reach_no_profile(world: World) -> None:
    planned = rule(kind="IDENTIFY", container="traits", properties={"email": {"type": "string"}})
    world.plan(planned, identify={"allowUnplannedTraits": False})

    world.send({"type": "identify", "userId": "u-1", "traits": {"email": "ada@example.com", "ssn": "1"}})

    [profile] = world.box.profiles
    assert set(profile.traits()) == {"email"}


def test_a_rule_that_is_changed_judges_the_next_event(world: World) -> None:
    plan_id = world.plan(ORDER, track={"allowEventOnViolations": False})
    world.send(track(properties={"revenue": "12"}))

    world.api("PUT", f"/tracking-plans/{plan_id}/rules", {"rules": [rule()]})
    world.send(track(properties={"revenue": "12"}))

    assert world.reasons() == {"schema_violation": 1}
    assert len(world.box.events) == 1


def test_a_source_that_leaves_its_plan_is_judged_by_none(world: World) -> None:
    plan_id = world.plan(ORDER, track={"allowUnplannedEvents": False})
    world.send(track("Unheard of"))

    world.api("DELETE", f"/tracking-plans/{plan_id}/sources?sourceId={world.box.sources['shop-web']}")
    world.send(track("Unheard of"))

    assert world.names() == ["Unheard of"]
    assert world.dropped() == {"unplanned": 1}


def test_the_version_an_event_asks_for_judges_it(world: World) -> None:
    strict = {**rule(required=["total"]), "version": 2}
    world.plan(rule(), strict, track={"allowEventOnViolations": False})

    world.send(
        track(properties={}, context={"protocols": {"event_version": 2}}),
        track(properties={}, context={"protocols": {"event_version": 1}}),
        track(properties={}),
        track(properties={}, context={"protocols": {"event_version": 7}}),
    )

    assert world.dropped() == {"schema_violation": 1}
    assert len(world.box.events) == 3


# Switches of a source without a plan.

SWITCHES: list[tuple[str, dict[str, list[str]], Event]] = [
    ("track", {"events": ["Off"]}, track("Off")),
    ("page", {"pages": ["Off"]}, {"type": "page", "userId": "u-1", "name": "Off"}),
    ("screen", {"screens": ["Off"]}, {"type": "screen", "userId": "u-1", "name": "Off"}),
]


@pytest.mark.parametrize(("switch", "event"), [row[1:] for row in SWITCHES], ids=[row[0] for row in SWITCHES])
def test_what_is_switched_off_by_name_is_dropped_and_only_that(
    world: World, switch: dict[str, list[str]], event: Event
) -> None:
    other_name = {**event, "event": "off", "name": "off"}
    world.box.block("shop-api", **switch)

    world.send(event, other_name, source="shop-api")
    world.send(event, source="shop-ios")

    assert world.dropped() == {"event_setting": 1}
    assert world.counted(ledger.FILTERED_AT_SOURCE, source="shop-api") == 1
    assert len(world.box.events) == 2


def test_a_trait_that_is_switched_off_is_taken_out_and_the_call_goes_on(world: World) -> None:
    world.box.block("shop-api", traits=["ssn"], group_traits=["budget"])

    world.send(
        {"type": "identify", "userId": "u-1", "traits": {"ssn": "1", "budget": 2}},
        {"type": "group", "userId": "u-1", "groupId": "g-1", "traits": {"ssn": "1", "budget": 2}},
        source="shop-api",
    )

    assert [event["traits"] for event in world.box.events] == [{"budget": 2}, {"ssn": "1"}]
    assert world.dropped() == {}


def test_switches_do_nothing_while_a_plan_is_connected(world: World) -> None:
    world.box.block("shop-web", events=["Off"])

    world.send(track("Off"))

    assert world.names() == ["Off"]


def test_a_disabled_source_takes_nothing_in_until_it_is_enabled(world: World) -> None:
    path = f"/sources/{world.box.sources['shop-web']}"
    world.api("PATCH", path, {"enabled": False})
    world.send(track("Before", messageId="m-1"))

    world.api("PATCH", path, {"enabled": True})
    world.send(track("After", messageId="m-1"))

    assert world.names() == ["After"]
    assert world.dropped() == {"source_disabled": 1}
    assert world.counted(ledger.FAILED_ON_INGEST) == 1


def test_a_removed_key_leads_nowhere_and_the_others_go_on(world: World) -> None:
    web, key = world.box.sources["shop-web"], world.box.write_key
    added = world.api("POST", f"/sources/{web}/writekey")["source"]["writeKeys"]
    [new] = [each for each in added if each != key]

    world.api("DELETE", f"/sources/{web}/writekey/{key}")
    old_answer = world.call("track", {"writeKey": key, "userId": "u", "event": "Old"})
    world.call("track", {"writeKey": new, "userId": "u", "event": "New"})

    assert old_answer.json() == {"success": True}
    assert world.names() == ["New"]
    assert [event["event"] for event in world.box.unattributed] == ["Old"]
