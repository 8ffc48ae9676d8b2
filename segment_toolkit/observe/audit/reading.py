"""Reading an audit log of either kind: its entries oldest first, those of rotated files before those of the file."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
from collections.abc import Iterator
from pathlib import Path

from ...errors import InvalidParams
from .chain import Verdict, verified
from .entry import Entry

_SQLITE = b"SQLite format 3\x00"
#: What readers reckon with: somebody may have changed the file.
_TYPES = {"id": str, "latency_ms": int | float, "attempts": list}


class AuditReader:
    """The log at `path`. `unreadable` counts the lines that were no entry, such as one that a full disk cut.

    Raises InvalidParams when there is no such file.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path).expanduser()
        if not self._path.is_file():
            raise InvalidParams("There is no such file.")
        self.unreadable = 0

    def entries(self) -> Iterator[Entry]:
        """All entries, oldest first."""
        for line in self._lines(self._files()):
            entry = self._entry(line)
            if entry is not None:
                yield entry

    def follow(self) -> Iterator[Entry | None]:
        """All entries, then None whenever there is no more at the moment; it never ends."""
        *rotated, _ = self._files()
        seen = _Rows(self._path) if self._is_sqlite() else _Tail(self._path)
        for line in self._lines(rotated):
            entry = self._entry(line)
            if entry is not None:
                yield entry
        while True:
            for line in seen.news():
                entry = self._entry(line)
                if entry is not None:
                    yield entry
            yield None

    def verdict(self) -> Verdict:
        """How far the chain holds, over the rotated files as well."""
        return verified(self._lines(self._files()))

    def _entry(self, line: bytes) -> Entry | None:
        with contextlib.suppress(ValueError, RecursionError):
            found = json.loads(line)
            if _is_entry(found):
                return found  # type: ignore[no-any-return]
        self.unreadable += 1
        return None

    def _files(self) -> list[Path]:
        """The file and what it was rotated to, oldest first."""
        numbered = self._path.parent.glob(f"{_literal(self._path.name)}.*")
        rotated = [file for file in numbered if file.suffix[1:].isdigit()]
        return [*sorted(rotated, key=lambda file: -int(file.suffix[1:])), self._path]

    def _lines(self, files: list[Path]) -> Iterator[bytes]:
        if self._is_sqlite():
            yield from _Rows(self._path).news()
            return
        for file in files:
            with contextlib.suppress(FileNotFoundError), file.open("rb") as lines:  # it may be rotated away meanwhile
                for line in lines:
                    if line.strip():
                        yield line.removesuffix(b"\n")

    def _is_sqlite(self) -> bool:
        with self._path.open("rb") as file:
            return file.read(len(_SQLITE)) == _SQLITE


class _Tail:
    """The lines of a file, and then what is appended to it, also after it was rotated and another took its name."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._inode = path.stat().st_ino
        self._at = 0

    def news(self) -> Iterator[bytes]:
        """The whole lines since the last time."""
        for file, inode in self._unread():
            if inode != self._inode:
                self._inode, self._at = inode, 0
            with contextlib.suppress(FileNotFoundError):
                yield from self._rest(file)

    def _unread(self) -> list[tuple[Path, int]]:
        """The file that was read last, whatever its name is now, and those that came after it."""
        found: list[tuple[Path, int]] = []
        with contextlib.suppress(FileNotFoundError):
            for number in itertools.count():
                file = self._path.with_name(f"{self._path.name}.{number}") if number else self._path
                found.append((file, file.stat().st_ino))
                if found[-1][1] == self._inode:
                    return found[::-1]
        return found[:1]  # what was read last is gone

    def _rest(self, path: Path) -> Iterator[bytes]:
        with path.open("rb") as file:
            file.seek(self._at)
            for line in file:
                if not line.endswith(b"\n"):
                    return  # somebody is writing it
                self._at += len(line)
                yield line.removesuffix(b"\n")


class _Rows:
    """The rows of a database, and then those that are added."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._last = 0

    def news(self) -> Iterator[bytes]:
        """The rows since the last time."""
        rows = self._select("SELECT place, entry FROM calls WHERE place > ? ORDER BY place", (self._last,))
        for place, entry in rows:
            self._last = place
            yield str(entry).encode("utf-8", "surrogatepass")

    def _select(self, statement: str, values: tuple[int, ...]) -> list[tuple[int, str]]:
        """Raises InvalidParams for a database that is no audit log."""
        import sqlite3

        try:
            with contextlib.closing(sqlite3.connect(f"{self._path.absolute().as_uri()}?mode=ro", uri=True)) as found:
                return found.execute(statement, values).fetchall()
        except sqlite3.Error:
            raise InvalidParams("This database holds no audit log, or cannot be read.") from None


def _is_entry(found: object) -> bool:
    if not isinstance(found, dict) or "id" not in found:
        return False
    return all(isinstance(found[name], wanted) for name, wanted in _TYPES.items() if name in found)


def _literal(name: str) -> str:
    """The name with nothing in it that `glob` reads."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)
