"""Entries in a SQLite file: a row for each, whose triggers refuse to change or delete one."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from ...names import well_formed
from .chain import FIRST
from .entry import Entry, canonical, digest

if TYPE_CHECKING:
    import sqlite3

#: How long one process waits for another.
_BUSY_SECONDS = 2.0
_TABLES = (
    """CREATE TABLE IF NOT EXISTS calls (
        place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, time TEXT NOT NULL, tool TEXT NOT NULL,
        user_id TEXT, code TEXT, entry TEXT NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS calls_by_time ON calls (time)",
    """CREATE TRIGGER IF NOT EXISTS calls_are_not_changed BEFORE UPDATE ON calls
        BEGIN SELECT RAISE(ABORT, 'an audit log is only appended to'); END""",
    """CREATE TRIGGER IF NOT EXISTS calls_are_not_deleted BEFORE DELETE ON calls
        BEGIN SELECT RAISE(ABORT, 'an audit log is only appended to'); END""",
)
_LAST = "SELECT entry FROM calls ORDER BY place DESC LIMIT 1"
_INSERT = "INSERT INTO calls (id, time, tool, user_id, code, entry) VALUES (?, ?, ?, ?, ?, ?)"


class SqliteFile:
    """Appends rows to the file at `path`. A forked child opens its own connection."""

    def __init__(self, path: Path, *, chain: bool) -> None:
        self._path = path
        self._chain = chain
        self._opened: dict[int, _Opened] = {}

    def append(self, entry: Entry) -> None:
        """Raises sqlite3.Error or OSError."""
        process = os.getpid()
        mine = self._opened.get(process) or self._opened.setdefault(process, _Opened())
        with mine.lock:
            if mine.connection is None:
                mine.connection = _connected(self._path)
            try:
                self._insert(mine.connection, entry)
            except BaseException:
                mine.close()  # whatever it is in the middle of, the next call begins anew
                raise

    def close(self) -> None:
        mine = self._opened.pop(os.getpid(), None)
        if mine is not None:
            with mine.lock:
                mine.close()

    def __del__(self) -> None:
        with contextlib.suppress(Exception):  # at the end of the process nothing may be left to close with
            self.close()

    def _insert(self, connection: sqlite3.Connection, entry: Entry) -> None:
        connection.execute("BEGIN IMMEDIATE")
        if self._chain:
            last = connection.execute(_LAST).fetchone()
            entry = entry | {"previous": digest(last[0].encode("ascii")) if last else FIRST}
        text = canonical(entry).decode("ascii")
        user_id = entry["user_id"] and well_formed(entry["user_id"])  # to look for; `text` holds it as it is
        row = (entry["id"], entry["time"], entry["tool"], user_id, entry["code"], text)
        connection.execute(_INSERT, row)
        connection.execute("COMMIT")


class _Opened:
    """The connection of one process; used by the thread that holds `lock`."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.connection: sqlite3.Connection | None = None

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def _connected(path: Path) -> sqlite3.Connection:
    import sqlite3

    # SQLite gives the files beside it (-wal, -shm) the mode of this one.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        _use_wal(connection)
        connection.execute("PRAGMA synchronous = NORMAL")  # a lost last entry after a power cut, never a broken file
        for statement in _TABLES:
            connection.execute(statement)
    except BaseException:
        connection.close()
        raise
    return connection


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to the write-ahead log. SQLite does not wait while another process is switching too, so we do."""
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
