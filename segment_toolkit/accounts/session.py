"""One process's connection to the account file, used by one thread at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InvalidParams

if TYPE_CHECKING:
    import sqlite3

_BUSY_SECONDS = 30.0

_TABLES = (
    "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value BLOB NOT NULL)",
    """CREATE TABLE IF NOT EXISTS accounts (
        place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, user_id TEXT NOT NULL,
        auth_config_id TEXT NOT NULL, status TEXT NOT NULL, alias TEXT, created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL, credentials BLOB NOT NULL, UNIQUE (user_id, alias))""",
    """CREATE TABLE IF NOT EXISTS auth_configs (
        place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
        status TEXT NOT NULL, created_at TEXT NOT NULL)""",
)


class Session:
    """Statements and transactions. A connection must not cross a fork: the store opens one session a process."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._connection = _connected(path)

    def rows(self, statement: str, *values: Any) -> list[sqlite3.Row]:
        """What a SELECT finds."""
        with self._lock:
            return self._connection.execute(statement, values).fetchall()

    def change(self, statement: str, *values: Any) -> int:
        """Run a statement; how many rows it changed."""
        with self._lock:
            return self._connection.execute(statement, values).rowcount

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block or none of it, alone among threads and processes. Nested, it joins the outer one."""
        with self._lock:
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a full disk may have undone it already
                    self._connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            self._connection.close()


def _connected(path: Path) -> sqlite3.Connection:
    import sqlite3

    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.row_factory = sqlite3.Row
        _use_wal(connection)
        connection.execute("PRAGMA secure_delete = ON")
        for statement in _TABLES:
            connection.execute(statement)
    except sqlite3.DatabaseError as error:
        connection.close()
        if isinstance(error, sqlite3.OperationalError):
            raise
        raise InvalidParams(f"{path} is not a database of accounts.") from None
    return connection


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to the write-ahead log, which is kept in the file.

    SQLite does not wait while another process is switching too ("database is locked" at once), so we do.
    """
    import sqlite3

    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(0.01)
        else:
            return
