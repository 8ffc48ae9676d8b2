"""One table of a warehouse: made with its first rows, widened by later ones."""

from __future__ import annotations

import sqlite3

from segment_toolkit.sandbox.warehouse.insert import Insert
from segment_toolkit.sandbox.warehouse.rows import Columns
from segment_toolkit.sandbox.warehouse.values import sql_type

# A table with more columns than this gets statements that name only the columns of the batch.
_WIDE = 64

# Each ALTER makes SQLite read its whole schema again; from here on moving the rows is assumed to be cheaper.
_MANY = 32


class Table:
    """Writes rows into one table, whose full name holds a-z, 0-9 and `_` only."""

    def __init__(self, connection: sqlite3.Connection, name: str, max_columns: int, *, upsert: bool) -> None:
        self._connection = connection
        self._name = name
        self._max_columns = max_columns
        self._upsert = upsert
        self._types = self._existing()
        self._insert = Insert(name, self._types, upsert=upsert)

    def write(self, batch: list[Columns]) -> None:
        """Insert rows in their order; of two rows with one id the first stays, or, with upsert, both are merged."""
        self._widen(batch)
        insert = self._insert_for(batch)
        self._connection.executemany(insert.sql, insert.parameters(batch))

    def _insert_for(self, batch: list[Columns]) -> Insert:
        """Choose the statement: all columns in one that stays the same, unless most would be empty."""
        if len(self._types) <= _WIDE:
            return self._insert
        used = set[str]().union(*batch)
        types = {name: declared for name, declared in self._types.items() if name in used}
        return self._insert if len(types) > len(self._types) // 2 else Insert(self._name, types, upsert=self._upsert)

    def _existing(self) -> dict[str, str]:
        return dict(self._connection.execute("SELECT name, type FROM pragma_table_info(?)", (self._name,)).fetchall())

    def _widen(self, batch: list[Columns]) -> None:
        """Add the columns that are new; the first value of a column decides its type.  [docs: "Data Types"]

        "New Columns" on the same page says the most recent value of the batch does; batches here have no fixed size.
        """
        new: dict[str, str] = {}
        for columns in batch:
            if not columns.keys() <= self._types.keys():
                new.update((name, sql_type(columns[name])) for name in columns if self._is_new(name, new))
        if new:
            self._add(new)
            self._insert = Insert(self._name, self._types, upsert=self._upsert)

    def _is_new(self, name: str, new: dict[str, str]) -> bool:
        return name not in self._types and name not in new and len(self._types) + len(new) < self._max_columns

    def _add(self, new: dict[str, str]) -> None:
        types = {**self._types, **new}
        if not self._types:
            self._create(self._name, types)
        elif len(new) > _MANY:
            self._copy(types)
        else:
            for name, declared in new.items():
                self._connection.execute(f'ALTER TABLE "{self._name}" ADD COLUMN "{name}" {declared}')
        self._types = types

    def _create(self, name: str, types: dict[str, str]) -> None:
        listed = "".join(f', "{column}" {declared}' for column, declared in types.items() if column != "id")
        self._connection.execute(f'CREATE TABLE "{name}" ("id" TEXT PRIMARY KEY NOT NULL{listed})')

    def _copy(self, types: dict[str, str]) -> None:
        """Move the rows to a wider table, in their order. The space keeps its name apart from all others."""
        wider, listed = f"{self._name} wider", ", ".join(f'"{column}"' for column in self._types)
        self._create(wider, types)
        self._connection.execute(
            f'INSERT INTO "{wider}" ({listed}) SELECT {listed} FROM "{self._name}" ORDER BY rowid'  # noqa: S608
        )
        self._connection.execute(f'DROP TABLE "{self._name}"')
        self._connection.execute(f'ALTER TABLE "{wider}" RENAME TO "{self._name}"')
