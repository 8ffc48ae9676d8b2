"""Instants as Segment writes them: UTC, ISO 8601, milliseconds, `Z`.

Own parser, because `datetime.fromisoformat` takes week dates and other forms that nobody means as an instant; it
reads the usual form, for speed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]

_INSTANT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?([Zz]|[+-]\d\d:?\d\d)?)?",
    re.ASCII,
)
_LATEST = datetime(9998, 1, 1, tzinfo=UTC)
# What SDKs send: 2026-01-02T03:04:05.678Z.
_USUAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)


def utc_now() -> datetime:
    """The clock of a sandbox that was given none."""
    return datetime.now(UTC)


class StoppedClock:
    """A clock that moves only when it is told to; give it to a sandbox to make its times repeatable."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Return the time it stands at."""
        return self.now

    def forward(self, duration: timedelta) -> None:
        """Move on."""
        self.now += duration


class ShiftedClock:
    """Another clock, as many hours ahead as it was told to go."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        """Return the time of the other clock and what it is ahead."""
        return self._clock() + self._ahead

    def forward(self, duration: timedelta) -> None:
        """Go ahead. Raises ValueError for going back, OverflowError for more than a calendar has."""
        if duration < timedelta():
            raise ValueError("a sandbox's clock goes forward only")
        ahead = self._ahead + duration
        # Some days short of the end, so that what reckons with days ahead can still do so.
        if self._clock() > _LATEST - ahead:
            raise OverflowError("the clock cannot go further than the year 9998")
        self._ahead = ahead


def parse_instant(text: object) -> datetime | None:
    """Read an ISO 8601 date or date-time; None when it is not one. Without a zone it is UTC (assumed)."""
    if not isinstance(text, str):
        return None
    if _USUAL.fullmatch(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            return None
    match = _INSTANT.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    micros = int((match[7] or "").ljust(6, "0")[:6])
    try:
        local = datetime(year, month, day, hour, minute, second, micros, UTC)
        return local - _offset(match[8] or "Z")
    except (ValueError, OverflowError):
        return None


def _offset(zone: str) -> timedelta:
    if zone in "Zz":
        return timedelta()
    digits = zone[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -offset if zone[0] == "-" else offset


def format_instant(instant: datetime) -> str:
    """Write an instant as `2026-01-02T03:04:05.678Z`."""
    utc = instant if instant.tzinfo is UTC else instant.astimezone(UTC)
    return utc.isoformat(timespec="milliseconds")[:-6] + "Z"
