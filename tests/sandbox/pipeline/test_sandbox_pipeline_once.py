"""Each message counts once: suppression and deduplication, seen from outside."""

from __future__ import annotations

import httpx
import pytest

from segment_toolkit.sandbox.store import ledger
from tests.sandbox.pipeline.pipeline_world import World, track


def regulate(world: World, what: str, user_id: str) -> None:
    body = {"regulationType": what, "subjectType": "USER_ID", "subjectIds": [user_id]}
    world.api("POST", "/regulations", body)


def test_an_event_of_a_suppressed_user_leaves_no_trace(world: World) -> None:
    regulate(world, "SUPPRESS_ONLY", "u-1")

    world.send(track(user="u-1", anonymousId="a-1"))

    assert world.box.events == []
    assert world.dropped() == {"suppressed": 1}
    assert world.counted(ledger.RECEIVED) == 0
    assert world.calls() == 0
    assert world.box.profiles == []
    assert world.sql("SELECT count(*) FROM tracked_person") == [(0,)]


def test_others_pass_beside_a_suppressed_user_also_with_only_an_anonymous_id(world: World) -> None:
    regulate(world, "SUPPRESS_ONLY", "u-1")

    world.send(track("A", user="u-2"), track("B", user=None, anonymousId="a-1"), track("C", user="u-1"))

    assert world.names() == ["A", "B"]


def test_a_suppressed_message_does_not_burn_its_id(world: World) -> None:
    regulate(world, "SUPPRESS_ONLY", "u-1")
    world.send(track(messageId="m-1"), track(messageId="m-1"))
    regulate(world, "UNSUPPRESS", "u-1")

    world.send(track(messageId="m-1"))

    assert world.dropped() == {"suppressed": 2}
    assert len(world.box.events) == 1


def test_a_malformed_message_of_a_suppressed_user_fails_on_ingest(world: World) -> None:
    regulate(world, "SUPPRESS_ONLY", "u-1")

    world.send({"type": "track", "userId": "u-1"})

    assert world.dropped() == {"event_not_defined": 1}


def test_of_two_messages_with_one_id_in_a_batch_the_first_is_kept(world: World) -> None:
    world.send(track("First", messageId="m-1"), track("Second", messageId="m-1"), track("Third", messageId="m-2"))

    assert world.names() == ["First", "Third"]
    assert world.dropped() == {"duplicate_message_id": 1}
    assert world.counted(ledger.RECEIVED) == 2
    assert world.calls() == 2


def test_a_rejected_message_does_not_burn_its_id(world: World) -> None:
    world.send({"type": "track", "userId": "u-1", "messageId": "m-1"}, track("Good", messageId="m-1"))

    assert world.names() == ["Good"]


def test_a_blocked_message_burns_its_id(world: World) -> None:
    world.settings(track={"allowUnplannedEvents": False})
    world.send(track("Unheard of", messageId="m-1"))
    world.settings(track={"allowUnplannedEvents": True})

    world.send(track("Unheard of", messageId="m-1"))

    assert world.dropped() == {"unplanned": 1, "duplicate_message_id": 1}


def test_a_message_id_counts_over_all_sources_and_workspaces(world: World) -> None:
    other = world.box.add_workspace("other")
    world.send(track(messageId="m-1"))

    world.send(track(messageId="m-1"), source="shop-api")
    with httpx.Client(transport=world.box.transport()) as client:
        body = {"userId": "u", "event": "E", "messageId": "m-1"}
        client.post("https://api.segment.io/v1/track", json=body, auth=(other.write_key, ""))

    assert len(world.box.events) == 1
    assert other.events == []
    assert [item["reason"] for item in other.dropped] == ["duplicate_message_id"]


@pytest.mark.parametrize(
    ("hours", "kept"), [(23.9, 1), (24, 2), (100, 2)], ids=["within the day", "a day later", "days later"]
)
def test_a_message_id_is_remembered_for_a_day(world: World, hours: float, kept: int) -> None:
    world.send(track(messageId="m-1"))
    world.later(hours=hours)

    world.send(track(messageId="m-1"))

    assert len(world.box.events) == kept


def test_the_day_runs_from_the_first_sighting(world: World) -> None:
    world.send(track(messageId="m-1"))
    world.later(hours=20)
    world.send(track(messageId="m-1"))
    world.later(hours=4)

    world.send(track(messageId="m-1"))

    assert len(world.box.events) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("m", "M"),
        ("é", "e\u0301"),
        ("m\0", "m"),
        ("m\0", "m\\0"),
        ("m ", "m"),
        ("x" * 600, "x" * 601),
    ],
    ids=["case", "normal form", "NUL", "NUL and its escape", "space", "long"],
)
def test_ids_that_differ_are_different_messages_everywhere(world: World, one: str, other: str) -> None:
    world.send(track(messageId=one), track(messageId=other))

    assert [event["messageId"] for event in world.box.events] == [one, other]
    assert world.box.query("select count(*) as n from shop_web.tracks") == [{"n": 2}]


def test_a_lone_surrogate_is_not_its_escape(world: World) -> None:
    world.send(track(messageId="m\ud800"), track(messageId="m\\ud800"))

    assert [event["messageId"] for event in world.box.events] == ["m\ud800", "m\\ud800"]
