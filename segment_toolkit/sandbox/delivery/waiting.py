"""The deliveries that wait to be sent, in SQLite: what is here survives the process.

Every method must be called with the database's lock held.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

#: Run it with `executescript`. Times are microseconds since 1970. Ids are not used twice: a delivery that was dropped
#: while it was under way must not be taken for a new one. Labels are bytes because they may hold lone surrogates.
SCHEMA = """
CREATE TABLE IF NOT EXISTS delivery_queue (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    destination_id TEXT NOT NULL,
    body BLOB NOT NULL,
    labels BLOB NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    queued_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS delivery_queue_due ON delivery_queue (destination_id, due_at);
"""

# Jumps from one destination to the next on the index; DISTINCT would walk over every waiting delivery.
_DESTINATIONS = """
WITH RECURSIVE destination(id) AS (
    SELECT min(destination_id) FROM delivery_queue
    UNION ALL
    SELECT (SELECT min(destination_id) FROM delivery_queue WHERE destination_id > destination.id)
    FROM destination WHERE destination.id IS NOT NULL
)
SELECT id FROM destination WHERE id IS NOT NULL
"""
_DUE = """
SELECT id, destination_id, body, labels, attempts, queued_at FROM delivery_queue
WHERE destination_id = ? AND due_at <= ? ORDER BY due_at LIMIT ?
"""
_ADD = "INSERT INTO delivery_queue (destination_id, body, labels, queued_at, due_at) VALUES (?, ?, ?, ?, ?)"
_AGAIN = "UPDATE delivery_queue SET attempts = ?, due_at = ? WHERE id = ?"
_DONE = "DELETE FROM delivery_queue WHERE id = ?"
_CODEC = ("utf-8", "surrogatepass")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Delivery:
    """One event on its way to one destination; `labels` is the text that came with it, for whoever counts."""

    id: int
    destination_id: str
    body: bytes = field(repr=False)
    labels: str
    attempts: int
    queued_at: datetime


class WaitingRoom:
    """Reads and writes the queue; begins no transaction but in `transaction`, and commits none but its own."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, destination_id: str, body: bytes, labels: str, at: datetime) -> None:
        """Queue a delivery that is due at once."""
        micros = _micros(at)
        self._connection.execute(_ADD, (destination_id, body, labels.encode(*_CODEC), micros, micros))

    def due(self, now: datetime, most: int) -> list[Delivery]:
        """Return deliveries that are due, without taking them out: a share of `most` per destination, at least 1."""
        destinations = self._destinations()
        share = max(1, most // max(1, len(destinations)))
        shares = [self._connection.execute(_DUE, (name, _micros(now), share)) for name in destinations]
        return [_delivery(row) for rows in shares for row in rows]

    def next_due(self) -> datetime | None:
        """Return when the first delivery is due, or None when none waits."""
        earliest = "SELECT min(due_at) FROM delivery_queue WHERE destination_id = ?"
        times = [self._connection.execute(earliest, (name,)).fetchone()[0] for name in self._destinations()]
        return _instant(min(times)) if times else None

    def done(self, delivery: Delivery) -> bool:
        """Take a delivery out; False when it is gone already."""
        return self._connection.execute(_DONE, (delivery.id,)).rowcount > 0

    def again(self, delivery: Delivery, attempts: int, due: datetime) -> bool:
        """Keep a delivery for later; False when it is gone already."""
        values = (attempts, _micros(due), delivery.id)
        return self._connection.execute(_AGAIN, values).rowcount > 0

    def drop(self, destination_id: str | None) -> None:
        """Take out all deliveries to a destination, or with None all there are."""
        if destination_id is None:
            self._connection.execute("DELETE FROM delivery_queue")
        else:
            self._connection.execute("DELETE FROM delivery_queue WHERE destination_id = ?", (destination_id,))

    def counts(self) -> dict[str, int]:
        """Count what waits, by destination id."""
        counted = "SELECT destination_id, count(*) FROM delivery_queue GROUP BY destination_id"
        return dict(self._connection.execute(counted).fetchall())

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do all or nothing. Inside a transaction that the owner left open, its commit decides in the end."""
        nested = self._connection.in_transaction
        begin, end, undo = _NESTED if nested else _OWN
        self._connection.execute(begin)
        try:
            yield
        except BaseException:
            for statement in undo:
                self._connection.execute(statement)
            raise
        self._connection.execute(end)

    def _destinations(self) -> list[str]:
        return [name for (name,) in self._connection.execute(_DESTINATIONS)]


_OWN = ("BEGIN IMMEDIATE", "COMMIT", ("ROLLBACK",))
_NESTED = ("SAVEPOINT delivery", "RELEASE delivery", ("ROLLBACK TO delivery", "RELEASE delivery"))


def _delivery(row: tuple[int, str, bytes, bytes, int, int]) -> Delivery:
    number, destination_id, body, labels, attempts, queued_at = row
    return Delivery(number, destination_id, body, labels.decode(*_CODEC), attempts, _instant(queued_at))


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _instant(micros: int) -> datetime:
    return _EPOCH + micros * _MICROSECOND
