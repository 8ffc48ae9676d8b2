"""Which failures are tried again, by kind of request: the table of `reliability.retries`, row by row."""

from __future__ import annotations

import pytest

from segment_toolkit import Reliability
from segment_toolkit.errors import DegradedAnswer, Held, RateLimited, ToolkitError, TransportError, UpstreamError
from segment_toolkit.reliability.retries import may_repeat, pause_after
from segment_toolkit.tool import Api, Request

EVENT = Request("POST", "/track", api=Api.TRACKING, body=b"{}", repeatable=True)
READ = Request("GET", "/sources/s")
SET = Request("PATCH", "/sources/s", repeatable=True)
WRITE = Request("POST", "/sources")


def answered(status: int) -> UpstreamError:
    error = UpstreamError("x", status=status, host="h", code="upstream")
    error.outcome_unknown = status >= 500 or status in (408, 410, 460)
    return error


def lost(*, sent: bool) -> TransportError:
    return TransportError("x", sent=sent, host="h")


def limited(seconds: float | None) -> RateLimited:
    return RateLimited("x", host="h", retry_after_seconds=seconds)


def broken_client() -> TransportError:
    error = lost(sent=True)
    error.code = "internal"
    return error


AGAIN_FOR_ALL = {"no connection": lost(sent=False), "429": limited(1), "429 without a time": limited(None)}
AGAIN_IF_REPEATABLE = {
    "no answer": lost(sent=True),
    "200 and a page": DegradedAnswer("x", status=200, host="h"),
    **{str(status): answered(status) for status in (408, 410, 460, 500, 502, 503, 504, 599)},
}
NEVER = {
    "a redirect": DegradedAnswer("x", status=307, host="h"),
    "a bug of the HTTP client": broken_client(),
    "our own refusal": Held("x", host="h", code="network", retry_after_seconds=1),
    **{str(status): answered(status) for status in (400, 401, 403, 404, 409, 413, 415, 422, 501, 505, 511)},
}


@pytest.mark.parametrize("request_", [EVENT, READ, SET, WRITE], ids=["event", "read", "repeatable write", "write"])
@pytest.mark.parametrize("error", AGAIN_FOR_ALL.values(), ids=AGAIN_FOR_ALL)
def test_what_certainly_did_nothing_is_tried_again(request_: Request, error: ToolkitError) -> None:
    assert may_repeat(request_, error)


@pytest.mark.parametrize("error", AGAIN_IF_REPEATABLE.values(), ids=AGAIN_IF_REPEATABLE)
def test_what_may_have_been_done_is_tried_again_only_where_twice_is_once(error: ToolkitError) -> None:
    assert may_repeat(EVENT, error)
    assert may_repeat(READ, error)
    assert may_repeat(SET, error)
    assert not may_repeat(WRITE, error)


@pytest.mark.parametrize("request_", [EVENT, READ, SET, WRITE], ids=["event", "read", "repeatable write", "write"])
@pytest.mark.parametrize("error", NEVER.values(), ids=NEVER)
def test_what_will_fail_again_is_not_tried_again(request_: Request, error: ToolkitError) -> None:
    assert not may_repeat(request_, error)


def test_the_wait_doubles_up_to_the_longest() -> None:
    waits = [pause_after(lost(sent=False), number, Reliability(), 0.0) for number in range(1, 8)]

    assert waits == [0.5, 1, 2, 4, 8, 8, 8]


def test_chance_spreads_the_waits_between_once_and_twice() -> None:
    assert pause_after(lost(sent=False), 1, Reliability(), 0.999) == pytest.approx(1.0, rel=0.01)


def test_the_wait_that_segment_asks_for_is_kept_and_never_shortened_by_chance() -> None:
    assert pause_after(limited(7), 1, Reliability(), 0.0) == 7
    assert 7 < pause_after(limited(7), 1, Reliability(), 0.9) < 8


def test_an_absurd_wait_is_not_believed() -> None:
    assert pause_after(limited(999_999), 1, Reliability(), 0.0) == 300


def test_a_wait_of_nothing_is_a_second() -> None:
    assert pause_after(limited(0), 3, Reliability(), 0.0) == 1
    assert pause_after(limited(0), 3, Reliability(longest_retry_after=0), 0.0) == 0
