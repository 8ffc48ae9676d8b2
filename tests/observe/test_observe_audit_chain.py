"""The chain of an audit log: what was changed, taken out, put in or cut off shows."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from observed_calls import TRACK, entries

from segment_toolkit import SegmentToolkit
from segment_toolkit.observe import AuditLog
from segment_toolkit.observe.audit.chain import FIRST
from segment_toolkit.observe.audit.reading import AuditReader


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A chained log of five calls."""
    path = tmp_path / "calls.jsonl"
    with SegmentToolkit.sandbox(audit=AuditLog(path, chain=True)) as toolkit:
        for n in range(5):
            toolkit.tools.execute("SEGMENT_TRACK", TRACK, user_id=f"t{n}")
    return path


def edited(lines: list[bytes], number: int) -> list[bytes]:
    entry = json.loads(lines[number])
    return [*lines[:number], json.dumps({**entry, "user_id": "somebody else"}).encode(), *lines[number + 1 :]]


CHANGES: dict[str, tuple[Callable[[list[bytes]], list[bytes]], str]] = {
    "one is changed": (lambda lines: edited(lines, 2), "entry 4"),
    "one is taken out": (lambda lines: [*lines[:2], *lines[3:]], "entry 3"),
    "one is put in": (lambda lines: [*lines[:2], lines[0], *lines[2:]], "entry 3"),
    "two change places": (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], "entry 2"),
    "one is spoiled": (lambda lines: [*lines[:2], b"{", *lines[3:]], "entry 3 is not readable"),
    "the link is taken off": (
        lambda lines: [*lines[:2], json.dumps({**json.loads(lines[2]), "previous": None}).encode(), *lines[3:]],
        "entry 3 names no entry before it",
    ),
}


def test_an_untouched_log_holds(log: Path) -> None:
    verdict = AuditReader(log).verdict()

    assert (verdict.holds, verdict.entries, verdict.continues) == (True, 5, None)
    assert entries(log)[0]["previous"] == FIRST


@pytest.mark.parametrize(("change", "where"), CHANGES.values(), ids=CHANGES)
def test_it_shows_that(log: Path, change: Callable[[list[bytes]], list[bytes]], where: str) -> None:
    lines = log.read_bytes().splitlines()

    log.write_bytes(b"\n".join(change(lines)) + b"\n")

    verdict = AuditReader(log).verdict()
    assert not verdict.holds
    assert verdict.breaks[0].startswith(where)


def test_only_the_digest_of_the_last_entry_tells_that_the_end_was_cut_off_or_changed(log: Path) -> None:
    before = AuditReader(log).verdict()
    lines = log.read_bytes().splitlines()

    log.write_bytes(b"\n".join(lines[:3]) + b"\n")
    cut = AuditReader(log).verdict()
    log.write_bytes(b"\n".join(edited(lines, 4)) + b"\n")
    changed = AuditReader(log).verdict()

    assert cut.holds
    assert changed.holds
    assert len({before.head, cut.head, changed.head}) == 3


def test_a_log_goes_on_from_its_last_entry_when_it_is_opened_again(log: Path) -> None:
    with SegmentToolkit.sandbox(audit=AuditLog(log, chain=True)) as toolkit:
        toolkit.tools.execute("SEGMENT_TRACK", {**TRACK, "properties": {"long": "x" * 30_000}})
        toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    verdict = AuditReader(log).verdict()

    assert (verdict.holds, verdict.entries) == (True, 7)


def test_the_last_line_is_found_however_long_it_is(tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"
    batch = [{"type": "track", "userId": "u", "event": "E"} for _ in range(2_400)]  # 90 KB of ids: more than a block
    with SegmentToolkit.sandbox(audit=AuditLog(log, chain=True)) as toolkit:
        for _ in range(3):
            toolkit.tools.execute("SEGMENT_BATCH", {"batch": batch})

    verdict = AuditReader(log).verdict()

    assert (verdict.holds, verdict.entries) == (True, 3)


def test_the_chain_goes_on_through_rotated_files_and_says_so_when_they_are_gone(tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"
    with SegmentToolkit.sandbox(audit=AuditLog(log, chain=True, rotate_bytes=2_500, keep=20)) as toolkit:
        for _ in range(12):
            toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    whole = AuditReader(log).verdict()
    for file in tmp_path.glob("calls.jsonl.*"):
        file.unlink()
    part = AuditReader(log).verdict()

    assert (whole.holds, whole.entries, whole.continues) == (True, 12, None)
    assert part.holds
    assert part.continues == entries(log)[0]["previous"]


def test_a_log_without_a_chain_says_so(tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"
    toolkit = SegmentToolkit.sandbox(audit=log)
    toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    verdict = AuditReader(log).verdict()

    assert verdict.breaks == ("the log was written without a chain",)


def test_a_changed_row_of_a_database_shows_although_its_triggers_were_dropped(tmp_path: Path) -> None:
    log = tmp_path / "calls.db"
    with SegmentToolkit.sandbox(audit=AuditLog(log, chain=True)) as toolkit:
        for _ in range(3):
            toolkit.tools.execute("SEGMENT_TRACK", TRACK)
    before = AuditReader(log).verdict()
    connection = sqlite3.connect(log)
    connection.execute("DROP TRIGGER calls_are_not_changed")
    connection.execute("UPDATE calls SET entry = replace(entry, 'u-42', 'u-43') WHERE place = 2")
    connection.commit()
    connection.close()

    after = AuditReader(log).verdict()

    assert before.holds
    assert after.breaks == ("entry 3 does not follow the one before it: one was changed, taken out or put in",)
