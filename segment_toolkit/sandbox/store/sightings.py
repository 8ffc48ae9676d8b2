"""Which messageIds were seen in the last 24 hours, over all workspaces, whatever the contents.

Source: Segment docs, "Handling Duplicate Data": "at least 24 hours".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from segment_toolkit.sandbox import wire
from segment_toolkit.sandbox.store.database import Database

WINDOW = timedelta(hours=24)
# Old sightings are swept out after so many new ones.
_SWEEP_EVERY = 50_000
_ONE = "SELECT message_id FROM sighting WHERE message_id = ? AND at > ?"
_MANY = "SELECT message_id FROM sighting WHERE message_id IN (SELECT value FROM json_each(?)) AND at > ?"


class Sightings:
    """messageId to the time it was first seen."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._since_sweep = 0

    def known(self, keys: Sequence[str], now: datetime) -> set[str]:
        """Return those of the keys whose ids were seen within the window before now."""
        # Reading a JSON list takes SQLite longer than looking up the one key that most requests have.
        statement, wanted = (_ONE, keys[0]) if len(keys) == 1 else (_MANY, wire.text_of(keys))
        rows = self._database.connection.execute(statement, (wanted, (now - WINDOW).timestamp()))
        return {message_id for (message_id,) in rows}

    def add(self, keys: Iterable[str], now: datetime) -> None:
        """Remember the keys of ids as seen now."""
        at = now.timestamp()
        rows = [(key, at) for key in keys]
        self._database.connection.executemany("INSERT OR REPLACE INTO sighting VALUES (?, ?)", rows)
        self._since_sweep += len(rows)
        if self._since_sweep >= _SWEEP_EVERY:
            self._since_sweep = 0
            self._database.connection.execute("DELETE FROM sighting WHERE at <= ?", ((now - WINDOW).timestamp(),))


def key_of(message_id: str) -> str:
    """Return what an id is stored as; no two ids share it."""
    return safe(message_id.replace("\\", "\\\\") if "\\" in message_id else message_id)


def safe(text: str) -> str:
    """Escape what SQLite cannot take as text: lone surrogates, and the NUL at which its own functions stop."""
    if text.isprintable():
        return text
    return text.replace("\0", "\\0").encode("utf-8", "backslashreplace").decode()
