"""The tables of one warehouse, in an SQLite database that others share.

A table is called `<prefix>__<schema>__<table>`, for example `postgres__shop_web__order_completed`. Prefix and schema
hold no double underscore, so no two of them can meet in one name.

Source: Segment docs, "Warehouse Schemas": tables and columns appear with the first value, warehouses dedupe on `id`,
`users` and `accounts` are upserted.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from segment_toolkit.sandbox.warehouse.names import Names, schema_name, snake
from segment_toolkit.sandbox.warehouse.rows import COLLECTIONS, LATEST, Columns, rows
from segment_toolkit.sandbox.warehouse.table import Table
from segment_toolkit.sandbox.warehouse.values import id_value
from segment_toolkit.sandbox.wire import Json

Batches = dict[str, list[Columns]]


def by_table(events: Iterable[Json], names: Names) -> Batches:
    """Turn events into rows, and sort them by table."""
    batches: Batches = {}
    for event in events:
        for table, columns in rows(event, names):
            batches.setdefault(table, []).append(columns)
    return batches


@dataclass(frozen=True)
class Limits:
    """Bounds of one schema. Segment documents none; both are assumed, so that hostile events stay affordable.

    Rows for a table too many are left out, as are values for a column too many. SQLite takes 2,000 columns.
    """

    tables: int = 300
    columns: int = 500


class WarehouseTables:
    """Writes the events of sources into the tables of one warehouse. The caller holds the lock of the connection."""

    def __init__(self, connection: sqlite3.Connection, prefix: str, limits: Limits = Limits()) -> None:
        self._connection = connection
        self._prefix = schema_name(prefix)
        self._limits = limits
        self._names = Names()
        self._schemas: dict[str, dict[str, Table]] = {}

    def write(self, schema: str, events: Iterable[Json]) -> None:
        """Load events, in their order, into the tables of a schema: the slug of their source.

        A message whose `id` a table has already is left out of that table. Call it inside a transaction; it begins,
        commits and rolls back nothing. Raises sqlite3.Error when the database fails, never for what is in an event.
        """
        self.load(schema, by_table(events, self._names))

    def load(self, schema: str, batches: Batches) -> None:
        """Write rows that are sorted by table; what `write` does after sorting. Warehouses may share them."""
        for name, batch in batches.items():
            found = self._table(schema_name(schema), name)
            if found is not None:
                found.write(batch)

    def tables(self, schema: str) -> list[str]:
        """List the tables of a schema, by name, without prefix and schema."""
        start = f"{self._prefix}__{schema_name(schema)}__"
        return [name.removeprefix(start) for name in self._starting(start)]

    def delete_people(
        self, ids: Iterable[str], *, member: Literal["userId", "anonymousId"] = "userId", schema: str | None = None
    ) -> None:
        """Delete the rows of people, by userId or anonymousId, in one schema or in all."""
        wanted = [(id_value(id_),) for id_ in ids]
        start = f"{self._prefix}__" if schema is None else f"{self._prefix}__{schema_name(schema)}__"
        for name in self._starting(start):
            # The table of the users themselves has the userId as its id.
            of_users = name.rpartition("__")[2] == "users"
            column = "id" if of_users and member == "userId" else snake(member)
            columns = {row[1] for row in self._connection.execute(f'PRAGMA table_info("{name}")')}
            if column in columns:
                self._connection.executemany(f'DELETE FROM "{name}" WHERE "{column}" = ?', wanted)  # noqa: S608

    def drop(self) -> None:
        """Remove all tables of this warehouse, whatever their schema."""
        for name in self._starting(f"{self._prefix}__"):
            self._connection.execute(f'DROP TABLE "{name}"')
        self.forget()

    def forget(self) -> None:
        """Forget which tables and columns exist: call it after a rollback or a restored snapshot."""
        self._schemas.clear()

    def _known(self, schema: str) -> dict[str, Table]:
        known = self._schemas.get(schema)
        if known is None:
            known = {name: self._open(schema, name) for name in self.tables(schema)}
            self._schemas[schema] = known
        return known

    def _table(self, schema: str, name: str) -> Table | None:
        """Find a table, or take it up when there is room; Segment's own tables always find room."""
        known = self._known(schema)
        table = known.get(name)
        if table is None and (name in COLLECTIONS or len(known) < self._limits.tables):
            table = known[name] = self._open(schema, name)
        return table

    def _open(self, schema: str, name: str) -> Table:
        full_name = f"{self._prefix}__{schema}__{name}"
        return Table(self._connection, full_name, self._limits.columns, upsert=name in LATEST)

    def _starting(self, start: str) -> list[str]:
        found = self._connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, ?) = ? ORDER BY name",
            (len(start), start),
        )
        return [name for (name,) in found]
