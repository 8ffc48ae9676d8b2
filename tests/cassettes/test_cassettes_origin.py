"""A cassette says against what it was recorded, and nothing here passes for a recording of Segment that is none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from cassette_files import FOLDER, every_cassette

from scripts.cassette_recorder.places import LOCAL
from scripts.cassette_recorder.report import table, with_table
from scripts.cassette_recorder.tape import story
from segment_toolkit.transport.regions import PUBLIC_API, TRACKING

LIVE = re.compile(r"Segment \((us|eu)\), on \d{4}-\d\d-\d\d")
SEGMENTS = tuple(url.removesuffix("/v1") for url in (*PUBLIC_API.values(), *TRACKING.values()))


def hosts(path: Path) -> set[str]:
    interactions = yaml.safe_load(path.read_text("utf-8"))["interactions"]
    return {"/".join(interaction["request"]["uri"].split("/")[:3]) for interaction in interactions}


@every_cassette
def test_a_cassette_says_in_its_first_lines_against_what_it_was_recorded(path: Path) -> None:
    first, second, *_ = path.read_text("utf-8").splitlines()

    assert first == "recording:"
    assert second == f"  against: {story(path).against}"


@every_cassette
def test_only_a_recording_of_segment_is_addressed_to_segment(path: Path) -> None:
    if story(path).against == LOCAL:
        assert hosts(path) == {"https://sandbox.invalid"}
    else:
        assert LIVE.fullmatch(story(path).against), "a recording of an unknown server is not committed"
        assert hosts(path) <= set(SEGMENTS)


def test_the_readme_says_the_same_as_the_cassettes() -> None:
    readme = (FOLDER / "README.md").read_text("utf-8")

    assert readme == with_table(readme, table(FOLDER)), "run scripts/record-cassettes"


def test_the_readme_says_that_the_local_segment_is_not_segment() -> None:
    assert "**They were recorded against the local Segment of this project, not against Segment**" in (
        FOLDER / "README.md"
    ).read_text("utf-8")


def test_a_page_without_a_place_for_the_table_is_not_written() -> None:
    with pytest.raises(ValueError, match="recorded"):
        with_table("# Cassettes", "| tool |")
