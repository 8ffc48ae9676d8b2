"""The traits of profiles: the most recent value of each wins, by the timestamp of the event that set it.

Source: Segment docs, "Profile API" ("last updated precedence order"), "Spec: Group" (null stays null, an absent
trait keeps its value; for users assumed).
"""

from __future__ import annotations

import sqlite3
from typing import Any, NamedTuple

from segment_toolkit.sandbox.profiles.graph import Stamp
from segment_toolkit.sandbox.profiles.values import dump, instant, load, storable
from segment_toolkit.sandbox.wire import Json

_SET = (
    "INSERT INTO profile_trait VALUES (?, ?, ?, ?, ?) ON CONFLICT (profile, name) DO UPDATE"
    " SET value = excluded.value, at = excluded.at, source_id = excluded.source_id"
    " WHERE excluded.at >= profile_trait.at"
)
_READ = "SELECT name, value, at, source_id FROM profile_trait WHERE profile = ? ORDER BY name"


class Trait(NamedTuple):
    """A trait's value, the source that set it, and when."""

    value: Any
    source_id: str
    updated_at: str


class Traits:
    """Sets and reads traits."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def set(self, profile: int, traits: Json, stamp: Stamp) -> None:
        """Set the traits of an identify or group call, except those that a later event has set already."""
        rows = [(profile, storable(name), dump(value), stamp.at, stamp.source_id) for name, value in traits.items()]
        self._connection.executemany(_SET, rows)

    def read(self, profile: int) -> dict[str, Trait]:
        """Return the traits of a profile, ordered by name."""
        rows = self._connection.execute(_READ, (profile,))
        return {name: Trait(load(value), source, instant(at)) for name, value, at, source in rows}
