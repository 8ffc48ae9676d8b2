"""One process's connection to a private SQLite file, used by one thread at a time."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InvalidParams

if TYPE_CHECKING:
    import sqlite3

_BUSY_SECONDS = 30.0


class Sessions:
    """The sessions on one file, one a process: a connection must not cross a fork.

    tables: statements that make what is not there yet; holds: what the file is of, for errors.
    """

    def __init__(self, path: Path, tables: Sequence[str], *, holds: str) -> None:
        self._path = path
        self._tables = tables
        self._holds = holds
        self._by_process: dict[int, Session] = {}

    def mine(self) -> Session:
        """This process's session. A forked child finds none under its own id, and leaves its parent's alone."""
        process = os.getpid()
        session = self._by_process.get(process)
        if session is None:
            opened = Session(_connected(self._path, self._tables, self._holds))
            session = self._by_process.setdefault(process, opened)
            if session is not opened:  # another thread was faster
                opened.close()
        return session

    def close(self) -> None:
        """Give the file back; the next use opens it again."""
        session = self._by_process.pop(os.getpid(), None)
        if session is not None:
            session.close()


class Session:
    """Statements and transactions."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._lock = threading.RLock()
        self._connection = connection

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


def _connected(path: Path, tables: Sequence[str], holds: str) -> sqlite3.Connection:
    import sqlite3

    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.row_factory = sqlite3.Row
        _use_wal(connection)
        connection.execute("PRAGMA secure_delete = ON")
        for statement in tables:
            connection.execute(statement)
    except sqlite3.DatabaseError as error:
        connection.close()
        if isinstance(error, sqlite3.OperationalError):
            raise
        raise InvalidParams(f"{path} is not a database of {holds}.") from None
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
