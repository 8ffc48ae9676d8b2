"""Glob patterns: `*` any run of characters, `?` any one, `[a-z]` one of a class, `[^...]` none of it, `\\x` x itself.

A pattern matches the whole string or not at all, and `*` stops at nothing, "/" included. Each run between two
stars is taken at the first place where it fits and never moved again, which is enough to find a match if there is
one; so no pattern makes the matching take exponential time. A malformed pattern matches nothing.

Source: Segment docs, "Destination Filter Query Language" (match); Segment's open-source `segmentio/glob`
(negation, what is malformed).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_PARTS = re.compile(
    r"""(?P<stars>\*+)
      | (?P<any>\?)
      | \[ (?P<negated>\^?+) (?P<ranges> (?: (?:\\.|[^\\\]-]) (?:- (?:\\.|[^\\\]-]))? )+ ) \]
      | \\ (?P<escaped>.)
      | (?P<plain>[^\\\[*?])""",
    re.VERBOSE | re.DOTALL,
)
_RANGE = re.compile(r"(?:\\(.)|([^\\]))(?:-(?:\\(.)|([^\\])))?", re.DOTALL)


def compile_glob(pattern: str) -> Callable[[str], bool]:
    """Make a test for strings out of a pattern; never raises."""
    parts = list(_parts(pattern))
    if None in parts:
        return lambda _: False
    expression = _expression([part for part in parts if part is not None])
    fits = re.compile(expression, re.DOTALL).fullmatch
    return lambda text: fits(text) is not None


def _parts(pattern: str) -> Iterator[str | None]:
    """Yield "*" for a run of stars, else the regular expression of one character; None where the pattern breaks."""
    position = 0
    while position < len(pattern):
        match = _PARTS.match(pattern, position)
        if match is None:
            yield None
            return
        yield _part(match)
        position = match.end()


def _part(match: re.Match[str]) -> str:
    if match["stars"]:
        return "*"
    if match["any"]:
        return "."
    if match["ranges"]:
        return _class(match["ranges"], negated=bool(match["negated"]))
    return re.escape(match["escaped"] or match["plain"])


def _class(ranges: str, *, negated: bool) -> str:
    # A range that runs backwards holds nothing.
    bounds = [(one or two, three or four or one or two) for one, two, three, four in _RANGE.findall(ranges)]
    members = "".join(f"{re.escape(low)}-{re.escape(high)}" for low, high in bounds if low <= high)
    if not members:
        return "." if negated else "(?!)"
    return f"[{'^' if negated else ''}{members}]"


def _expression(parts: list[str]) -> str:
    """Join the parts; a run after a star is found lazily, in an atomic group so that it is never tried again."""
    runs: list[list[str]] = [[]]
    for part in parts:
        if part == "*":
            runs.append([])
        else:
            runs[-1].append(part)
    head, *rest = ["".join(run) for run in runs]
    if not rest:
        return head
    *middle, tail = rest
    last = f".*?{tail}" if tail else ".*"
    return head + "".join(f"(?>.*?{run})" for run in middle) + last
