"""The matrix as a page: tools whose rows are alike share a column, and every cell is listed below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .cells import TIMES, Times
from .columns import COLUMNS
from .running import Cell, Matrix

_HEAD = """# Faults: what the toolkit says, and what is true

Every kind of fault that the sandbox can play, against every tool, over a real socket; sync and async toolkits answer
alike unless a cell says otherwise. Written by `python scripts/fault_matrix.py`, checked by `--check`: do not edit.

**A cell** is `once / for good`: the fault met the first request only, or all of them. In it stands

- `ok`: the envelope is successful, and the sandbox's state says that the work was done exactly once;
- a code (`rate_limited`, `network`, `upstream`): it failed, and nothing was done, says the state (a read: it failed);
- `unknown`: the envelope says that the outcome is unknown. What was true stands behind it;
- `in 3`: so many requests were made for it. `LIE`: the envelope disagrees with the state. There must be none.

**Faults**: `work done` means that Segment did the work before the fault; no client can see the difference.
`slow_answer` and `slow_body` outlast the timeout. A 429 whose work was done all the same is left out: Segment's word is
taken for a refusal.
"""


def page(matrix: Matrix) -> str:
    """The whole page."""
    groups = _groups(matrix)
    parts = [_HEAD, _counts(matrix), "## In short\n", *_short(matrix, groups), "\n## Every cell\n", *_long(matrix)]
    return "\n".join(parts) + "\n"


def _counts(matrix: Matrix) -> str:
    lies = sum(1 for outcome in matrix.values() if outcome.lie)
    return f"{len(matrix):,} cells, {lies} lies.\n"


def _groups(matrix: Matrix) -> list[list[str]]:
    """Slugs in lists of those whose outcomes are all the same."""
    rows: dict[tuple[str, ...], list[str]] = {}
    for slug in dict.fromkeys(cell.slug for cell in matrix):
        row = tuple(_cell(matrix, slug, fault) for fault in _faults(matrix))
        rows.setdefault(row, []).append(slug)
    return list(rows.values())


def _faults(matrix: Matrix) -> list[str]:
    met = {cell.fault for cell in matrix}
    return [fault.name for fault in COLUMNS if fault.name in met]


def _short(matrix: Matrix, groups: Sequence[Sequence[str]]) -> Iterator[str]:
    for number, slugs in enumerate(groups, 1):
        yield f"- **{number}**: {', '.join(_named(slug) for slug in slugs)}"
    yield f"\n| fault | {' | '.join(str(number) for number, _ in enumerate(groups, 1))} |"
    yield "| --- |" + " --- |" * len(groups)
    for fault in _faults(matrix):
        yield f"| {fault} | {' | '.join(_cell(matrix, slugs[0], fault) for slugs in groups)} |"


def _long(matrix: Matrix) -> Iterator[str]:
    yield "| tool | fault | once | for good |\n| --- | --- | --- | --- |"
    for slug in sorted({cell.slug for cell in matrix}):
        for fault in _faults(matrix):
            yield f"| {_named(slug)} | {fault} | {' | '.join(_both(matrix, slug, fault, t) for t in TIMES)} |"


def _cell(matrix: Matrix, slug: str, fault: str) -> str:
    once, for_good = (_both(matrix, slug, fault, times) for times in TIMES)
    return once if once == for_good else f"{once} / {for_good}"


def _both(matrix: Matrix, slug: str, fault: str, times: Times) -> str:
    """What both colours say; each of them where they differ."""
    in_sync = str(matrix[Cell(slug, fault, times, "sync")])
    in_async = str(matrix[Cell(slug, fault, times, "async")])
    return in_sync if in_sync == in_async else f"sync {in_sync}, async {in_async}"


def _named(slug: str) -> str:
    return slug.removeprefix("SEGMENT_")
