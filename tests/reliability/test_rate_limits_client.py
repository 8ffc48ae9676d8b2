"""Rates that a toolkit keeps by itself, for all its threads and tasks, and the waits that Segment asked for."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from segment_toolkit import AsyncSegmentToolkit, Reliability, SegmentToolkit
from segment_toolkit.reliability.limits import Limits, operation
from segment_toolkit.sandbox import Sandbox
from tests.clocks import FakeClock

TRACK = {"userId": "u", "event": "E"}
KEY = ("api.segmentapis.com", "Bearer t", "POST /labels")


def test_the_documented_rate_is_kept_in_every_window() -> None:
    limits = Limits({})

    starts = [1000 + limits.place(KEY, 1000.0, 1e9).seconds for _ in range(200)]

    assert starts[:60] == [1000.0] * 60
    assert all(later - earlier >= 60 for earlier, later in zip(starts, starts[60:], strict=False))


def test_a_place_that_is_too_far_away_is_not_taken() -> None:
    limits = Limits({})
    for _ in range(60):
        limits.place(KEY, 1000.0, 0.0)

    refused = limits.place(KEY, 1010.0, 30.0)
    later = limits.place(KEY, 1061.0, 30.0)

    assert (refused.taken, refused.seconds) == (False, 50.0)
    assert (later.taken, later.seconds) == (True, 0.0)


def test_a_place_given_back_is_free_again() -> None:
    limits = Limits({KEY[2]: 1})
    place = limits.place(KEY, 1000.0, 0.0)

    limits.give_back(KEY, place)

    assert limits.place(KEY, 1000.0, 0.0).taken


def test_who_gives_a_place_back_takes_it_from_nobody_behind() -> None:
    limits = Limits({KEY[2]: 1})
    _now, in_a_minute, in_two = (limits.place(KEY, 1000.0, 1e9) for _ in range(3))

    limits.give_back(KEY, in_a_minute)
    next_one = limits.place(KEY, 1000.0, 1e9)

    assert (in_two.seconds, next_one.seconds) == (120.0, 180.0)


def test_events_are_counted_by_the_second() -> None:
    limits, key = Limits({}), ("api.segment.io", "Basic k", "tracking")

    waits = [limits.place(key, 5.0, 10.0).seconds for _ in range(1_001)]

    assert waits == [0.0] * 1_000 + [1.0]


@pytest.mark.parametrize(
    "other", [("eu1.api.segmentapis.com", *KEY[1:]), (KEY[0], "Bearer u", KEY[2]), (*KEY[:2], "GET /labels")]
)
def test_hosts_credentials_and_operations_are_counted_apart(other: tuple[str, str, str]) -> None:
    limits = Limits({})
    for _ in range(60):
        limits.place(KEY, 1000.0, 0.0)

    assert limits.place(other, 1000.0, 0.0).taken


def test_another_collector_has_no_limit_that_nobody_gave() -> None:
    limits = Limits({})

    assert all(limits.place(("proxy.example", *KEY[1:]), 1.0, 0.0).taken for _ in range(500))


def test_ids_are_no_part_of_an_operation() -> None:
    assert operation("GET", "/sources/nR7kq2Zt4WmX9bVc1sLd8P/settings") == "GET /sources/*/settings"
    assert operation("GET", "/usage/api-calls/sources/daily") == "GET /usage/api-calls/sources/daily"
    assert operation("GET", "/tracking-plans/tp_1/rules") == "GET /tracking-plans/*/rules"
    assert operation("GET", "/") == "GET /*"


def test_threads_share_a_rate(box: Sandbox, clock: FakeClock) -> None:
    slow = Reliability(clock=clock, total=600, rate_limits={"tracking": 60})
    toolkit = SegmentToolkit.sandbox(box, reliability=slow)

    with ThreadPoolExecutor(16) as pool:
        envelopes = list(pool.map(lambda _: toolkit.tools.execute("SEGMENT_TRACK", TRACK), range(150)))

    assert all(envelope.successful for envelope in envelopes)
    assert clock.waits  # 60 at once, and no more before a minute has passed
    assert clock.time >= 1060


def test_a_call_that_would_wait_too_long_is_told_and_not_sent(box: Sandbox, clock: FakeClock) -> None:
    toolkit = SegmentToolkit.sandbox(box, reliability=Reliability(clock=clock, rate_limits={"tracking": 1}))

    first = toolkit.tools.execute("SEGMENT_TRACK", TRACK)
    second = toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    assert first.successful
    assert second.failure is not None
    assert (second.failure.code, second.failure.retryable) == ("rate_limited", True)
    assert second.failure.retry_after_seconds == 60
    assert "Nothing was sent" in str(second.error)
    assert second.data["messageId"]
    assert len(box.requests) == 1


def test_after_a_429_other_calls_of_the_same_kind_wait_too(box: Sandbox, clock: FakeClock) -> None:
    toolkit = SegmentToolkit.sandbox(box, reliability=Reliability(clock=clock))
    settings = ("SEGMENT_LIST_SCHEMA_SETTINGS_IN_SOURCE", {"sourceId": box.sources["shop-web"]})
    box.inject(kind="rate_limited", seconds=100)

    first = toolkit.tools.execute(*settings)
    second = toolkit.tools.execute(*settings)
    another = toolkit.tools.execute("SEGMENT_GET_DESTINATION", {"destinationId": box.destinations["slack"]})
    clock.time += 90
    third = toolkit.tools.execute(*settings)

    assert [envelope.failure.code for envelope in (first, second) if envelope.failure] == ["rate_limited"] * 2
    assert another.successful
    assert third.successful
    assert clock.waits == [10]
    assert [request.status for request in box.requests] == [429, 200, 200]


def test_tasks_wait_for_one_429_together_and_none_is_lost(box: Sandbox, clock: FakeClock) -> None:
    async def many() -> list[bool]:
        async with AsyncSegmentToolkit.sandbox(box, reliability=Reliability(clock=clock)) as toolkit:
            box.inject(kind="rate_limited", seconds=5)
            calls = (toolkit.tools.execute("SEGMENT_TRACK", TRACK) for _ in range(100))
            return [envelope.successful for envelope in await asyncio.gather(*calls)]

    assert asyncio.run(many()) == [True] * 100
    assert len(box.events) == 100
    assert len(box.requests) == 101


def test_without_limits_nobody_waits_for_anothers_429() -> None:
    clock = FakeClock()
    answers = iter([429, 200])

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(next(answers), headers={"retry-after": "9"}, json={"success": True})

    options = Reliability(clock=clock, attempts=1, rate_limits=None)
    toolkit = SegmentToolkit(
        region="us", write_key="k" * 32, environ={}, transport=httpx.MockTransport(answer), reliability=options
    )
    toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    assert envelope.successful
    assert clock.waits == []
