"""When to come back, as an answer of any kind says it."""

from __future__ import annotations

import pytest

from segment_toolkit import Reliability, SegmentToolkit
from segment_toolkit.sandbox import Sandbox
from tests.clocks import FakeClock

TRACK = {"userId": "u", "event": "E"}
NOW = "Sun, 22 Nov 2026 10:00:00 GMT"


def waited(headers: dict[str, str], status: int = 429) -> tuple[float | None, list[float], str]:
    """What the envelope says of the time, how long the call waited, and its error."""
    box, clock = Sandbox(), FakeClock()
    toolkit = SegmentToolkit.sandbox(box, reliability=Reliability(clock=clock, attempts=2))
    box.inject(status=status, headers=headers, times=2)
    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK)
    assert envelope.failure is not None
    return envelope.failure.retry_after_seconds, clock.waits, str(envelope.error)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": " 7.5 "}, 7.5),
        ({"Retry-After": "Sun, 22 Nov 2026 10:00:07 GMT", "Date": NOW}, 7),
        ({"Retry-After": "Sunday, 22-Nov-26 10:00:07 GMT", "Date": NOW}, 7),
        ({"X-RateLimit-Reset": "7"}, 7),
        ({"X-RateLimit-Reset": "Sun, 22 Nov 2026 11:00:07 +0100", "Date": NOW}, 7),
        ({"Retry-After": "soon", "X-RateLimit-Reset": "7"}, 7),
        ({"Retry-After": "3", "X-RateLimit-Reset": "7"}, 3),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_the_time_that_an_answer_names_is_kept(headers: dict[str, str], seconds: float, status: int) -> None:
    told, waits, _ = waited(headers, status)

    assert (told, waits) == (seconds, [seconds])


@pytest.mark.parametrize("seconds", ["31", "999999", "99999999", "9" * 400])
def test_a_time_beyond_the_budget_is_told_and_not_waited_for(seconds: str) -> None:
    told, waits, error = waited({"Retry-After": seconds})

    assert (told, waits) == (min(float(seconds), 1e9), [])
    assert f"Wait {min(int(seconds), 10**9)} seconds" in error


@pytest.mark.parametrize("header", ["0", "Sun, 22 Nov 2020 10:00:07 GMT"])
def test_a_time_that_is_now_or_past_is_at_least_a_second_away(header: str) -> None:
    _, waits, _ = waited({"Retry-After": header, "Date": NOW})

    assert waits == [1]


@pytest.mark.parametrize(
    "headers",
    [
        *({"Retry-After": text, "Date": NOW} for text in ("-5", "NaN", "inf", "1e3", "0x10", "+3", "soon", "", "3,5")),
        {"Retry-After": "Sun, 22 Nov 2026 10:00:07 GMT"},
        {"Retry-After": "Sun, 22 Nov 99999999999999999999 10:00:07 GMT", "Date": NOW},
        {"X-RateLimit-Reset": "1795341600", "Date": NOW},
    ],
    ids=str,
)
def test_what_is_no_time_is_ignored(headers: dict[str, str]) -> None:
    told, waits, _ = waited(headers)

    assert (told, waits) == (None, [0.5])
