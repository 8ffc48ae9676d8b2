"""The SQLite database of a sandbox: how it is opened, changed in transactions, pictured and put back."""

from __future__ import annotations

import contextlib
import sqlite3
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

# A page cache that holds the hot parts of the indexes of a long-lived file, and bounds what it takes; in KiB.
_CACHE_KIB = 32 * 1024
_BUSY_MILLISECONDS = 5_000
_MAGIC = b"SQLite format 3\0"
# Grows by one whenever the tables change in a way that `CREATE TABLE IF NOT EXISTS` does not mend.
VERSION = 1


class InUse(RuntimeError):
    """Another sandbox has this file open."""


class Unusable(RuntimeError):
    """This file or snapshot cannot be used: it cannot be opened or written, or holds something else than a sandbox."""


class Closed(RuntimeError):
    """The sandbox was closed, and answers nothing any more."""


class Database:
    """One connection, used by one thread at a time: whoever calls holds the lock of the backend.

    A file is in WAL mode with `synchronous=NORMAL`: what a committed transaction wrote survives the death of the
    process (kill -9), and others may read the file meanwhile. A power cut may lose the last transactions.
    """

    def __init__(self, path: Path | None, tables: str) -> None:
        """Open a file, or memory when there is no path. Raises InUse or Unusable."""
        self._tables = tables
        with contextlib.ExitStack() as opened:
            # The file and not one of its names, so that the guard is the same through a symbolic link.
            where = None if path is None else path.resolve()
            if where is not None:
                opened.enter_context(_guard(where))
            self._connection = opened.enter_context(_opened(where, tables))
            # Closes them when a sandbox is forgotten without being closed as well; not at the end of the program, when
            # other threads may be in the middle of a statement.
            self._close = weakref.finalize(self, opened.pop_all().close)
            self._close.atexit = False

    @property
    def is_closed(self) -> bool:
        """Whether `close` was called."""
        return not self._close.alive

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection. Raises Closed."""
        if self.is_closed:
            raise Closed("this sandbox is closed")
        return self._connection

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what happens inside, all or nothing."""
        connection = self.connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            # A full disk makes SQLite itself roll back, and then there is nothing left to undo.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def clear(self) -> None:
        """Drop every table, the warehouses' too, and make the own ones again; outside of a transaction."""
        found = self.connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        with self.transaction():
            for (name,) in found:
                if not name.startswith("sqlite_"):
                    self.connection.execute(f"DROP TABLE {_quoted(name)}")
        self.connection.executescript(self._tables)

    def snapshot(self) -> bytes:
        """Return everything as the bytes of a database file."""
        with contextlib.closing(sqlite3.connect(":memory:")) as copy:
            self.connection.backup(copy)
            return copy.serialize()

    def restore(self, snapshot: bytes) -> None:
        """Go back to a snapshot. Raises Unusable for bytes that are none, and changes nothing then."""
        connection = self.connection
        with contextlib.closing(sqlite3.connect(":memory:")) as copy:
            try:
                _fill(copy, snapshot)
            except (sqlite3.Error, Unusable) as error:
                raise Unusable(f"this is no snapshot of a sandbox: {error}") from None
            copy.backup(connection)
        connection.executescript(self._tables)

    def close(self) -> None:
        """Close the file and let others have it; once more does nothing."""
        self._close()

    @property
    def closer(self) -> Callable[[], object]:
        """What `close` does, as a function that does not keep the database alive."""
        return self._close


@contextlib.contextmanager
def _opened(path: Path | None, tables: str) -> Iterator[sqlite3.Connection]:
    """Open the database, and make the tables that are not there. Raises Unusable."""
    with contextlib.closing(_connected(path, path)) as connection:
        try:
            # Reads only, so that a file of somebody else's stays as it is.
            _check(connection)
            if path is not None:
                connection.executescript(
                    f"PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -{_CACHE_KIB};"
                    f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}; PRAGMA temp_store = MEMORY;"
                    # Each checkpoint writes every changed page once more: 32 MB of log between two of them.
                    "PRAGMA wal_autocheckpoint = 8000;"
                )
            connection.executescript(f"PRAGMA user_version = {VERSION};{tables}")
        except sqlite3.Error as error:
            raise Unusable(f"{path} cannot be used: {error}") from None
        except Unusable as error:
            raise Unusable(f"{path} {error}") from None
        yield connection


def _fill(copy: sqlite3.Connection, snapshot: bytes) -> None:
    """Read a snapshot into a connection. Raises Unusable, or sqlite3.Error, when it holds no whole sandbox."""
    if not snapshot.startswith(_MAGIC):
        raise Unusable("file is not a database")
    copy.deserialize(_out_of_wal(snapshot))
    [(pages, page_bytes)] = copy.execute("SELECT * FROM pragma_page_count, pragma_page_size").fetchall()
    # SQLite itself reads nothing amiss in a last page that is cut short.
    if len(snapshot) < pages * page_bytes:
        raise Unusable("it is cut off")
    _check(copy)
    # Without this, damage would show itself much later, in the middle of somebody's request.
    [(verdict,)] = copy.execute("PRAGMA quick_check(1)").fetchall()
    if verdict != "ok":
        raise Unusable("it is damaged")
    [(workspaces,)] = copy.execute("SELECT count(*) FROM workspace").fetchall()
    if not workspaces:
        raise Unusable("it holds no workspace")


def _check(connection: sqlite3.Connection) -> None:
    """Raise Unusable, or sqlite3.Error, unless the database is empty or of this version of the sandbox."""
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    [(version,)] = connection.execute("PRAGMA user_version").fetchall()
    if names and not {"workspace", "record", "event"} <= names:
        raise Unusable("holds something else than a sandbox")
    if version > VERSION:
        raise Unusable(f"was made by a newer sandbox (version {version} of its tables, this one knows {VERSION})")
    if names and version < VERSION:
        raise Unusable(f"was made by an older sandbox (version {version} of its tables, this one needs {VERSION})")


@contextlib.contextmanager
def _guard(path: Path) -> Iterator[None]:
    """Take the file for this process: records are cached, so two sandboxes on one file would disagree.

    The lock is a transaction on a small database beside it. It ends with the process, however that ends.
    """
    with contextlib.closing(_connected(path, f"{path}-guard")) as guard:
        try:
            guard.execute("PRAGMA busy_timeout = 0")
            guard.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                raise InUse(f"{path} is in use by another sandbox") from None
            raise Unusable(f"{path} cannot be used: {error}") from None
        yield


def _connected(path: Path | None, file: Path | str | None) -> sqlite3.Connection:
    """Connect to the database of a path, or to the guard beside it. Raises Unusable."""
    try:
        return sqlite3.connect(
            ":memory:" if file is None else file, isolation_level=None, check_same_thread=False, cached_statements=512
        )
    except sqlite3.Error as error:
        raise Unusable(f"{path} cannot be used: {error}") from None


def _out_of_wal(snapshot: bytes) -> bytes:
    """Mark a database file as one without a write-ahead log, which a database in memory cannot have.

    Bytes 18 and 19 of the header say which kind of journal a file has.  [docs: SQLite, "Database File Format"]
    """
    return snapshot[:18] + b"\1\1" + snapshot[20:] if snapshot[18:20] == b"\2\2" else snapshot


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
