"""The counters: events by step of their way, API calls by day, people by month, violations by day.

Sources: Segment docs, "Delivery Overview" (the six steps), "MTUs, Throughput and Billing" (calls and people).
For each destination, while it is connected and enabled: received = filtered at source + filtered at destination +
failed + delivered + still to be retried. Events that failed on ingest stand outside of that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from segment_toolkit.sandbox.store.database import Database

RECEIVED = "successfully-received"
FAILED_ON_INGEST = "failed-on-ingest"
FILTERED_AT_SOURCE = "filtered-at-source"
FILTERED_AT_DESTINATION = "filtered-at-destination"
FAILED_DELIVERY = "failed-delivery"
DELIVERED = "successful-delivery"
# Not one of Segment's steps: attempts that failed and will be made again.
RETRIED = "retried"

STEPS = (RECEIVED, FAILED_ON_INGEST, FILTERED_AT_SOURCE, FILTERED_AT_DESTINATION, FAILED_DELIVERY, DELIVERED)


# So many people are remembered as written, some 5 MB of them.
_MOST_KNOWN = 20_000


class Delivery(NamedTuple):
    """Key of a counter of events; what does not apply is an empty string."""

    source_id: str
    destination_id: str
    step: str
    minute: int
    event_type: str = ""
    event_name: str = ""
    app_version: str = ""
    reason: str = ""


class Person(NamedTuple):
    """Somebody who was tracked: a userId or an anonymousId, and the day it was seen."""

    workspace_id: str
    day: date
    source_id: str
    kind: str
    identifier: str
    identified: bool


class Breach(NamedTuple):
    """Key of a counter of violations."""

    source_id: str
    day: date
    event_type: str
    event_name: str
    violation: str
    field: str
    description: str


class Calls(NamedTuple):
    """Key of a counter of API calls."""

    workspace_id: str
    day: date
    source_id: str


@dataclass
class Counts:
    """What one request adds to the counters."""

    deliveries: Counter[Delivery] = field(default_factory=Counter)
    calls: Counter[Calls] = field(default_factory=Counter)
    # A dict and not a set: rows are written in the order they came.
    people: dict[Person, None] = field(default_factory=dict)
    violations: Counter[Breach] = field(default_factory=Counter)


class Ledger:
    """All counters of all workspaces."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._written: set[Person] = set()

    def add(self, counts: Counts) -> None:
        """Add to the counters."""
        self._put(
            "INSERT INTO delivery_count VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET number = number + excluded.number",
            [(*key, number) for key, number in counts.deliveries.items()],
        )
        self._put(
            "INSERT INTO api_calls VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET number = number + excluded.number",
            [(key.workspace_id, key.day.isoformat(), key.source_id, n) for key, n in counts.calls.items()],
        )
        self._put(
            "INSERT INTO tracked_person VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET identified_day = excluded.identified_day"
            " WHERE identified_day IS NULL AND excluded.identified_day IS NOT NULL",
            [_person_row(person) for person in self._unwritten(counts.people)],
        )
        self._put(
            "INSERT INTO violation VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET number = number + excluded.number",
            [(key[0], key.day.isoformat(), *key[2:], number) for key, number in counts.violations.items()],
        )

    def _put(self, statement: str, rows: list[tuple[Any, ...]]) -> None:
        if rows:  # of most requests some counters hear nothing, and asking SQLite takes as long as a row
            self._database.connection.executemany(statement, rows)

    def distrust(self) -> None:
        """Take nothing for written any more: the database was put back, or a transaction was undone."""
        self._written.clear()

    def forget(self, workspace_id: str, source_ids: Sequence[str]) -> None:
        """Set every counter of a workspace back to nothing."""
        self.distrust()
        run = self._database.connection.execute
        run("DELETE FROM api_calls WHERE workspace_id = ?", (workspace_id,))
        run("DELETE FROM tracked_person WHERE workspace_id = ?", (workspace_id,))
        for source_id in source_ids:
            run("DELETE FROM delivery_count WHERE source_id = ?", (source_id,))
            run("DELETE FROM violation WHERE source_id = ?", (source_id,))

    def api_calls(self, workspace_id: str, month: date) -> list[tuple[str, str, int]]:
        """Return `(day, source id, calls)` of the days of a month, in that order."""
        return self._rows(
            "SELECT day, source_id, number FROM api_calls WHERE workspace_id = ? AND day LIKE ? ORDER BY 1, 2",
            (workspace_id, f"{month:%Y-%m}-%"),
        )

    def people(self, workspace_id: str, month: date) -> list[tuple[str, str, str, str, str | None]]:
        """Return `(source id, kind, identifier, first day, first identified day)` of a month."""
        return self._rows(
            "SELECT source_id, kind, identifier, first_day, identified_day FROM tracked_person"
            " WHERE workspace_id = ? AND month = ?",
            (workspace_id, f"{month:%Y-%m}"),
        )

    def deliveries(
        self, source_ids: Sequence[str], destination_id: str, steps: Iterable[str], start: datetime, end: datetime
    ) -> list[tuple[Delivery, int]]:
        """Return the counters of some steps, from start (inclusive) to end (exclusive)."""
        found: list[tuple[Delivery, int]] = []
        # Of the last minute, only what a whole minute can tell is left out: seconds are not kept.
        window = (minute_of(start), minute_of(end) + (1 if end.second or end.microsecond else 0))
        for source_id in source_ids:
            for step in steps:
                rows = self._rows(
                    "SELECT * FROM delivery_count WHERE source_id = ? AND destination_id = ? AND step = ?"
                    " AND minute >= ? AND minute < ?",
                    (source_id, destination_id, step, *window),
                )
                found += [(Delivery(*row[:-1]), row[-1]) for row in rows]
        return found

    def violations(self, source_ids: Iterable[str]) -> list[dict[str, Any]]:
        """Return the violations of sources, by day, newest day first."""
        names = ("sourceId", "day", "type", "event", "violation", "field", "description", "count")
        return [
            dict(zip(names, row, strict=True))
            for source_id in source_ids
            for row in self._rows("SELECT * FROM violation WHERE source_id = ? ORDER BY day DESC", (source_id,))
        ]

    def totals(self) -> Mapping[tuple[str, str, str], int]:
        """Return `(source id, destination id, step)` to the number of events, over all time."""
        rows = self._rows(
            "SELECT source_id, destination_id, step, sum(number) FROM delivery_count GROUP BY 1, 2, 3", ()
        )
        return {(source_id, destination_id, step): number for source_id, destination_id, step, number in rows}

    def _unwritten(self, people: Iterable[Person]) -> list[Person]:
        """Return the people whose row is not known to be there: most events are of somebody seen a moment ago."""
        new = [person for person in people if person not in self._written]
        if len(self._written) + len(new) > _MOST_KNOWN:
            self._written.clear()
        self._written.update(new)
        return new

    def _rows(self, sql: str, parameters: tuple[object, ...]) -> list[Any]:
        return self._database.connection.execute(sql, parameters).fetchall()


def minute_of(at: datetime) -> int:
    """Return the whole minutes since the epoch."""
    return int(at.timestamp() // 60)


def _person_row(person: Person) -> tuple[str, str, str, str, str, str, str | None]:
    day = person.day.isoformat()
    identified = day if person.identified else None
    return (person.workspace_id, day[:7], person.source_id, person.kind, person.identifier, day, identified)
