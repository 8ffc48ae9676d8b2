"""Which destination gets an event, and what of it: consent, integrations object, filters, switches."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from segment_toolkit.sandbox.store import ledger
from tests.sandbox.pipeline.pipeline_world import Event, World, track, writing_to
from tests.sandbox.pipeline.pipeline_world import world as new_world

TO = {ledger.DELIVERED: 1}
FILTERED = {ledger.FILTERED_AT_DESTINATION: 1}
DROP = {"type": "DROP"}


def consenting(**categories: bool) -> Event:
    return track(context={"consent": {"categoryPreferences": categories}})


@pytest.mark.parametrize(
    ("event", "outcome"),
    [
        (consenting(ads=True, analytics=True), TO),
        (consenting(ads=True), FILTERED),
        (consenting(ads=True, analytics=False), FILTERED),
        (track(context={"consent": {"categoryPreferences": {}}}), FILTERED),
        (track(context={"consent": {}}), FILTERED),
        (track(context={"consent": "yes"}), FILTERED),
        (track(context={}), TO),
        (track(), TO),
    ],
    ids=[
        "to all",
        "to one",
        "denied one",
        "no preference",
        "no preferences",
        "of no shape",
        "no consent",
        "no context",
    ],
)
def test_a_destination_with_consent_categories_needs_all_of_them(
    world: World, event: Event, outcome: dict[str, int]
) -> None:
    slack, amplitude = (world.box.destinations[name] for name in ("slack", "actions-amplitude"))
    world.box.require_consent("slack", "ads", "analytics")

    world.send(event)

    assert world.outcomes(slack) == outcome
    assert world.reasons(slack) == {("successes.attempt.1" if outcome is TO else "FILTERED_BY_END_USER_CONSENT"): 1}
    assert world.outcomes(amplitude) == TO
    assert len(world.box.events) == 1


@pytest.mark.parametrize(
    ("integrations", "slack", "amplitude"),
    [
        ({}, TO, TO),
        ({"All": False}, FILTERED, FILTERED),
        ({"All": False, "Slack": True}, TO, FILTERED),
        ({"All": False, "Slack": {"channel": "x"}}, TO, FILTERED),
        ({"Slack": False}, FILTERED, TO),
        ({"slack": False}, TO, TO),
        ({"Segment.io": False}, TO, TO),
        (None, TO, TO),
    ],
    ids=["empty", "none", "one of none", "options", "not one", "name in another case", "Segment itself", "null"],
)
def test_the_integrations_object_chooses_destinations_and_never_warehouses(
    world: World, integrations: Any, slack: dict[str, int], amplitude: dict[str, int]
) -> None:
    world.send(track(integrations=integrations))

    assert world.outcomes(world.box.destinations["slack"]) == slack
    assert world.outcomes(world.box.destinations["actions-amplitude"]) == amplitude
    assert world.box.query("select count(*) as n from shop_web.tracks") == [{"n": 1}]


def test_consent_is_looked_at_before_the_integrations_object(world: World) -> None:
    slack = world.box.destinations["slack"]
    world.box.require_consent("slack", "ads")

    world.send({**consenting(ads=False), "integrations": {"Slack": False}})
    world.send({**consenting(ads=True), "integrations": {"Slack": False}})

    assert world.reasons(slack) == {"FILTERED_BY_END_USER_CONSENT": 1, "FILTERED_BY_INTEGRATIONS_OBJECT": 1}


def test_the_integrations_of_a_batch_hold_for_its_items_unless_they_say_otherwise(world: World) -> None:
    slack = world.box.destinations["slack"]

    world.call("batch", {"batch": [track(), track(integrations={"Slack": True})], "integrations": {"Slack": False}})

    assert world.outcomes(slack) == {ledger.DELIVERED: 1, ledger.FILTERED_AT_DESTINATION: 1}


def test_a_disabled_destination_gets_and_counts_nothing(world: World) -> None:
    slack = world.box.destinations["slack"]
    world.api("PATCH", f"/destinations/{slack}", {"enabled": False})
    world.send(track())

    world.api("PATCH", f"/destinations/{slack}", {"enabled": True})
    world.send(track())

    assert world.outcomes(slack) == TO
    assert world.counted(ledger.RECEIVED) == 2


def test_a_deleted_destination_gets_nothing(world: World) -> None:
    slack = world.box.destinations["slack"]
    world.api("DELETE", f"/destinations/{slack}")

    world.send(track())

    assert world.outcomes(slack) == {}


# Filters.


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "files"


def lines(folder: Path, name: str = "events.jsonl") -> list[Event]:
    path = folder / name
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_a_filter_drops_what_its_condition_says_and_counts_it(world: World) -> None:
    slack = world.box.destinations["slack"]
    world.filter(slack, "type = 'track' and properties.price < 10", DROP)

    world.send(track(properties={"price": 5}), track(properties={"price": 20}), track())

    assert world.outcomes(slack) == {ledger.DELIVERED: 2, ledger.FILTERED_AT_DESTINATION: 1}
    assert world.reasons(slack) == {"successes.attempt.1": 2, "FILTERED_BY_RULES": 1}
    assert world.outcomes(world.box.destinations["actions-amplitude"]) == {ledger.DELIVERED: 3}


def test_property_filters_change_what_one_destination_gets_and_nothing_else(folder: Path) -> None:
    with new_world(deliveries=writing_to(folder)) as world:
        thin = world.destination("file", path="thin.jsonl")
        world.destination("file", path="events.jsonl")
        drop = {"type": "DROP_PROPERTIES", "fields": {"properties": ["ssn"], "context.traits": ["email"]}}
        allow = {"type": "ALLOW_PROPERTIES", "fields": {"properties": ["price", "ssn"]}}
        world.filter(thin, "all", drop, allow)
        sent = {"price": 1, "ssn": "1", "debug": True}

        world.send(track(properties=sent, context={"traits": {"email": "a", "name": "b"}}))

        [stored], [whole], [thinned] = world.box.events, lines(folder), lines(folder, "thin.jsonl")
        assert whole == stored
        assert (stored["properties"], stored["context"]) == (sent, {"traits": {"email": "a", "name": "b"}})
        assert (thinned["properties"], thinned["context"]) == ({"price": 1}, {"traits": {"name": "b"}})


def test_a_sample_by_chance_keeps_about_its_share(world: World) -> None:
    slack = world.box.destinations["slack"]
    world.filter(slack, "all", {"type": "SAMPLE", "percent": 0.25})

    world.send(*(track(user=f"u-{number}") for number in range(1_000)))

    outcomes = world.outcomes(slack)
    assert 180 < outcomes[ledger.DELIVERED] < 320
    assert sum(outcomes.values()) == 1_000


def test_a_sample_by_a_field_keeps_all_events_of_a_user_or_none(folder: Path) -> None:
    with new_world(deliveries=writing_to(folder)) as world:
        sampled = world.destination("file", path="events.jsonl")
        world.filter(sampled, "all", {"type": "SAMPLE", "percent": 0.5, "path": "userId"})

        for _ in range(3):
            world.send(*(track(user=f"u-{number}") for number in range(40)))

        kept = [event["userId"] for event in lines(folder)]
        assert 0 < len(set(kept)) < 40
        assert {kept.count(user) for user in kept} == {3}


def test_a_filter_that_is_disabled_or_removed_lets_everything_pass(world: World) -> None:
    slack = world.box.destinations["slack"]
    first, second = world.filter(slack, "all", DROP), world.filter(slack, "all", DROP)
    world.send(track())

    world.api("PATCH", f"/destination/{slack}/filters/{first}", {"enabled": False})
    world.api("DELETE", f"/destination/{slack}/filters/{second}")
    world.send(track())

    assert world.outcomes(slack) == {ledger.DELIVERED: 1, ledger.FILTERED_AT_DESTINATION: 1}


@pytest.mark.parametrize(
    ("condition", "actions"),
    [("this is no FQL (", [DROP]), ("all", [{"type": "EXPLODE"}]), ("false", [{"type": "SAMPLE"}])],
    ids=["condition", "action", "action of a filter that never applies"],
)
def test_a_stored_filter_that_is_invalid_drops_everything(world: World, condition: str, actions: list[Event]) -> None:
    slack = world.box.destinations["slack"]
    filter_id = world.filter(slack, "false", DROP)
    with world.box._backend.transaction():
        shelf = world.box._backend.home.filters
        shelf[filter_id] = replace(shelf[filter_id], condition=condition, actions=tuple(actions))

    world.send(track(), track())

    assert world.outcomes(slack) == {ledger.FILTERED_AT_DESTINATION: 2}
    assert len(world.box.events) == 2


def test_a_condition_that_makes_no_sense_for_an_event_drops_that_event_alone(world: World) -> None:
    slack = world.box.destinations["slack"]
    world.filter(slack, "length(properties.items) > 1", DROP)

    world.send(track(properties={"items": [1]}), track(properties={"items": [1, 2]}), track(properties={"items": {}}))

    assert sum(world.outcomes(slack).values()) == 3
    assert world.outcomes(slack)[ledger.FILTERED_AT_DESTINATION] >= 1
