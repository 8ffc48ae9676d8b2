"""Deleting people from the profiles.

Source: Segment docs, "User Deletion and Suppression". That everything merged into the profile goes with it, and that
the accounts it was linked to stay, is assumed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from segment_toolkit.sandbox.profiles.identifiers import Identifier
from segment_toolkit.sandbox.profiles.values import storable

# The profile that an identifier leads to, and all that were merged into it.
_FOUND = (
    "SELECT id FROM profile WHERE canonical = (SELECT canonical FROM profile WHERE id ="
    " (SELECT profile FROM profile_identifier WHERE space = ? AND collection = 'users' AND key = ?))"
)
_COPIES = (
    "DELETE FROM profile_event_copy WHERE id IN (SELECT position FROM profile_event WHERE profile = ? AND copied <> 0)"
)
_ALL = (
    "DELETE FROM profile_event WHERE profile = ?",
    "DELETE FROM profile_trait WHERE profile = ?",
    "DELETE FROM profile_link WHERE user = ?",
    "DELETE FROM profile_identifier WHERE profile = ?",
    "DELETE FROM profile WHERE id = ?",
)


def erase(connection: sqlite3.Connection, space_id: str, identifiers: Iterable[Identifier]) -> None:
    """Delete the users that identifiers lead to, in the caller's transaction; unknown ones are no matter."""
    space = storable(space_id)
    for wanted in identifiers:
        known = Identifier(wanted.type, storable(wanted.value))
        found = connection.execute(_FOUND, (space, known.key)).fetchall()
        for statement in (_COPIES, *_ALL):
            connection.executemany(statement, found)
        connection.execute("DELETE FROM profile_problem WHERE space = ? AND type = ? AND value = ?", (space, *known))
