"""Windows of time in the query of an operation: granularity, start and end, and how far back they may reach."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from segment_toolkit.sandbox.instants import parse_instant
from segment_toolkit.sandbox.public_api.call import Call
from segment_toolkit.sandbox.public_api.errors import invalid

# Minutes in a bucket of each granularity.
BUCKET_MINUTES = {"DAY": 24 * 60, "HOUR": 60, "MINUTE": 1}

# Clients take their clock before Segment takes its own, so a window asked to the limit arrives a little
# over it.
_TOLERANCE = timedelta(minutes=1)


@dataclass(frozen=True)
class Reach:
    """The longest range and the oldest start of one granularity."""

    longest: timedelta
    oldest: timedelta

    def check(self, granularity: str, start: datetime, end: datetime, now: datetime) -> None:
        """422 for a window that reaches too far."""
        if now - start > self.oldest + _TOLERANCE:
            message = f"'startTime' may be at most {_words(self.oldest)} ago for granularity {granularity}."
            raise invalid(message, field="startTime")
        if end - start > self.longest + _TOLERANCE:
            message = f"The range may be at most {_words(self.longest)} long for granularity {granularity}."
            raise invalid(message, field="endTime")


@dataclass(frozen=True)
class Window:
    """A granularity, and the time from start (inclusive) to end (exclusive)."""

    granularity: str
    start: datetime
    end: datetime


def required_window(call: Call) -> Window:
    """Read `granularity`, `startTime` and `endTime`, all of them required."""
    for name in ("granularity", "startTime", "endTime"):
        if not call.argument(name):
            raise invalid(f"'{name}' is required.", field=name)
    granularity = asked_granularity(call)
    start, end = asked_instant(call, "startTime"), asked_instant(call, "endTime")
    if start is None or end is None or start >= end:
        raise invalid("'startTime' must be before 'endTime'.", field="startTime")
    return Window(granularity, start, end)


def asked_granularity(call: Call) -> str:
    """Read `granularity`; MINUTE when absent."""
    name = call.argument("granularity") or "MINUTE"
    if name not in BUCKET_MINUTES:
        raise invalid("'granularity' must be MINUTE, HOUR or DAY.", field="granularity")
    return name


def asked_instant(call: Call, name: str) -> datetime | None:
    """Read a date-time; None when absent."""
    text = call.argument(name)
    if text is None:
        return None
    instant = parse_instant(text)
    if instant is None:
        raise invalid(f"'{name}' must be an ISO 8601 date-time.", field=name)
    return instant


def _words(duration: timedelta) -> str:
    return f"{duration.days} days" if duration.days > 2 else f"{duration // timedelta(hours=1)} hours"
