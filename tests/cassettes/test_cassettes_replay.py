"""Every cassette replays: the same requests, the same envelope, and data as the tool's definition promises."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from cassette_files import FOLDER, every_cassette, files

from scripts.cassette_recorder.cases import CASES, Case
from scripts.cassette_recorder.recorder import areplay, replay
from scripts.cassette_recorder.tape import steady, story
from segment_toolkit.envelope import Envelope
from segment_tools import TOOLS


def comparable(envelope: Any) -> Any:
    return json.loads(steady(json.dumps(envelope).encode()))


@pytest.mark.parametrize("play", [replay, areplay], ids=["sync", "async"])
@every_cassette
def test_a_cassette_replays_to_the_envelope_that_was_recorded(path: Path, play: Callable[[Path], Envelope]) -> None:
    envelope = play(path)

    assert comparable(envelope) == comparable(story(path).envelope)


@every_cassette
def test_what_a_success_carries_is_what_the_tools_definition_promises(path: Path) -> None:
    definition = next(tool.definition() for tool in TOOLS if tool.slug == story(path).call["tool"])

    envelope = replay(path)

    if envelope.successful:
        jsonschema.validate(envelope.data, definition["output_schema"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.path)
def test_a_case_has_a_cassette_that_ends_as_the_case_says(case: Case) -> None:
    envelope = replay(FOLDER / case.path)

    assert (envelope.failure.code if envelope.failure else None) == case.ends


def test_every_cassette_is_of_a_case() -> None:
    assert {str(path.relative_to(FOLDER)) for path in files()} == {case.path for case in CASES}


def test_every_tool_has_a_cassette_in_its_folder_that_ends_well() -> None:
    with_cassette = {case.tool for case in CASES if case.ends is None}
    assert len(with_cassette) >= 17
    assert with_cassette <= {tool.slug for tool in TOOLS}
    assert all(story(path).call["tool"] == path.parent.name for path in files())


def changed(path: Path, to: Path, change: Callable[[Any], None]) -> Path:
    document = yaml.safe_load(path.read_text("utf-8"))
    change(document)
    to.write_text(yaml.safe_dump(document, sort_keys=False), "utf-8")
    return to


TRACK = FOLDER / "SEGMENT_TRACK" / "a_known_person.yaml"
FOUND = FOLDER / "SEGMENT_GET_DESTINATION" / "found.yaml"
MONTH = FOLDER / "SEGMENT_GET_DAILY_PER_SOURCE_API_CALLS_USAGE" / "a_month.yaml"


def test_a_cassette_written_out_again_still_replays(tmp_path: Path) -> None:
    """Or else the failures below would prove nothing."""
    for path in (TRACK, FOUND, MONTH):
        assert replay(changed(path, tmp_path / "same.yaml", lambda _: None)).successful


@pytest.mark.parametrize(
    ("path", "change"),
    [
        pytest.param(TRACK, lambda d: d["call"]["arguments"].update(event="Another"), id="body"),
        pytest.param(TRACK, lambda d: d["call"]["arguments"].pop("timestamp"), id="a member less"),
        pytest.param(FOUND, lambda d: d["call"]["arguments"].update(destinationId="another"), id="path"),
        pytest.param(MONTH, lambda d: d["call"]["arguments"].update(period="2026-02-01"), id="query"),
        pytest.param(
            TRACK, lambda d: d["recording"]["replayed_as"].update(tracking_url="https://other.invalid"), id="host"
        ),
        pytest.param(FOUND, lambda d: d["interactions"][0]["request"].update(method="DELETE"), id="method"),
        pytest.param(
            FOUND,
            lambda d: d["interactions"][0]["request"]["headers"].update(authorization=["Basic REDACTED"]),
            id="kind of credential",
        ),
    ],
)
def test_a_request_that_was_not_recorded_is_not_answered(
    path: Path, change: Callable[[Any], None], tmp_path: Path
) -> None:
    with pytest.raises(AssertionError, match="not every recorded answer was asked for"):
        replay(changed(path, tmp_path / "changed.yaml", change))


def test_an_answer_that_is_not_asked_for_fails_the_replay(tmp_path: Path) -> None:
    twice = changed(TRACK, tmp_path / "twice.yaml", lambda d: d["interactions"].extend(d["interactions"]))

    with pytest.raises(AssertionError, match="not every recorded answer was asked for"):
        replay(twice)


def test_a_message_id_that_the_caller_gave_must_match(tmp_path: Path) -> None:
    path = FOLDER / "SEGMENT_PAGE" / "an_unknown_visitor.yaml"
    other = changed(path, tmp_path / "other.yaml", lambda d: d["call"]["arguments"].update(messageId="page-2"))

    with pytest.raises(AssertionError):
        replay(other)


def test_a_replay_writes_nothing(tmp_path: Path) -> None:
    copy = Path(shutil.copy(TRACK, tmp_path / "copy.yaml"))
    before = copy.read_bytes()

    replay(copy)

    assert copy.read_bytes() == before
    assert list(tmp_path.iterdir()) == [copy]
