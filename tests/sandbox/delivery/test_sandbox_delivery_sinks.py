"""The destinations that take an event at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_toolkit.sandbox import wire
from segment_toolkit.sandbox.delivery.sinks import Blackhole, JsonLinesFile


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def test_the_black_hole_takes_everything() -> None:
    hole = Blackhole()

    assert hole.write({"n": n} for n in range(3)) == 3
    hole.close()


def test_a_file_gets_one_line_of_json_per_event(tmp_path: Path) -> None:
    file = JsonLinesFile(tmp_path / "events.jsonl")

    file.write([{"event": "a\nb"}, {"event": "\ud800 été"}])
    file.write([{"event": "c"}])

    # Read before it is closed: a batch is flushed when it was written.
    assert lines(tmp_path / "events.jsonl") == [{"event": "a\nb"}, {"event": "\ud800 été"}, {"event": "c"}]
    file.close()


def test_a_file_is_opened_by_its_first_event(tmp_path: Path) -> None:
    file = JsonLinesFile(tmp_path / "events.jsonl")

    assert file.write([]) == 0
    assert not (tmp_path / "events.jsonl").exists()


def test_a_closed_file_is_appended_to_again(tmp_path: Path) -> None:
    file = JsonLinesFile(tmp_path / "events.jsonl")
    file.write([{"n": 1}])
    file.close()

    file.write([{"n": 2}])
    file.close()

    assert lines(tmp_path / "events.jsonl") == [{"n": 1}, {"n": 2}]


def test_half_a_line_of_a_killed_process_is_not_continued(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"n": 1}\n{"n":')
    file = JsonLinesFile(path)

    file.write([{"n": 3}])
    file.close()

    assert path.read_bytes() == b'{"n": 1}\n{"n":\n{"n":3}\n'


def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="events"):
        JsonLinesFile(tmp_path / "no such folder" / "events.jsonl").write([{}])


@given(text=st.text())
def test_any_text_stays_on_its_line(text: str) -> None:
    assert b"\n" not in wire.encode({text: text})
