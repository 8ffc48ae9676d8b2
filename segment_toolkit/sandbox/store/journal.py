"""The events that sources took in, and those that were dropped, in the order they came."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from segment_toolkit.sandbox import wire
from segment_toolkit.sandbox.store.database import Database
from segment_toolkit.sandbox.wire import Json

PersonId = Literal["userId", "anonymousId"]
"""The members of an event that say whose it is."""


class Taken(NamedTuple):
    """An event to keep, with the position it gets."""

    position: int
    workspace_id: str
    source_id: str
    event: Json


class Dropped(NamedTuple):
    """An event that went nowhere; workspace and source are None when nobody owns the write key."""

    workspace_id: str | None
    source_id: str | None
    reason: str
    event: Json


class Journal:
    """Append-only; positions grow by one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def next_position(self) -> int:
        """Return the position of the next event."""
        row = self._database.connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'event'").fetchone()
        return 1 if row is None else int(row[0]) + 1

    def append(self, events: Sequence[Taken], dropped: Sequence[Dropped]) -> None:
        """Keep events."""
        run = self._database.connection.executemany
        if events:
            run("INSERT INTO event VALUES (?, ?, ?, ?)", ((*item[:3], wire.text_of(item.event)) for item in events))
        if dropped:
            run(
                "INSERT INTO dropped (workspace_id, source_id, reason, document) VALUES (?, ?, ?, ?)",
                ((*item[:3], wire.text_of(item.event)) for item in dropped),
            )

    def events(self, workspace_id: str) -> Iterator[Json]:
        """Yield the events of a workspace, oldest first."""
        rows = self._database.connection.execute(
            "SELECT document FROM event WHERE workspace_id = ? ORDER BY position", (workspace_id,)
        )
        return (_read(document) for (document,) in rows)

    def count(self, workspace_id: str) -> int:
        """Count the events of a workspace."""
        [(number,)] = self._database.connection.execute(
            "SELECT count(*) FROM event WHERE workspace_id = ?", (workspace_id,)
        ).fetchall()
        return int(number)

    def event_at(self, position: int) -> Json | None:
        """Return the event at a position, or None when there is none any more."""
        row = self._database.connection.execute("SELECT document FROM event WHERE position = ?", (position,)).fetchone()
        return None if row is None else _read(row[0])

    def dropped(self, workspace_id: str | None) -> Iterator[Json]:
        """Yield `{"reason", "event"}` of a workspace's dropped events, and of those that belong to no workspace."""
        rows = self._database.connection.execute(
            "SELECT reason, document FROM dropped WHERE workspace_id IS NULL OR workspace_id IS ? ORDER BY position",
            (workspace_id,),
        )
        return ({"reason": reason, "event": _read(document)} for reason, document in rows)

    def delete_people(
        self, workspace_id: str, ids: Iterable[str], *, member: PersonId = "userId", source_id: str | None = None
    ) -> int:
        """Delete the events, dropped ones too, in which a member is one of the ids; return how many there were.

        Of one source, or of the whole workspace when `source_id` is None. Positions are not given out again.
        """
        wanted = frozenset(ids)
        events, dropped = (self._of(table, workspace_id, wanted, member, source_id) for table in ("event", "dropped"))
        run = self._database.connection.executemany
        run("DELETE FROM event WHERE position = ?", events)
        run("DELETE FROM dropped WHERE position = ?", dropped)
        return len(events) + len(dropped)

    def _of(
        self, table: str, workspace_id: str, ids: frozenset[str], member: PersonId, source_id: str | None
    ) -> list[tuple[int]]:
        """Return the positions of the events of people, each as a row."""
        rows = self._database.connection.execute(
            f"SELECT position, document FROM {table} WHERE workspace_id = ? AND (? IS NULL OR source_id = ?)"  # noqa: S608 - two own names
            " AND json_extract(document, ?) IN (SELECT value FROM json_each(?))",
            (workspace_id, source_id, source_id, f"$.{member}", wire.text_of(sorted(ids))),
        )
        # Not all that SQLite takes for equal is: it stops at a NUL, and an array is the same to it as its text.
        return [(position,) for position, document in rows if _is_of(_read(document).get(member), ids)]


def _is_of(value: object, ids: frozenset[str]) -> bool:
    return isinstance(value, str) and value in ids


def _read(document: str) -> Json:
    event: Json = wire.trusted(document)
    return event
