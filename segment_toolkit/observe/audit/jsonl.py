"""Entries as JSON lines: one `write` on a file opened for appending, which no other writer comes between.

POSIX: with O_APPEND the end of the file is found and written to in one step. That holds on local disks; on NFS lines
of several machines may mix, so give each machine a file of its own.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Lock

from .chain import FIRST, last_digest, last_line
from .entry import Entry, canonical, digest

try:
    import fcntl
except ImportError:  # Windows: a chained file is safe for the threads of one process there
    fcntl = None  # type: ignore[assignment]

#: A process that was stopped while it held the file must not stop the calls of another.
_PATIENCE_SECONDS = 2.0


class JsonlFile:
    """Appends lines to the file at `path`; see `AuditLog` for the options. A forked child opens its own."""

    def __init__(self, path: Path, *, chain: bool, rotate_bytes: int | None, keep: int) -> None:
        self._path = path
        self._chain = chain
        self._rotate_bytes = rotate_bytes
        self._kept = max(1, keep)
        self._opened: dict[int, _Opened] = {}

    def append(self, entry: Entry) -> None:
        """Raises OSError."""
        mine = self._mine()
        with mine.lock:
            mine.follow(self._path)
            line = canonical(entry) + b"\n"
            if self._chain or self._is_full(mine, len(line)):
                self._append_alone(mine, entry)
            else:
                mine.write(line)

    def close(self) -> None:
        mine = self._opened.pop(os.getpid(), None)
        if mine is not None:
            with mine.lock:
                mine.close()

    def __del__(self) -> None:
        with contextlib.suppress(Exception):  # at the end of the process nothing may be left to close with
            self.close()

    def _append_alone(self, mine: _Opened, entry: Entry) -> None:
        """Append while no other process does: the entry must name the last one, or the file be renamed."""
        while True:
            mine.follow(self._path)
            with mine.alone():
                if mine.was_renamed(self._path):  # while we waited
                    continue
                line = canonical(entry | self._link(mine)) + b"\n"
                if not self._is_full(mine, len(line)):
                    mine.write(line)
                    return
                self._rotate()

    def _link(self, mine: _Opened) -> Entry:
        """The member that ties an entry to the one before, which may be in the file that was rotated away."""
        if not self._chain:
            return {}
        before = mine.last_line()
        if before is not None:
            return {"previous": digest(before)}
        return {"previous": last_digest(self._path.with_name(f"{self._path.name}.1")) or FIRST}

    def _is_full(self, mine: _Opened, more: int) -> bool:
        """Whether `more` bytes are too many. A file without a line takes one, however long it is."""
        if self._rotate_bytes is None:
            return False
        size = os.fstat(mine.file).st_size
        return size > 0 and size + more > self._rotate_bytes

    def _rotate(self) -> None:
        def numbered(number: int) -> Path:
            return self._path.with_name(f"{self._path.name}.{number}")

        for number in range(self._kept - 1, 0, -1):
            if numbered(number).exists():
                numbered(number).replace(numbered(number + 1))
        self._path.replace(numbered(1))

    def _mine(self) -> _Opened:
        process = os.getpid()
        found = self._opened.get(process)
        return found if found is not None else self._opened.setdefault(process, _Opened())


class _Opened:
    """The file as one process has it open; used by the thread that holds `lock`."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.file = -1

    def follow(self, path: Path) -> None:
        """Have the file open that is at `path` now; it is made if there is none."""
        if self.file == -1 or self.was_renamed(path):
            self.close()
            # Not only for appending: what the last line is must be read as well.
            self.file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)

    def was_renamed(self, path: Path) -> bool:
        try:
            there = os.stat(path)
        except FileNotFoundError:
            return True
        here = os.fstat(self.file)
        return (here.st_ino, here.st_dev) != (there.st_ino, there.st_dev)

    def write(self, line: bytes) -> None:
        """One write. A line that does not fit on the disk leaves a part behind, which the next one ends."""
        data = line if self._ends_a_line() else b"\n" + line
        written = os.write(self.file, data)
        if written != len(data):
            raise OSError(f"only {written} of {len(data)} bytes fitted")

    def last_line(self) -> bytes | None:
        """The last line, without its end; None in an empty file."""
        return last_line(self._read, os.fstat(self.file).st_size)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other processes out, for as long as this file is open. Raises TimeoutError."""
        if fcntl is None:
            yield
            return
        file = self.file
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise TimeoutError("another process holds the file") from None
                time.sleep(0.001)
        try:
            yield
        finally:
            with contextlib.suppress(OSError):  # it was closed, which freed it
                fcntl.flock(file, fcntl.LOCK_UN)

    def close(self) -> None:
        if self.file != -1:
            os.close(self.file)
            self.file = -1

    def _ends_a_line(self) -> bool:
        size = os.fstat(self.file).st_size
        return size == 0 or self._read(size - 1, 1) == b"\n"

    def _read(self, start: int, length: int) -> bytes:
        os.lseek(self.file, start, os.SEEK_SET)
        return os.read(self.file, length)
