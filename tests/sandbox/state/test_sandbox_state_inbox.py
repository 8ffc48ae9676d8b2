"""Single events of a sandbox in memory are processed together, and nobody can tell."""

from __future__ import annotations

import random
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from segment_toolkit.sandbox import Sandbox, StoppedClock
from segment_toolkit.sandbox.inbox import Inbox
from segment_toolkit.sandbox.pipeline.messages import Message
from segment_toolkit.sandbox.pipeline.pipeline import Arrival
from tests.sandbox.state.state_world import (
    TRACKING,
    closing,
    everything,
    names,
    public_client,
    send,
    track,
    tracking_client,
)

CALLS: dict[str, dict[str, Any]] = {
    "track": {"event": "Order Completed", "properties": {"total": 3}},
    "identify": {"traits": {"email": "ada@example.com"}},
    "group": {"groupId": "g1", "traits": {"plan": "pro"}},
    "page": {"name": "Home"},
    "alias": {"previousId": "u0"},
    "screen": {"name": ""},
}


def live(box: Sandbox, clock: StoppedClock, seed: int) -> list[int]:
    """Live through a random hundred of events, looks and changes; the statuses that were answered."""
    dice, statuses = random.Random(seed), list[int]()
    keys = [*box.write_keys.values(), "nobody's"]
    with httpx.Client(transport=box.transport(), base_url=TRACKING["us"]) as client, public_client(box) as public:
        for number in range(100):
            call, body = dice.choice([*CALLS.items()])
            event = {"writeKey": dice.choice(keys), "userId": f"u{dice.randrange(4)}", **body}
            if dice.random() < 0.7:
                event["messageId"] = f"m{dice.randrange(50)}"
            statuses.append(client.post(call, json=event).status_code)
            step = dice.random()
            if step < 0.04:
                clock.forward(timedelta(hours=dice.choice([1, 30])))
            elif step < 0.08:
                statuses.append(public.post("/labels", json={"label": {"key": "k", "value": str(number)}}).status_code)
            elif step < 0.1:
                box.restore(box.snapshot())
            elif step < 0.12:
                statuses.append(
                    client.post("batch", json={"writeKey": keys[0], "batch": [{"type": "page"}]}).status_code
                )
    return statuses


@pytest.mark.parametrize("seed", range(5))
def test_a_sandbox_in_memory_comes_to_the_same_as_one_that_writes_each_event(
    seed: int, tmp_path: Path, clock: StoppedClock
) -> None:
    clocks = [StoppedClock(clock.now), StoppedClock(clock.now)]
    boxes = [Sandbox(clock=clocks[0]), Sandbox(clock=clocks[1], path=tmp_path / "box.db")]
    with closing(boxes[0]), closing(boxes[1]):
        statuses = [live(box, own, seed) for box, own in zip(boxes, clocks, strict=True)]

        assert statuses[0] == statuses[1]
        assert everything(boxes[0]) == everything(boxes[1])


def test_whoever_looks_finds_every_event_that_was_acknowledged(box: Sandbox) -> None:
    for number in range(1, 150):
        send(box, f"Event {number}")

        assert box.event_count == number


def test_events_of_many_threads_are_all_there(box: Sandbox) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: send(box, *[f"Event {number}"] * 25), range(8)))

    assert len(names(box)) == 200


def test_an_event_that_the_sandbox_fails_on_takes_no_other_with_it(
    box: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = box._backend.pipeline
    process = pipeline.ingest_over_time

    def fail_on_bad(arrivals: Iterable[Arrival]) -> None:
        process(found := list(arrivals))
        if any(arrival.message.event["event"] == "Bad" for arrival in found):
            raise RuntimeError("a bug")

    monkeypatch.setattr(pipeline, "ingest_over_time", fail_on_bad)
    key = box.write_key
    with tracking_client(box) as client:
        for event in ("Before", "Bad", "After"):
            track(client, key, event)

    with pytest.raises(RuntimeError, match="a bug"):
        names(box)

    assert names(box) == ["Before", "After"]


def test_an_interrupted_inbox_still_has_its_events(clock: StoppedClock) -> None:
    interrupts = [KeyboardInterrupt()]
    processed: list[Arrival] = []

    def process(arrivals: list[Arrival]) -> None:
        if interrupts:
            raise interrupts.pop()
        processed.extend(arrivals)

    inbox, arrival = Inbox(process), Arrival(None, Message({}), clock.now)
    with inbox.lock.bare:
        inbox.put(arrival)

    with pytest.raises(KeyboardInterrupt), inbox.lock:
        pass
    with inbox.lock:
        found = list(processed)

    assert found == [arrival]


def test_events_long_apart_are_not_processed_together(clock: StoppedClock) -> None:
    rounds: list[int] = []
    inbox = Inbox(lambda arrivals: rounds.append(len(arrivals)))

    with inbox.lock.bare:
        for _ in range(3):
            inbox.put(Arrival(None, Message({}), clock.now))
        inbox.put(Arrival(None, Message({}), clock.now + timedelta(hours=1)))

    assert rounds == [3]


def test_a_profile_that_was_taken_before_an_event_shows_it(box: Sandbox) -> None:
    send(box, "First")
    [profile] = box.profiles

    send(box, "Second")

    assert [timed.event["event"] for timed in profile.events()] == ["Second", "First"]
