"""The chain of an audit log: each entry holds the SHA-256 of the line before it, so that no line changes unseen.

Who can write the file can write it anew from any line on. Only the digest of the last line, kept elsewhere, shows
that: `segment-toolkit log FILE --verify` prints it, and `--head DIGEST` asks for it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from .entry import digest

#: What the first entry of all names as the one before it.
FIRST = "0" * 64
_BLOCK = 65_536
#: Of a file that was changed all over, the first ones tell enough.
_MOST_BREAKS = 20


class Verdict(NamedTuple):
    """How far the chain holds. `head` is the digest of the last line; `breaks` says where it does not hold, and how.

    `continues` is the digest that the first entry names, when the entries before it are in another file.
    """

    entries: int
    head: str
    breaks: tuple[str, ...]
    continues: str | None

    @property
    def holds(self) -> bool:
        return not self.breaks


def verified(lines: Iterable[bytes]) -> Verdict:
    """Follow the chain through the lines of a file, oldest first."""
    breaks: list[str] = []
    continues: str | None = None
    head, entries, chained = FIRST, 0, False
    for number, line in enumerate(lines, 1):
        entries += 1
        named = _previous(line)
        chained = chained or named is not None
        if number == 1 and named is not None and named != FIRST:
            continues = named
        elif named != head and len(breaks) < _MOST_BREAKS:
            breaks.append(f"entry {number} {_why(line, named)}")
        head = digest(line)
    if entries and not chained:
        breaks = ["the log was written without a chain"]
    return Verdict(entries, head, tuple(breaks), continues)


def last_line(read: Callable[[int, int], bytes], size: int) -> bytes | None:
    """The last line of a file of `size` bytes, without its end. `read(start, length)` reads a part of it."""
    end, tail = size, b""
    while end > 0:
        start = max(0, end - _BLOCK)
        tail = read(start, end - start) + tail
        line = tail.removesuffix(b"\n")
        if b"\n" in line:
            return line.rpartition(b"\n")[2]
        end = start
    return tail.removesuffix(b"\n") or None


def last_digest(path: Path) -> str | None:
    """The digest of a file's last line; None when there is no file, or nothing in it."""
    try:
        with path.open("rb") as file:

            def read(start: int, length: int) -> bytes:
                file.seek(start)
                return file.read(length)

            line = last_line(read, path.stat().st_size)
    except FileNotFoundError:
        return None
    return None if line is None else digest(line)


def _previous(line: bytes) -> str | None:
    """The digest that a line names, or None."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    named = found.get("previous") if isinstance(found, dict) else None
    return named if isinstance(named, str) else None


def _why(line: bytes, named: str | None) -> str:
    if named is not None:
        return "does not follow the one before it: one was changed, taken out or put in"
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return "is not readable"
    return "names no entry before it: it was written without a chain"
