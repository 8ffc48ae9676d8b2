"""The identity graph in SQLite: who owns an identifier, new profiles, and profiles that become one.

Source: Segment docs, "Identity Resolution Overview", "Profiles Sync". That the older profile of a merge stays
is documented by an example only; assumed as a rule.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from segment_toolkit.sandbox.profiles.identifiers import Identifier

# One scalar per identifier costs SQLite half of what `key IN (...)` does.
_OWNER = "(SELECT profile FROM profile_identifier WHERE space = ? AND collection = ? AND key = ?)"
# The statements for none, one, two and more identifiers; an event with more of them asks several times.
_CHUNK = 16
_OWNERS = tuple(f"SELECT {', '.join([_OWNER] * count)}" for count in range(_CHUNK + 1))
_CREATE = "INSERT INTO profile (space, collection, created_at, message_id, source_id) VALUES (?, ?, ?, ?, ?)"
_SELF = "UPDATE profile SET canonical = id WHERE id = ?"
_ATTACH = "INSERT INTO profile_identifier VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_COUNTS = "SELECT type, COUNT(*) FROM profile_identifier WHERE profile IN ({}) GROUP BY type"
_RECENT = "SELECT COUNT(*) FROM profile_identifier WHERE type = ? AND created_at > ? AND profile IN ({})"
_MEMBERS = "SELECT COUNT(*) FROM profile WHERE canonical IN ({})"
_LINK = "INSERT OR IGNORE INTO profile_link VALUES (?, ?)"
_MERGE = (
    "UPDATE profile_identifier SET profile = :winner WHERE profile = :loser",
    "UPDATE profile SET canonical = :winner WHERE canonical = :loser",
    # At equal instants the older profile's value stays (assumed).
    "INSERT INTO profile_trait SELECT :winner, name, value, at, source_id FROM profile_trait WHERE profile = :loser"
    " ON CONFLICT DO UPDATE SET value = excluded.value, at = excluded.at, source_id = excluded.source_id"
    " WHERE excluded.at > profile_trait.at",
    "DELETE FROM profile_trait WHERE profile = :loser",
    "UPDATE OR IGNORE profile_link SET user = :winner WHERE user = :loser",
    "UPDATE OR IGNORE profile_link SET account = :winner WHERE account = :loser",
    "DELETE FROM profile_link WHERE user = :loser OR account = :loser",
)


class Scope(NamedTuple):
    """Within what identifiers are unique: a space and a collection, `users` or `accounts`."""

    space: str
    collection: str


class Stamp(NamedTuple):
    """When an event happened and came in (milliseconds since 1970), which it is, and from which source."""

    at: int
    received: int
    message_id: str
    source_id: str


class Graph:
    """Reads and writes the graph; leaves the transaction to the owner of the connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def owners(self, scope: Scope, ids: Sequence[Identifier]) -> dict[Identifier, int]:
        """Return the profile of each identifier that has one."""
        found: dict[Identifier, int] = {}
        for start in range(0, len(ids), _CHUNK):
            chunk = ids[start : start + _CHUNK]
            values = [part for kind, value in chunk for part in (*scope, f"{kind}:{value}")]
            row = self._connection.execute(_OWNERS[len(chunk)], values).fetchone()
            found.update((each, owner) for each, owner in zip(chunk, row, strict=True) if owner is not None)
        return found

    def create(self, scope: Scope, stamp: Stamp) -> int:
        """Make a profile without identifiers; ids grow with age."""
        row = (*scope, stamp.received, stamp.message_id, stamp.source_id)
        profile = self._connection.execute(_CREATE, row).lastrowid or 0
        self._connection.execute(_SELF, (profile,))
        return profile

    def attach(self, scope: Scope, profile: int, ids: Iterable[Identifier], stamp: Stamp) -> None:
        """Give a profile identifiers that nobody has."""
        tail = stamp.received, stamp.message_id, stamp.source_id
        self._connection.executemany(_ATTACH, [(*scope, each.key, profile, each.type, *tail) for each in ids])

    def counts(self, profiles: Collection[int]) -> dict[str, int]:
        """Count the identifiers that these profiles hold together, by type."""
        rows = self._connection.execute(_COUNTS.format(_marks(profiles)), tuple(profiles))
        return dict(rows.fetchall())

    def recent(self, profiles: Collection[int], identifier_type: str, since: int) -> int:
        """Count the identifiers of a type that these profiles gained after an instant."""
        statement = _RECENT.format(_marks(profiles))
        return int(self._connection.execute(statement, (identifier_type, since, *profiles)).fetchone()[0])

    def merges(self, profiles: Collection[int]) -> int:
        """Count the merges that would lie behind the one profile these become."""
        rows = self._connection.execute(_MEMBERS.format(_marks(profiles)), tuple(profiles))
        return int(rows.fetchone()[0]) - 1

    def merge(self, profiles: Collection[int]) -> int:
        """Fold profiles into the oldest of them, which is returned."""
        winner, *losers = sorted(profiles)
        for loser in losers:
            for statement in _MERGE:
                self._connection.execute(statement, {"winner": winner, "loser": loser})
        return winner

    def link(self, user: int, account: int) -> None:
        """Link a user with an account, once. Segment has no way to undo it."""
        self._connection.execute(_LINK, (user, account))


def _marks(values: Collection[object]) -> str:
    return ",".join("?" * len(values))
