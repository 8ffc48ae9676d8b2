"""Rate limits: which hold, how they are counted, and what a client is told to wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_toolkit.sandbox.rate_limits import (
    DOCUMENTED_PUBLIC,
    Key,
    PublicCalls,
    Rate,
    RateLimiter,
    RateLimits,
    Refusal,
    TrackingCalls,
)

NOW = datetime(2026, 3, 18, 10, 30, tzinfo=UTC)
TRACKING = TrackingCalls("ws_1")
LABELS = PublicCalls("ws_1", "createLabel")
SOURCES = PublicCalls("ws_1", "listSources")


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


@pytest.mark.parametrize("key", [TRACKING, LABELS, SOURCES])
def test_nothing_is_limited_unless_asked_for(key: Key) -> None:
    limiter = RateLimiter(RateLimits())

    assert [limiter.take(key, NOW) for _ in range(2000)] == [None] * 2000
    assert len(limiter) == 0


WHICH: dict[str, tuple[RateLimits, Key, Rate | None]] = {
    "tracking, as documented": (RateLimits(documented=True), TRACKING, Rate(1000, 1)),
    "tracking, as asked": (RateLimits(tracking_per_second=5), TRACKING, Rate(5, 1)),
    "tracking, asked and documented": (RateLimits(tracking_per_second=5000, documented=True), TRACKING, Rate(5000, 1)),
    "tracking, one in two seconds": (RateLimits(tracking_per_second=0.5), TRACKING, Rate(1, 2)),
    "tracking, three in two seconds": (RateLimits(tracking_per_second=1.5), TRACKING, Rate(2, 2 / 1.5)),
    "tracking, only the other API asked": (RateLimits(public_per_minute=5), TRACKING, None),
    "public, as documented": (RateLimits(documented=True), LABELS, Rate(60, 60)),
    "public, documented a day": (RateLimits(documented=True), PublicCalls("ws_1", "createDownload"), Rate(120, 86400)),
    "public, without a documented figure": (RateLimits(documented=True), SOURCES, None),
    "public, as asked": (RateLimits(public_per_minute=5), SOURCES, Rate(5, 60)),
    "public, asked is lower": (RateLimits(public_per_minute=5, documented=True), LABELS, Rate(5, 60)),
    "public, documented is lower": (RateLimits(public_per_minute=500, documented=True), LABELS, Rate(60, 60)),
}


@pytest.mark.parametrize(("limits", "key", "rate"), WHICH.values(), ids=WHICH)
def test_the_limit_that_holds(limits: RateLimits, key: Key, rate: Rate | None) -> None:
    assert limits.rate(key) == rate


@pytest.mark.parametrize("limit", [0, -1, float("nan"), float("inf")])
def test_a_limit_that_limits_nothing_or_everything_is_refused(limit: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        RateLimits(tracking_per_second=limit)


def test_the_table_has_all_sixty_seven_documented_limits() -> None:
    assert len(DOCUMENTED_PUBLIC) == 67
    assert DOCUMENTED_PUBLIC["listSyncsFromWarehouse"] == Rate(2, 60)
    assert DOCUMENTED_PUBLIC["createSourceRegulation"] == Rate(600, 60)


def test_over_the_limit_the_client_is_told_how_long_the_window_still_lasts() -> None:
    limiter = RateLimiter(RateLimits(public_per_minute=2))

    answers = [limiter.take(SOURCES, NOW + seconds(at)) for at in (0, 10, 20.5, 59.9)]

    assert answers == [None, None, Refusal(40, 40), Refusal(1, 1)]
    assert Refusal(40, 40).headers() == {"Retry-After": "40", "X-RateLimit-Reset": "40"}


def test_whoever_waits_as_told_passes() -> None:
    limiter = RateLimiter(RateLimits(public_per_minute=1))
    limiter.take(SOURCES, NOW)

    refusal = limiter.take(SOURCES, NOW + seconds(12.3))

    assert refusal is not None
    assert limiter.take(SOURCES, NOW + seconds(12.3 + refusal.retry_after_seconds)) is None


def test_every_workspace_and_operation_has_a_window_of_its_own() -> None:
    limiter = RateLimiter(RateLimits(tracking_per_second=1, public_per_minute=1))
    keys: list[Key] = [TRACKING, TrackingCalls("ws_2"), SOURCES, LABELS, PublicCalls("ws_2", "listSources")]

    first, second = ([limiter.take(key, NOW) for key in keys] for _ in range(2))

    assert list(first) == [None] * 5
    assert None not in list(second)


def test_a_refused_request_does_not_put_the_end_off() -> None:
    limiter = RateLimiter(RateLimits(tracking_per_second=1))
    limiter.take(TRACKING, NOW)

    for tenth in range(1, 10):
        assert limiter.take(TRACKING, NOW + seconds(tenth / 10)) == Refusal(1, 1)

    assert limiter.take(TRACKING, NOW + seconds(1)) is None


def test_a_clock_set_back_opens_a_new_window() -> None:
    limiter = RateLimiter(RateLimits(tracking_per_second=1))
    limiter.take(TRACKING, NOW)

    assert limiter.take(TRACKING, NOW - timedelta(days=1)) is None


def test_memory_is_bounded_by_the_number_of_keys() -> None:
    limiter = RateLimiter(RateLimits(public_per_minute=1), most_keys=10)

    for number in range(1000):
        limiter.take(PublicCalls("ws_1", str(number)), NOW)

    assert len(limiter) == 10
    assert limiter.take(PublicCalls("ws_1", "999"), NOW) is not None


@given(
    limit=st.integers(1, 20),
    gaps=st.lists(st.floats(0, 90, allow_nan=False), max_size=80),
)
def test_no_window_ever_lets_more_through_than_the_limit(limit: int, gaps: list[float]) -> None:
    limiter = RateLimiter(RateLimits(public_per_minute=limit))
    at, opened, passed = NOW, NOW, 0

    for gap in gaps:
        at += seconds(gap)
        if limiter.take(SOURCES, at) is None:
            opened, passed = (at, 1) if not passed or at - opened >= seconds(60) else (opened, passed + 1)
        else:
            assert at - opened < seconds(60)
            assert passed == limit

        assert passed <= limit
