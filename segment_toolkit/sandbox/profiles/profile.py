"""One profile, read from the tables when it is asked."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from segment_toolkit.sandbox.profiles.timeline import EARLIEST, LATEST, EventAt, TimedEvent, Timeline
from segment_toolkit.sandbox.profiles.traits import Trait, Traits
from segment_toolkit.sandbox.profiles.values import instant, text_of
from segment_toolkit.sandbox.wire import Json

_PREFIXES = {"users": "use_", "accounts": "acc_"}

# Ordered by age, as the docs' example of links is; the order of external ids is assumed.
_EXTERNAL_IDS = (
    "SELECT collection, key, type, created_at, message_id, source_id FROM profile_identifier"
    " WHERE profile = ? ORDER BY created_at, key"
)
_ACCOUNTS = "SELECT account FROM profile_link WHERE user = ? ORDER BY account"
_USERS = "SELECT user FROM profile_link WHERE account = ? ORDER BY user"
_ORIGIN = "SELECT created_at, message_id, source_id FROM profile WHERE id = ?"


def segment_id(collection: str, profile: int) -> str:
    """Write the id of a profile in Segment's form; the prefix of accounts and the digits are assumed."""
    return f"{_PREFIXES.get(collection, '')}{profile:027d}"


def profile_number(collection: str, text: str) -> int | None:
    """Read what `segment_id` wrote; None for anything else."""
    digits = text.removeprefix(_PREFIXES.get(collection, ""))
    fits = len(digits) == 27 and len(text) == 31 and digits.isascii() and digits.isdecimal()
    return min(int(digits), 2**62) if fits else None


@dataclass(frozen=True)
class Profile:
    """A user or an account. It is a view: it shows the tables as they are when a method is called.

    Every method holds `lock` while it reads.
    """

    connection: sqlite3.Connection
    number: int
    collection: str
    event_at: EventAt | None = None
    lock: AbstractContextManager[object] = field(default_factory=nullcontext, compare=False, repr=False)

    @property
    def id(self) -> str:
        """Segment's own id of the profile."""
        return segment_id(self.collection, self.number)

    def traits(self) -> dict[str, Trait]:
        """Return the traits with their sources, ordered by name."""
        with self.lock:
            return Traits(self.connection).read(self.number)

    def external_ids(self) -> list[Json]:
        """Return the identifiers as the Profile API writes them."""
        with self.lock:
            rows = self.connection.execute(_EXTERNAL_IDS, (self.number,)).fetchall()
        return [
            {
                "source_id": source,
                "collection": collection,
                "id": key[len(kind) + 1 :],
                "type": kind,
                "created_at": instant(created_at),
                "encoding": "none",
                "first_message_id": message,
            }
            for collection, key, kind, created_at, message, source in rows
        ]

    def links(self) -> list[Profile]:
        """Return the accounts of a user, or the users of an account, oldest first."""
        statement, other = (_ACCOUNTS, "accounts") if self.collection == "users" else (_USERS, "users")
        with self.lock:
            rows = self.connection.execute(statement, (self.number,)).fetchall()
        return [Profile(self.connection, number, other, self.event_at, self.lock) for (number,) in rows]

    def events(self, start: int = EARLIEST, end: int = LATEST, *, ascending: bool = False) -> list[TimedEvent]:
        """Return events from `start` to `end` (milliseconds since 1970), newest first unless told."""
        with self.lock:
            return list(self.timeline(start, end, ascending=ascending))

    def timeline(self, start: int = EARLIEST, end: int = LATEST, *, ascending: bool = False) -> Iterator[TimedEvent]:
        """Yield what `events` returns, read as it is asked for: hold the lock until the last."""
        return Timeline(self.connection, self.event_at).read(self.number, start, end, ascending=ascending)

    def metadata(self) -> Json:
        """Return the profile's first and last message; the last is the one with the newest timestamp (assumed)."""
        with self.lock:
            created_at, first_message, first_source = self.connection.execute(_ORIGIN, (self.number,)).fetchone()
            last = next(self.timeline(), None)
        event = {} if last is None else last.event
        return {
            "created_at": instant(created_at),
            "updated_at": text_of(event.get("receivedAt")) or instant(created_at),
            "expires_at": None,
            "first_message_id": first_message,
            "first_source_id": first_source,
            "last_message_id": text_of(event.get("messageId")) or first_message,
            "last_source_id": text_of(event.get("sourceId")) or first_source,
        }
