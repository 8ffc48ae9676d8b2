"""Destinations that take an event at once: the black hole and the file. Neither exists at Segment."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, Protocol

from segment_toolkit.sandbox import wire
from segment_toolkit.sandbox.wire import Json


class Sink(Protocol):
    """Takes events; when `write` returns they are delivered."""

    def write(self, events: Iterable[Json]) -> int:
        """Take events and return how many they were."""
        ...

    def close(self) -> None:
        """Give back what it holds open."""
        ...


class Blackhole:
    """Takes every event and keeps none."""

    def write(self, events: Iterable[Json]) -> int:
        """Take events and forget them."""
        return sum(1 for _ in events)

    def close(self) -> None:
        """Nothing is open."""


class JsonLinesFile:
    """Appends events to a file, one line of JSON each, in ASCII; safe to use from several threads.

    The file is opened with the first event and stays open. After a `write` the system has the lines, the disk maybe
    not yet.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)
        self._file: BinaryIO | None = None
        self._lock = threading.Lock()

    def write(self, events: Iterable[Json]) -> int:
        """Append events, with one flush for all. Raises OSError when the file cannot be written."""
        lines = [wire.encode(event) + b"\n" for event in events]
        if not lines:
            return 0
        with self._lock:
            if self._file is None:
                self._file = _opened(self._path)
                weakref.finalize(self, self._file.close)
            self._file.write(b"".join(lines))
            self._file.flush()
        return len(lines)

    def close(self) -> None:
        """Close the file; a later event opens it again. Raises OSError when the last lines cannot be written."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None


def _opened(path: Path) -> BinaryIO:
    file = path.open("a+b")
    # A process that was killed may have left half a line; a new one must not continue it.
    if file.tell():
        file.seek(-1, os.SEEK_END)
        if file.read(1) != b"\n":
            file.write(b"\n")
    return file
