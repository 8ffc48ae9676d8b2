"""What is stored is nobody else's: no caller can change it. And what it costs grows no faster than what is sent."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from segment_toolkit.sandbox.pipeline.messages import Message
from tests.sandbox.pipeline.pipeline_world import Event, World, track, writing_to
from tests.sandbox.pipeline.pipeline_world import world as new_world
from tests.sandbox.pipeline.test_sandbox_pipeline_plans import rule


def test_changing_what_a_property_returned_changes_nothing(world: World) -> None:
    world.plan(rule(required=["revenue"]))
    world.send(track(properties={"items": [1]}), track("", properties={"items": [1]}))
    world.send({"type": "identify", "userId": "u-1", "traits": {"tags": ["a"]}})
    [profile] = world.box.profiles

    for found in (world.box.events, world.box.dropped, world.box.violations, [profile.traits()["tags"].value]):
        found[0].clear()

    assert world.box.events[0]["properties"] == {"items": [1]}
    assert world.box.dropped[0]["event"]["properties"] == {"items": [1]}
    assert world.box.violations[0]["count"] == 1
    assert profile.traits()["tags"].value == ["a"]


def test_changing_an_event_after_it_was_taken_in_changes_nothing(tmp_path: Path) -> None:
    with new_world(deliveries=writing_to(tmp_path)) as world:
        world.destination("file", path="events.jsonl")
        event = track(properties={"items": [1]}, context={"app": {"version": "1"}})
        backend = world.box._backend
        with backend.transaction():
            route = backend.pipeline.routes.of_key(world.box.write_key)
            backend.pipeline.ingest(route, [Message(event)], world.clock())

        event["properties"]["items"].append(2)
        event["context"].clear()

        [stored] = world.box.events
        assert stored["properties"] == {"items": [1]}
        assert stored["context"] == {"app": {"version": "1"}}


def test_what_is_done_to_an_event_for_one_destination_is_not_seen_by_the_next(world: World) -> None:
    event = track(properties={"a": 1, "b": {"c": 2}}, messageId="m-1")
    before = str(event)
    world.filter(world.box.destinations["slack"], "all", {"type": "DROP_PROPERTIES", "fields": {"properties.b": ["c"]}})
    world.plan(rule(properties={"b": {}}), track={"allowUnplannedEventProperties": False})
    backend = world.box._backend

    with backend.transaction():
        route = backend.pipeline.routes.of_key(world.box.write_key)
        backend.pipeline.ingest(route, [Message(event)], world.clock())

    assert str(event) == before
    assert world.box.events[0]["properties"] == {"b": {"c": 2}}


# Size: what is stored is not many times what was sent.


def stored_bytes(world: World) -> int:
    both = "SELECT document FROM event UNION ALL SELECT document FROM dropped"
    [(size,)] = world.sql(f"SELECT coalesce(sum(length(document)), 0) FROM ({both})")
    return int(size)


def test_what_a_batch_says_for_all_its_items_does_not_fill_the_disk(world: World) -> None:
    small, large = {"app": {"version": "1"}}, {"app": {"name": "x" * 200_000}}
    items = [track() for _ in range(1_000)]

    world.call("batch", {"batch": items, "context": large})
    world.call("batch", {"batch": items, "context": small})

    assert world.dropped() == {"bad_request": 1_000}
    assert {event["context"]["app"]["version"] for event in world.box.events} == {"1"}
    assert stored_bytes(world) < 2_000_000


def test_an_event_with_thousands_of_violations_is_told_of_a_hundred_times(world: World) -> None:
    world.plan(rule(additionalProperties={"type": "null"}), forwardingViolationsTo=world.source("violations"))
    properties = {f"p{number}": 1 for number in range(1_500)}

    world.send(track(properties=properties, context={"app": {"name": "x" * 10_000}}))

    stored, *forwarded = world.box.events
    assert len(stored["context"]["protocols"]["violations"]) == len(forwarded) == 100
    assert len(world.box.violations) == 100
    assert stored_bytes(world) < 2_000_000


def test_all_that_offends_is_taken_out_however_much_it_is(world: World) -> None:
    world.plan(rule(additionalProperties={"type": "null"}), track={"allowPropertiesOnViolations": False})

    world.send(track(properties={f"p{number}": 1 for number in range(1_500)}))

    assert world.box.events[0]["properties"] == {}


# Growth: four times as much may cost six times as much, where sixteen times would be quadratic.


def external_ids(number: int, ids: Iterator[int]) -> list[Event]:
    made = [{"id": f"x{next(ids)}", "type": "t", "collection": "users", "encoding": "none"} for _ in range(number // 8)]
    return [track(user=f"u{next(ids)}", context={"externalIds": made})]


GROWING: dict[str, Callable[[int, Iterator[int]], list[Event]]] = {
    "properties": lambda number, _: [track(properties={f"p{index}": index for index in range(number)})],
    "traits": lambda number, _: [
        {"type": "identify", "userId": "u", "traits": {f"p{index}": index for index in range(number)}}
    ],
    "external ids": external_ids,
    "nested lists": lambda number, _: [track(properties={"a": [{"b": [index]} for index in range(number)]})],
    "integrations": lambda number, _: [track(integrations={f"i{index}": False for index in range(number)})],
    "messages": lambda number, ids: [track(user=f"u{next(ids)}") for _ in range(number // 2)],
    "event names": lambda number, ids: [track(f"E{next(ids)}") for _ in range(number // 2)],
    "devices of a few people": lambda number, ids: [
        track(user=f"u{index % 7}", anonymousId=f"a{next(ids)}") for index in range(number // 2)
    ],
    "repetitions": lambda number, _: [track(messageId="m") for _ in range(number // 2)],
}


@pytest.mark.parametrize("plan", [False, True], ids=["without a plan", "with a plan that all violate"])
@pytest.mark.parametrize("name", GROWING)
def test_the_cost_grows_with_what_is_sent_and_no_faster(world: World, name: str, plan: bool) -> None:
    if plan:
        strict = rule(additionalProperties={"type": "null"}, properties={"a": {"items": {"type": "null"}}})
        settings = {"allowPropertiesOnViolations": False, "allowUnplannedEventProperties": False}
        world.plan(strict, track=settings, forwardingViolationsTo=world.source("violations"))
    ids = count()
    world.send(*GROWING[name](100, ids))

    small, large = (cheapest(world, lambda n=n: GROWING[name](n, ids)) for n in (400, 1_600))  # type: ignore[misc]  # mypy does not infer a lambda with a default

    # A floor under the small one, where a request costs what it costs whatever is in it.
    assert large < 7 * max(small, 0.002)


def cheapest(world: World, make: Callable[[], Any]) -> float:
    """Return the least CPU seconds that a batch took, of three."""
    costs = []
    for _ in range(3):
        batch = make()
        start = time.thread_time()
        world.send(*batch)
        costs.append(time.thread_time() - start)
    return min(costs)
