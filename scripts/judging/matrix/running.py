"""The whole matrix, or a part of it: cells in several places at once, because slow servers are waited for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from queue import SimpleQueue
from typing import NamedTuple

from segment_tools import TOOLS

from .cells import COLOURS, TIMES, Colour, Outcome, Times, run_cell
from .columns import COLUMNS, Fault
from .place import Place, served_place
from .truth import Clean, clean_call

PLACES_TO_WAIT, PLACES_TO_WORK = 16, 4


class Cell(NamedTuple):
    """Where in the matrix."""

    slug: str
    fault: str
    times: Times
    colour: Colour


Matrix = dict[Cell, Outcome]


def matrix(*, slugs: Sequence[str] = (), faults: Sequence[str] = ()) -> Matrix:
    """Run the cells of these tools and faults; of all when none are named."""
    cleans = [clean_call(tool) for tool in TOOLS if not slugs or tool.slug in slugs]
    columns = [fault for fault in COLUMNS if not faults or fault.name in faults]
    # Slow servers are waited for, in many places at once; the others keep the processors busy in few.
    slow = [fault for fault in columns if fault.patience is not None]
    fast = [fault for fault in columns if fault.patience is None]
    return _run(cleans, slow, PLACES_TO_WAIT) | _run(cleans, fast, PLACES_TO_WORK)


def _run(cleans: Sequence[Clean], columns: Sequence[Fault], places: int) -> Matrix:
    with ExitStack() as stack:
        free: SimpleQueue[Place] = SimpleQueue()
        for _ in range(places):
            free.put(stack.enter_context(served_place()))

        def run(cell: tuple[Clean, Fault, Times, Colour]) -> Outcome:
            place = free.get()
            try:
                return run_cell(place, *cell)
            finally:
                free.put(place)

        cells = list(_cells(cleans, columns))
        with ThreadPoolExecutor(places) as pool:
            outcomes = list(pool.map(run, cells))
    names = [Cell(clean.tool.slug, fault.name, times, colour) for clean, fault, times, colour in cells]
    return dict(zip(names, outcomes, strict=True))


def _cells(cleans: Sequence[Clean], columns: Sequence[Fault]) -> Iterator[tuple[Clean, Fault, Times, Colour]]:
    for fault in columns:
        for clean in cleans:
            for times in TIMES:
                for colour in COLOURS:
                    yield clean, fault, times, colour
