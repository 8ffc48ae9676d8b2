"""Profiles and usage: who the events are about."""

from __future__ import annotations

import base64
from datetime import date
from typing import Any

import httpx
import pytest

from segment_toolkit.sandbox.pipeline.messages import Message
from tests.sandbox.pipeline.pipeline_world import Event, World, track


def identify(user: str | None = None, anonymous: str | None = None, **traits: Any) -> Event:
    ids = {name: value for name, value in (("userId", user), ("anonymousId", anonymous)) if value is not None}
    return {"type": "identify", **ids, "traits": traits}


def lookup(world: World, external_id: str, view: str, token: str | None = None) -> httpx.Response:
    """Ask the Profile API."""
    access = base64.b64encode(f"{token or world.box.profile_token}:".encode()).decode()
    url = f"https://profiles.segment.com/v1/spaces/{world.box.space_id}/collections/users/profiles/{external_id}/{view}"
    with httpx.Client(transport=world.box.transport()) as client:
        return client.get(url, headers={"authorization": f"Basic {access}"})


def test_a_visitor_who_logs_in_is_one_profile_over_all_sources(world: World) -> None:
    world.send(track("Looked", user=None, anonymousId="a-1"))
    world.send(identify("u-1", "a-1", email="ada@example.com"))
    world.send(track("Bought"), source="shop-api")

    [profile] = world.box.profiles
    ids = {(item["type"], item["id"]) for item in lookup(world, "user_id:u-1", "external_ids").json()["data"]}
    seen = lookup(world, "anonymous_id:a-1", "events").json()["data"]
    assert ids == {("user_id", "u-1"), ("anonymous_id", "a-1"), ("email", "ada@example.com")}
    assert {event.get("event") for event in seen} == {"Looked", None, "Bought"}
    assert world.box.profile("email:ada@example.com") == profile


def test_traits_are_read_over_the_api_and_in_python_alike(world: World) -> None:
    world.send(identify("u-1", plan="pro", seats=3))

    answer = lookup(world, "user_id:u-1", "traits")
    profile = world.box.profile("user_id:u-1")
    assert profile is not None
    assert answer.json()["traits"] == {name: trait.value for name, trait in profile.traits().items()}


@pytest.mark.parametrize(
    ("external_id", "view", "token", "status"),
    [
        ("user_id:nobody", "traits", None, 404),
        ("user_id:u-1", "nonsense", None, 404),
        ("user_id:u-1", "traits", "x", 401),
    ],
    ids=["unknown person", "unknown view", "wrong token"],
)
def test_the_profile_api_refuses_what_it_does_not_know(
    world: World, external_id: str, view: str, token: str | None, status: int
) -> None:
    world.send(identify("u-1"))

    assert lookup(world, external_id, view, token).status_code == status


def test_the_email_of_another_user_merges_no_users(world: World) -> None:
    world.send(identify("u-1", email="ada@example.com"), identify("u-2", email="ada@example.com"))

    assert len(world.box.profiles) == 2


def test_profiles_of_workspaces_are_apart(world: World) -> None:
    other = world.box.add_workspace("other")

    world.send(identify("u-1"))

    assert other.profiles == []


# Usage.


def people(world: World) -> set[tuple[str, str, bool]]:
    """Return kind, identifier and whether it was ever identified."""
    backend = world.box._backend
    rows = backend.store.ledger.people(world.box.id, date(2026, 3, 1))
    return {(kind, identifier, identified is not None) for _, kind, identifier, _, identified in rows}


def test_a_person_is_tracked_once_a_month_by_each_id(world: World) -> None:
    world.send(
        track("A"), track("B"), track("C", user=None, anonymousId="a-1"), track("D", user=None, anonymousId="a-2")
    )
    world.send(track("E", anonymousId="a-1"))

    assert people(world) == {("user", "u-1", True), ("anonymous", "a-1", True), ("anonymous", "a-2", False)}


def test_a_person_is_tracked_again_after_the_counters_went_back(world: World) -> None:
    empty = world.box.snapshot()
    world.send(track())
    world.box.restore(empty)
    before = people(world)

    world.send(track())

    assert before == set()
    assert people(world) == {("user", "u-1", True)}


def test_a_person_is_tracked_though_its_first_event_was_undone(world: World) -> None:
    def take_and_fail() -> None:
        with world.box._backend.transaction():
            pipeline = world.box._backend.pipeline
            pipeline.ingest(pipeline.routes.of_key(world.box.write_key), [Message(track())], world.clock())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take_and_fail()
    before = people(world)

    world.send(track())

    assert before == set()
    assert people(world) == {("user", "u-1", True)}


@pytest.mark.parametrize(
    "event",
    [track(""), track("Off"), {"type": "alias", "userId": "u-1"}],
    ids=["fails on ingest", "blocked", "incomplete alias"],
)
def test_an_event_that_is_not_taken_in_tracks_nobody(world: World, event: Event) -> None:
    world.box.block("shop-api", events=["Off"])

    world.send(event, source="shop-api")

    assert people(world) == set()


def test_violations_add_one_person_in_all(world: World) -> None:
    target = world.source("violations")
    world.plan(
        {"type": "TRACK", "key": "E", "version": 1, "jsonSchema": {"type": "object", "required": ["properties"]}},
        forwardingViolationsTo=target,
    )

    world.send(*(track("E", user=f"u-{number}") for number in range(5)))

    kinds = [(kind, identifier) for kind, identifier, _ in people(world)]
    assert len(kinds) == 6
    assert ("user", "schema-violations") in kinds


def test_usage_of_the_public_api_counts_what_is_stored(world: World) -> None:
    def calls(path: str) -> int:
        entries = world.api("GET", f"/usage/api-calls/{path}?period=2026-03-01")
        [usage] = [value for name, value in entries.items() if name != "pagination"]
        return sum(int(item["apiCalls"]) for item in usage if item["timestamp"].startswith("2026-03-18"))

    before = calls("daily"), calls("sources/daily")

    world.send(track(), track("", user="u"), track("Other"))

    assert (calls("daily"), calls("sources/daily")) == (before[0] + 2, before[1] + 2)
