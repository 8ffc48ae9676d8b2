"""The events of profiles: where each lies in the caller's event table, or a copy when there is no such table."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from segment_toolkit.sandbox.profiles.values import dump, load
from segment_toolkit.sandbox.wire import Json

# Profile, instant, position, and whether that is the position of a copy.
Entry = tuple[int, int, int, int]
EventAt = Callable[[int], Json | None]

# The members of an event that the Profile API shows or needs to show others.
_COPIED = (
    "type", "event", "messageId", "timestamp", "receivedAt", "sourceId", "userId", "anonymousId", "groupId",
    "properties", "traits", "context",
)  # fmt: skip

_COPY = "INSERT INTO profile_event_copy (body) VALUES (?)"
# The same event may come twice when a caller replays its table.
_ADD = "INSERT OR IGNORE INTO profile_event VALUES (?, ?, ?, ?)"
_READ = (
    "SELECT at, position, copied, body FROM profile_event"
    " LEFT JOIN profile_event_copy ON copied AND profile_event_copy.id = position"
    " WHERE profile IN (SELECT id FROM profile WHERE canonical = ?) AND at BETWEEN ? AND ?"
)
_ASCENDING = f"{_READ} ORDER BY at, position, copied"
_DESCENDING = f"{_READ} ORDER BY at DESC, position DESC, copied DESC"

EARLIEST, LATEST = -(2**62), 2**62


class TimedEvent(NamedTuple):
    """An event as it was stored, and its instant in milliseconds since 1970."""

    at: int
    event: Json


class Timeline:
    """Adds and reads the events of profiles. `event_at` reads the caller's event table by position."""

    def __init__(self, connection: sqlite3.Connection, event_at: EventAt | None) -> None:
        self._connection = connection
        self._event_at = event_at

    def entries(self, profiles: Iterable[int], at: int, event: Json, position: int | None) -> list[Entry]:
        """Return what puts an event on the timelines of profiles once it is added; copies the event if it must."""
        if position is not None:
            return [(profile, at, position, 0) for profile in profiles]
        body = dump({name: event[name] for name in _COPIED if name in event})
        number = self._connection.execute(_COPY, (body,)).lastrowid or 0
        return [(profile, at, number, 1) for profile in profiles]

    def add(self, entries: list[Entry]) -> None:
        """Write entries; in the order of the table, so that a large batch touches each page once."""
        entries.sort()
        self._connection.executemany(_ADD, entries)

    def read(
        self, profile: int, start: int = EARLIEST, end: int = LATEST, *, ascending: bool = False
    ) -> Iterator[TimedEvent]:
        """Yield events from `start` to `end`, newest first unless told; those the caller's table lost are left out."""
        rows = self._connection.execute(_ASCENDING if ascending else _DESCENDING, (profile, start, end))
        for at, position, copied, body in rows:
            event = load(body) if copied else self._event(position)
            if event is not None:
                yield TimedEvent(at, event)

    def _event(self, position: int) -> Json | None:
        return None if self._event_at is None else self._event_at(position)
