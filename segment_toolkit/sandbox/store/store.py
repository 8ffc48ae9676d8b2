"""Everything that is remembered, under one roof."""

from __future__ import annotations

from pathlib import Path

from segment_toolkit.sandbox.store.database import Database
from segment_toolkit.sandbox.store.journal import Journal
from segment_toolkit.sandbox.store.ledger import Ledger
from segment_toolkit.sandbox.store.sightings import Sightings
from segment_toolkit.sandbox.store.tables import TABLES


class Store:
    """The database and the ways to read and write it."""

    def __init__(self, path: Path | None, *more_tables: str) -> None:
        """Open a file, or memory when there is no path. Raises InUse or Unusable."""
        self.database = Database(path, ";".join((TABLES, *more_tables)))
        self.journal = Journal(self.database)
        self.ledger = Ledger(self.database)
        self.sightings = Sightings(self.database)
