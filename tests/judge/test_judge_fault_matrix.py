"""The fault matrix: a part of it is tried here, the whole of it by `scripts/fault_matrix.py --check` in CI."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scripts.judging.matrix.cells import lie
from scripts.judging.matrix.columns import COLUMNS, Fault
from scripts.judging.matrix.page import page
from scripts.judging.matrix.running import Matrix, matrix
from scripts.judging.matrix.truth import Clean, State, clean_call
from segment_toolkit import Envelope, SegmentToolkit
from segment_toolkit.sandbox import Sandbox
from segment_toolkit.sandbox.faults import FAULTS
from segment_tools import TOOLS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "faults.md"
#: One of each kind: an event, several, a read that looks elsewhere, a change, a deletion.
TRIED = ("SEGMENT_TRACK", "SEGMENT_BATCH", "SEGMENT_GET_DESTINATION", "SEGMENT_UPDATE_SOURCE", "SEGMENT_DELETE_SOURCE")
BY_SLUG = {tool.slug: tool for tool in TOOLS}


@pytest.fixture(scope="module")
def tried() -> Matrix:
    """A busy machine can be slower than the judge's patience with slow servers: then everything is tried once more."""
    found = matrix(slugs=TRIED)
    return found if rows(page(found)) == rows(PAGE.read_text("utf-8")) else matrix(slugs=TRIED)


def rows(text: str) -> set[str]:
    """The rows of the long table, of the tools that are tried."""
    names = tuple(f"| {slug.removeprefix('SEGMENT_')} |" for slug in TRIED)
    return {line for line in text.splitlines() if line.startswith(names)}


def test_every_envelope_agrees_with_what_segment_did(tried: Matrix) -> None:
    lies = {cell: str(outcome) for cell, outcome in tried.items() if outcome.lie}

    assert lies == {}


def test_the_page_says_what_comes_out(tried: Matrix) -> None:
    assert rows(page(tried)) == rows(PAGE.read_text("utf-8")), "run python scripts/fault_matrix.py"


def test_sync_and_async_come_out_alike(tried: Matrix) -> None:
    in_sync = {cell[:3]: str(outcome) for cell, outcome in tried.items() if cell.colour == "sync"}
    in_async = {cell[:3]: str(outcome) for cell, outcome in tried.items() if cell.colour == "async"}

    assert in_sync == in_async


def test_the_page_has_every_tool_under_every_kind_of_fault() -> None:
    text = PAGE.read_text("utf-8")

    missing = [
        (tool.slug, kind)
        for tool in TOOLS
        for kind in FAULTS
        if f"\n| {tool.slug.removeprefix('SEGMENT_')} | {kind} |" not in text
    ]

    assert missing == []
    assert "LIE" not in text.partition("## In short")[2]


# The judge itself


SUCCESS = Envelope({}, None)
FAILURE = Envelope({}, "Segment answered 400.")
UNKNOWN = Envelope({}, "No answer. The outcome is unknown.")
LIARS: dict[str, tuple[Envelope, State]] = {
    "a success of nothing": (SUCCESS, State.NOT_DONE),
    "a success of two": (SUCCESS, State.TWICE),
    "a failure that happened": (FAILURE, State.DONE),
    "a failure that happened twice": (FAILURE, State.TWICE),
    "an unknown that happened twice": (UNKNOWN, State.TWICE),
    "a success of a half": (SUCCESS, State.PARTLY),
}
HONEST: dict[str, tuple[Envelope, State]] = {
    "a success": (SUCCESS, State.DONE),
    "a failure": (FAILURE, State.NOT_DONE),
    "an unknown that happened": (UNKNOWN, State.DONE),
    "an unknown that did not": (UNKNOWN, State.NOT_DONE),
}


def column(name: str) -> Fault:
    return next(fault for fault in COLUMNS if fault.name == name)


@pytest.fixture(scope="module")
def track() -> Clean:
    return clean_call(BY_SLUG["SEGMENT_TRACK"])


@pytest.mark.parametrize(("envelope", "state"), LIARS.values(), ids=LIARS)
def test_the_judge_sees_a_lie(track: Clean, envelope: Envelope, state: State) -> None:
    assert lie(track, column("reset_after"), "for good", envelope, state)


@pytest.mark.parametrize(("envelope", "state"), HONEST.values(), ids=HONEST)
def test_the_judge_lets_the_truth_pass(track: Clean, envelope: Envelope, state: State) -> None:
    assert lie(track, column("reset_after"), "for good", envelope, state) is None


def test_unknown_is_no_excuse_where_the_wire_says_what_happened(track: Clean) -> None:
    assert lie(track, column("rate_limited"), "for good", UNKNOWN, State.NOT_DONE)


def test_unknown_is_no_excuse_where_asking_again_settles_it(track: Clean) -> None:
    assert lie(track, column("reset_after"), "once", UNKNOWN, State.DONE)
    assert lie(track, column("redirect"), "once", UNKNOWN, State.NOT_DONE) is None


def test_a_read_that_shows_something_else_is_a_lie() -> None:
    read = clean_call(BY_SLUG["SEGMENT_GET_DESTINATION"])
    other: dict[str, Any] = {"destination": {**read.data["destination"], "name": "another"}}

    assert lie(read, column("cut_off"), "once", Envelope(other, None), State.READ)
    assert lie(read, column("cut_off"), "once", Envelope(read.data, None), State.READ) is None


@pytest.mark.parametrize("copies", [0, 1, 2])
def test_the_state_counts_events_by_their_message_id(track: Clean, copies: int) -> None:
    box = Sandbox()
    for _ in range(copies):
        SegmentToolkit.sandbox(box).tools.execute("SEGMENT_TRACK", track.arguments)

    assert track.state(box) is (State.NOT_DONE, State.DONE, State.TWICE)[copies]
