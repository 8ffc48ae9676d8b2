"""Violations and blocked events that are sent on to another source."""

from __future__ import annotations

import pytest

from segment_toolkit.sandbox.store import ledger
from tests.sandbox.pipeline.pipeline_world import World, track
from tests.sandbox.pipeline.test_sandbox_pipeline_plans import COMMON, ORDER

BLOCK = {"allowEventOnViolations": False}


def test_each_violation_becomes_an_event_of_the_other_source(world: World) -> None:
    target = world.source("violations")
    world.plan(ORDER, COMMON, forwardingViolationsTo=target)

    world.send(track(properties={"revenue": "1", "coupon": "x"}, messageId="m-1"))

    stored = [event for event in world.box.events if event["event"] == "Violation Generated"]
    assert [event["properties"]["violationField"] for event in stored] == ["properties.revenue", "properties.coupon"]
    assert {event["properties"]["eventMessageID"] for event in stored} == {"m-1"}
    assert {event["userId"] for event in stored} == {"schema-violations"}
    assert {event["sourceId"] for event in stored} == {target}
    assert len({event["messageId"] for event in stored}) == 2
    assert world.counted(ledger.RECEIVED, source="violations") == 2
    assert world.calls() == 3
    assert world.box.query("select count(*) as n from violations.violation_generated") == [{"n": 2}]


def test_a_blocked_event_counts_in_the_other_source_and_not_in_its_own(world: World) -> None:
    target = world.source("blocked")
    hook = world.destination("blackhole", "blocked")
    world.plan(ORDER, track=BLOCK, forwardingBlockedEventsTo=target)

    world.send(track(properties={}, messageId="m-1"))

    [event] = world.box.events
    assert (event["messageId"], event["sourceId"]) == ("m-1", target)
    assert (world.counted(ledger.FILTERED_AT_SOURCE), world.counted(ledger.FILTERED_AT_SOURCE, source="blocked")) == (
        1,
        0,
    )
    assert world.outcomes(hook, "blocked") == {ledger.DELIVERED: 1}
    assert world.sql("SELECT source_id, kind, identifier FROM tracked_person") == [(target, "user", "u-1")]
    assert world.calls() == 1


def test_an_event_that_only_lost_something_is_not_forwarded(world: World) -> None:
    target = world.source("blocked")
    world.plan(ORDER, track={"allowPropertiesOnViolations": False}, forwardingBlockedEventsTo=target)

    world.send(track(properties={"revenue": "1"}))

    assert {event["sourceId"] for event in world.box.events} == {world.box.sources["shop-web"]}


@pytest.mark.parametrize("target_is", ["another source with the same plan", "itself"])
def test_what_was_forwarded_is_not_judged_again(world: World, target_is: str) -> None:
    target = world.source("blocked") if target_is != "itself" else world.box.sources["shop-web"]
    both = {"forwardingBlockedEventsTo": target, "forwardingViolationsTo": target}
    plan_id = world.plan(ORDER, track={**BLOCK, "allowUnplannedEvents": False}, **both)
    if target_is != "itself":
        world.api("POST", f"/tracking-plans/{plan_id}/sources", {"sourceId": target})
        world.settings("blocked", track={**BLOCK, "allowUnplannedEvents": False}, **both)

    world.send(track(properties={}))

    assert sorted(world.names()) == ["Order Completed", "Violation Generated"]
    assert world.dropped() == {"schema_violation": 1}


def test_forwarding_to_a_disabled_source_fails_on_ingest_there(world: World) -> None:
    target = world.source("blocked")
    world.plan(ORDER, track=BLOCK, forwardingBlockedEventsTo=target)
    world.api("PATCH", f"/sources/{target}", {"enabled": False})

    world.send(track(properties={}))

    assert world.box.events == []
    assert world.counted(ledger.FAILED_ON_INGEST, source="blocked") == 1
    assert world.counted(ledger.RECEIVED, source="blocked") == 0
    assert world.dropped() == {"schema_violation": 1, "source_disabled": 1}


def test_forwarding_to_a_source_that_is_gone_loses_the_event_and_nothing_else(world: World) -> None:
    target = world.source("blocked")
    world.plan(ORDER, track=BLOCK, forwardingBlockedEventsTo=target)
    world.api("DELETE", f"/sources/{target}")

    world.send(track(properties={}), track(properties={"revenue": 1}))

    assert len(world.box.events) == 1
    assert world.dropped() == {"schema_violation": 1}


def test_a_sender_cannot_pass_an_event_off_as_forwarded(world: World) -> None:
    world.plan(ORDER, track=BLOCK)

    world.send(track(properties={}, forwardedFromProject="x"))

    assert world.dropped() == {"schema_violation": 1}


def test_switched_off_events_are_forwarded_as_well(world: World) -> None:
    target = world.source("blocked")
    world.settings("shop-api", forwardingBlockedEventsTo=target)
    world.box.block("shop-api", events=["Off"])

    world.send(track("Off"), source="shop-api")

    assert [event["sourceId"] for event in world.box.events] == [target]
