"""The kept cases in a file, one a line, the shortest first."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from .case import Case

#: A longer case stays out of the file: what it reaches is found again by the grammar.
_LONGEST = 2_000


def load(path: Path) -> list[Case]:
    """The cases of a file; none if it is not there."""
    return [Case.read(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def save(path: Path, cases: Iterable[Case]) -> None:
    """Write cases over a file."""
    lines = sorted((text for case in cases if len(text := case.text()) <= _LONGEST), key=lambda text: (len(text), text))
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
