"""Questions to a warehouse: one SELECT at a time, over the tables of that warehouse and nothing else.

`shop_web.order_completed` stands for the table of that schema, as in a real warehouse. Only names are replaced, in a
text cut into SQL tokens, so strings, comments and other names stay as they are. The replaced name has no short form:
give a table an alias to qualify a column (`SELECT t.event FROM shop_web.tracks AS t`), or write all three names.

Source: Segment docs, "Warehouse Schemas" (`<source>.<collection>.<property>`); the limits are assumed.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping, Sequence

from segment_toolkit.sandbox.warehouse.names import schema_name
from segment_toolkit.sandbox.warehouse.values import SqlValue

# Table-valued functions of SQLite that read nothing but their arguments.
_FUNCTIONS = frozenset({"json_each", "json_tree"})

_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})

# SQLite calls back after this many steps of its virtual machine.
_STEPS_PER_CALL = 100_000

_TOKENS = re.compile(
    r"""
      '(?:[^']|'')*'? | "(?:[^"]|"")*"? | `[^`]*`? | \[[^\]]*\]?   # strings and quoted names
    | --[^\n]* | /\*.*?(?:\*/|\Z)                                  # comments
    | (?P<schema>[A-Za-z_]\w*)\s*\.\s*(?P<table>[A-Za-z_]\w*)      # a qualified name
    | [\w$]+                                                       # any other word, so that none is cut in two
    """,
    re.VERBOSE | re.DOTALL,
)

Parameters = Sequence[SqlValue] | Mapping[str, SqlValue]


class QueryRefused(ValueError):
    """The text is no SELECT over this warehouse, or it asks for too much; the message says which."""


class WarehouseReader:
    """Reads the tables of one warehouse. The caller holds the lock of the connection."""

    def __init__(
        self, connection: sqlite3.Connection, prefix: str, *, max_rows: int = 10_000, max_steps: int = 50_000_000
    ) -> None:
        self._connection = connection
        self._start = f"{schema_name(prefix)}__"
        self._max_rows = max_rows
        self._max_steps = max_steps
        # SQLite sets its table-valued functions up at their first use, which the authoriser would not let it.
        connection.execute("SELECT 1 FROM json_each('[]'), json_tree('[]')").close()

    def query(self, sql: str, parameters: Parameters = ()) -> list[dict[str, SqlValue]]:
        """Run one SELECT and return its rows, a dict each; of two columns with one name the last is kept.

        Raises QueryRefused for anything but a SELECT over this warehouse, for SQL that SQLite refuses, for parameters
        that do not fit, and for a query that gives more than `max_rows` rows or takes more than `max_steps` steps of
        SQLite's virtual machine.
        """
        try:
            found = self._run(sql, parameters)
        except QueryRefused:
            raise
        except (sqlite3.Error, sqlite3.Warning, ValueError, OverflowError) as error:
            raise QueryRefused(f"the query does not run: {error}") from None
        if len(found) > self._max_rows:
            raise QueryRefused(f"the query gives more than {self._max_rows} rows; add a LIMIT")
        return found

    def _run(self, sql: str, parameters: Parameters) -> list[dict[str, SqlValue]]:
        tables = frozenset(name.lower() for (name,) in self._connection.execute("SELECT name FROM sqlite_master"))
        scope = _Scope(self._start, tables)
        cursor = self._connection.cursor()
        cursor.row_factory = None
        self._connection.set_authorizer(scope.authorise)
        self._connection.set_progress_handler(_Budget(self._max_steps), _STEPS_PER_CALL)
        try:
            cursor.execute(scope.translate(sql), parameters)
            if cursor.description is None:
                raise QueryRefused("the query does not run: it is no SELECT")
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchmany(self._max_rows + 1)]
        finally:
            cursor.close()
            self._connection.set_progress_handler(None, 0)
            self._connection.set_authorizer(None)


class _Scope:
    """What one query may see: the tables whose name starts with `start`, out of all there are."""

    def __init__(self, start: str, tables: frozenset[str]) -> None:
        self._start = start
        self._tables = tables

    def translate(self, sql: str) -> str:
        """Write the full name of each table that is given as `schema.table` and exists."""
        return _TOKENS.sub(self._full_name, sql)

    def authorise(self, action: int, table: str | None, column: str | None, _db: str | None, _by: str | None) -> int:
        """Answer SQLite, which asks this for every table, column and function while it compiles a statement."""
        # SQLite hands over some names as the query writes them, in any case.
        allowed = self._may_read((table or "").lower(), column) if action == sqlite3.SQLITE_READ else action in _ALLOWED
        return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY

    def _may_read(self, table: str, column: str | None) -> bool:
        # Without a column this may be a common table expression, which has any name, or a table whose rows are counted.
        is_expression = not column and table not in self._tables and not table.startswith(("sqlite_", "pragma_"))
        return table.startswith(self._start) or table in _FUNCTIONS or is_expression

    def _full_name(self, token: re.Match[str]) -> str:
        if token["schema"] is None:
            return token[0]
        name = f"{self._start}{token['schema']}__{token['table']}".lower()
        return f'"{name}"' if name in self._tables else token[0]


class _Budget:
    """Counts down; tells SQLite to stop when nothing is left."""

    def __init__(self, steps: int) -> None:
        self._left = steps

    def __call__(self) -> bool:
        self._left -= _STEPS_PER_CALL
        return self._left < 0
