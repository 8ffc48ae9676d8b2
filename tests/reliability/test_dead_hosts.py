"""A host that does not answer is left alone for a while: calls fail at once, until one of them finds it back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock

import httpx
import pytest

from segment_toolkit import Reliability, SegmentToolkit
from segment_toolkit.reliability.breaker import Breaker
from segment_toolkit.sandbox import Sandbox
from tests.clocks import FakeClock

TRACK = {"userId": "u", "event": "E"}


@pytest.fixture
def toolkit(box: Sandbox, clock: FakeClock) -> SegmentToolkit:
    """One that gives a host up after three failures in a row, for ten seconds."""
    options = Reliability(clock=clock, attempts=1, dead_after=3, cool_down=10)
    return SegmentToolkit.sandbox(box, reliability=options)


def track(toolkit: SegmentToolkit) -> str:
    """What became of an event: its code, or `ok`."""
    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK)
    return envelope.failure.code if envelope.failure else "ok"


def test_after_so_many_failures_in_a_row_nothing_is_sent_for_a_while(toolkit: SegmentToolkit, box: Sandbox) -> None:
    box.inject(error=httpx.ConnectTimeout, times=20)
    found = [track(toolkit) for _ in range(3)]

    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    assert found == ["network"] * 3
    assert len(box.requests) == 3
    assert envelope.failure is not None
    assert (envelope.failure.code, envelope.failure.retryable) == ("network", True)
    assert envelope.failure.retry_after_seconds == 10
    assert "api.segment.io has not answered" in str(envelope.error)
    assert "Nothing was sent" in str(envelope.error)


def test_other_hosts_are_asked_as_before(toolkit: SegmentToolkit, box: Sandbox) -> None:
    box.inject(error=httpx.ConnectTimeout, times=3)
    for _ in range(3):
        track(toolkit)

    envelope = toolkit.tools.execute("SEGMENT_GET_DESTINATION", {"destinationId": box.destinations["slack"]})

    assert envelope.successful


def test_one_call_finds_out_that_the_host_is_back(toolkit: SegmentToolkit, box: Sandbox, clock: FakeClock) -> None:
    box.inject(error=httpx.ReadTimeout, times=3)
    for _ in range(3):
        track(toolkit)
    clock.time += 10

    assert [track(toolkit) for _ in range(3)] == ["ok"] * 3


def test_one_call_that_finds_it_still_dead_closes_it_again(
    toolkit: SegmentToolkit, box: Sandbox, clock: FakeClock
) -> None:
    box.inject(error=httpx.ReadTimeout, times=4)
    for _ in range(3):
        track(toolkit)
    clock.time += 10

    found = [track(toolkit) for _ in range(3)]

    assert found == ["network"] * 3
    assert len(box.requests) == 4


@pytest.mark.parametrize("status", [400, 404, 429, 500, 503])
def test_any_answer_shows_that_the_host_is_there(toolkit: SegmentToolkit, box: Sandbox, status: int) -> None:
    for _ in range(2):
        box.inject(error=httpx.ConnectError, times=2)
        box.inject(status=status)
        for _ in range(3):
            track(toolkit)

    assert track(toolkit) == "ok"


def test_a_busy_pool_says_nothing_about_the_host(toolkit: SegmentToolkit, box: Sandbox) -> None:
    box.inject(error=httpx.PoolTimeout, times=5)
    for _ in range(5):
        track(toolkit)

    assert track(toolkit) == "ok"


def test_a_call_that_was_trying_again_says_what_it_met(box: Sandbox, clock: FakeClock) -> None:
    options = Reliability(clock=clock, attempts=9, dead_after=2, cool_down=10)
    toolkit = SegmentToolkit.sandbox(box, reliability=options)
    box.inject(kind="reset_after", times=9)

    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    assert len(box.requests) == 2
    assert "tried 2 times" in str(envelope.error)
    assert "unknown whether" in str(envelope.error)


def test_only_one_caller_tries_a_host_that_may_be_back() -> None:
    breaker = Breaker(1, 10)
    breaker.failed("h", 0.0, 0.0)

    waits = [breaker.wait("h", 10.0) for _ in range(3)]

    assert waits == [0.0, 10, 10]


def test_a_caller_that_gave_up_leaves_the_trial_to_the_next() -> None:
    breaker = Breaker(1, 10)
    breaker.failed("h", 0.0, 0.0)
    breaker.wait("h", 10.0)

    breaker.let_go("h")

    assert breaker.wait("h", 10.0) == 0.0


def test_a_healthy_host_leaves_no_trace() -> None:
    breaker = Breaker(2, 10)

    breaker.failed("h", 0.0, 0.0)
    breaker.answered("h")
    breaker.failed("h", 1.0, 1.0)

    assert breaker.wait("h", 1.0) == 0.0


def test_many_requests_in_flight_that_one_hiccup_ends_count_once() -> None:
    breaker = Breaker(8, 10)

    for number in range(64):
        breaker.failed("h", 0.0, 5.0 + number / 1000)

    assert breaker.wait("h", 5.1) == 0.0


def test_waves_of_failures_one_after_the_other_close_a_host_to_many_callers_as_to_one() -> None:
    breaker = Breaker(3, 10)

    for wave in range(3):
        for number in range(64):
            breaker.failed("h", wave + 0.0, wave + 0.5 + number / 1000)

    assert breaker.wait("h", 3.0) == 9.5


def test_a_late_failure_lets_no_second_caller_try_a_host_that_may_be_back() -> None:
    breaker = Breaker(1, 10)
    breaker.failed("h", 1.0, 2.0)
    breaker.wait("h", 12.0)

    breaker.failed("h", 1.0, 12.5)

    assert breaker.wait("h", 13.0) == 10


def test_64_threads_that_meet_one_hiccup_go_on(box: Sandbox) -> None:
    together = Barrier(64)

    class Hiccup(httpx.BaseTransport):
        """Drops whatever is in flight once, as a load balancer that restarts does."""

        def __init__(self) -> None:
            self.left, self.lock, self.inner = 64, Lock(), box.transport()

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            with self.lock:
                self.left -= 1
                drops = self.left >= 0
            if not drops:
                return self.inner.handle_request(request)
            together.wait(30)
            raise httpx.ReadError("reset")

    toolkit = SegmentToolkit(
        write_key=box.write_key, region="us", environ={}, transport=Hiccup(), reliability=Reliability(backoff=0.01)
    )
    with ThreadPoolExecutor(64) as pool:
        found = list(pool.map(lambda _: track(toolkit), range(64)))

    assert found == ["ok"] * 64


def test_calls_to_a_dead_host_use_up_no_rate_limit(box: Sandbox, clock: FakeClock) -> None:
    options = Reliability(clock=clock, attempts=1, dead_after=1, cool_down=10, rate_limits={"tracking": 3}, total=5)
    toolkit = SegmentToolkit.sandbox(box, reliability=options)
    box.inject(error=httpx.ConnectError)

    found = [track(toolkit) for _ in range(6)]
    clock.time += 10

    assert found == ["network"] * 6
    assert track(toolkit) == "ok"
