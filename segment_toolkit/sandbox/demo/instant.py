"""Time in the demo: whole milliseconds since 1970 (UTC), which add up without rounding."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_ms(instant: datetime) -> int:
    """Count the milliseconds up to an instant that knows its zone."""
    return (instant - _EPOCH) // timedelta(milliseconds=1)


def to_datetime(ms: int) -> datetime:
    """Return the instant, in UTC."""
    return _EPOCH + timedelta(milliseconds=ms)


def stamp(ms: int) -> str:
    """Write an instant as SDKs do: `2026-01-02T03:04:05.678Z`."""
    return to_datetime(ms).isoformat(timespec="milliseconds")[:-6] + "Z"
