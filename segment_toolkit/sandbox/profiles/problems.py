"""What went wrong while events were resolved, as Profiles Insights shows it; the last ones of each space.

Source: Segment docs, "Profiles Insights". Every text is Segment's; how many are kept is ours.
"""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from segment_toolkit.sandbox.profiles.identifiers import Identifier

NO_IDENTIFIERS = "No matching identifiers on event"
VALUE_LIMIT = "Identifier value limit exceeded"
TIME_LIMIT = "Identifier value time limit exceeded"
BLOCKED = "ID value blocked"
MERGE_LIMIT = "Profile merge limit exceeded"
MAPPING_LIMIT = "Identifier mapping limit exceeded"

_LAST = "SELECT COALESCE(MAX(number), 0) FROM profile_problem WHERE space = ?"
_INSERT = "INSERT INTO profile_problem VALUES (?, ?, ?, ?, ?, ?)"
_FORGET = "DELETE FROM profile_problem WHERE space = ? AND number <= ?"
_READ = "SELECT text, type, value, message_id FROM profile_problem WHERE space = ? ORDER BY number DESC"


class Problem(NamedTuple):
    """An error or violation, with the identifier that was left out because of it, if it was one."""

    text: str
    dropped: Identifier | None = None
    message_id: str = ""


class ProblemLog:
    """The stored problems of all spaces."""

    def __init__(self, connection: sqlite3.Connection, kept: int) -> None:
        self._connection = connection
        self._kept = kept

    def add(self, space_id: str, problems: list[Problem]) -> None:
        """Store problems, and forget the oldest beyond the number kept."""
        (last,) = self._connection.execute(_LAST, (space_id,)).fetchone()
        rows = [
            (space_id, last + number, problem.text, *(problem.dropped or ("", "")), problem.message_id)
            for number, problem in enumerate(problems, 1)
        ]
        self._connection.executemany(_INSERT, rows)
        self._connection.execute(_FORGET, (space_id, last + len(rows) - self._kept))

    def read(self, space_id: str) -> list[Problem]:
        """Return the problems of a space, newest first."""
        rows = self._connection.execute(_READ, (space_id,))
        return [
            Problem(text, Identifier(kind, value) if kind else None, message_id)
            for text, kind, value, message_id in rows
        ]
