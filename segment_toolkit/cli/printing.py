"""What appears on the screen: results on stdout, all else on stderr, colour for people only.

Text may come from Segment, so nothing in it that steers a terminal is printed as it is.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

from ..secrecy.untrusted import HIDDEN

# What `untrusted` calls hidden, the tab, and halves of surrogate pairs.
_UNPRINTABLE = re.compile(f"{HIDDEN.pattern}|[\t\ud800-\udfff]")
_COLOURS = {"read": "32", "write": "33", "destructive": "31", "successful": "32", "failed": "31", "bold": "1"}


def say(text: str = "", stream: TextIO | None = None) -> None:
    """Print text on stdout or another stream; text of others goes through `printable` first."""
    stream = stream or sys.stdout
    print(_encodable(text, stream), file=stream)


def remark(text: str) -> None:
    """Print text on stderr; nowhere if the process was started without one."""
    if sys.stderr is not None:
        say(text, sys.stderr)


def complain(message: str) -> None:
    """Print one line on stderr."""
    remark(f"segment-toolkit: {printable(' '.join(message.split()))}")


def emit(value: Any, *, compact: bool) -> None:
    """Print a result on stdout as JSON, in one line if `compact`."""
    say(json_text(value, compact=compact, ascii_only=not _is_unicode(sys.stdout)))


def json_text(value: Any, *, compact: bool = False, ascii_only: bool = False) -> str:
    """JSON that can be shown and still be parsed."""
    return printable(json.dumps(value, ensure_ascii=ascii_only, indent=None if compact else 2, default=str))


def printable(text: str) -> str:
    """The text with what steers a terminal, or cannot be seen in it, spelled out as JSON strings allow."""
    return _UNPRINTABLE.sub(lambda found: json.dumps(found.group())[1:-1], text)


def paint(text: str, colour: str, stream: TextIO | None = None) -> str:
    """The text in the colour of that meaning, if the stream is a terminal that wants it."""
    if not _coloured(stream or sys.stdout):
        return text
    return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m"


def columns(rows: Sequence[Sequence[str]], *, indent: str = "") -> list[str]:
    """The rows as lines, all columns but the last padded to one width."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return [indent + line.rstrip() for line in lines]


def indented(text: str, by: str = "    ") -> str:
    return "\n".join(by + line for line in text.splitlines())


def wrapped(text: str, *, indent: str) -> Iterable[str]:
    """The text in lines of the terminal's width; in one line when nobody looks at it."""
    if not _is_terminal(sys.stdout):
        return [indent + text]
    import textwrap

    width = max(shutil.get_terminal_size().columns, 40)
    return textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=indent)


def _coloured(stream: TextIO) -> bool:
    return _is_terminal(stream) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()


def _encodable(text: str, stream: TextIO | None) -> str:
    """The text in the stream's own encoding, what it lacks spelled out."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def _is_unicode(stream: TextIO | None) -> bool:
    return (getattr(stream, "encoding", None) or "utf-8").lower().replace("-", "").startswith("utf")
