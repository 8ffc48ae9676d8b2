"""The command that records: repeatable on the local Segment; on a live one plain about what it does, and careful."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from cassette_files import FOLDER, files

from scripts.cassette_recorder.__main__ import main
from scripts.cassette_recorder.cases import CASES
from scripts.cassette_recorder.leaks import leaks
from scripts.cassette_recorder.places import LOCAL, live_segment, local_segment
from scripts.cassette_recorder.recorder import NotSaved, record, replay
from scripts.cassette_recorder.scrubber import Scrubber
from scripts.cassette_recorder.tape import story
from segment_toolkit.sandbox import Sandbox
from segment_toolkit.sandbox.server import serving

ROOT = FOLDER.parent


def document(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


def test_the_command_gives_the_committed_cassettes_and_their_table_again(tmp_path: Path) -> None:
    shutil.copy(FOLDER / "README.md", tmp_path)
    words = [sys.executable, "-m", "scripts.cassette_recorder", "--into", str(tmp_path)]
    no_credentials = {name: value for name, value in os.environ.items() if not name.startswith("SEGMENT_")}

    ended = subprocess.run(words, cwd=ROOT, env=no_credentials, capture_output=True, text=True, timeout=120)

    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == f"Recorded {len(CASES)} of {len(CASES)} cassettes against {LOCAL}.\n"
    local = [path for path in files() if story(path).against == LOCAL]
    for path in local:
        assert document(tmp_path / path.relative_to(FOLDER)) == document(path), "run scripts/record-cassettes"
    if local == files():
        assert (tmp_path / "README.md").read_text("utf-8") == (FOLDER / "README.md").read_text("utf-8")


def test_a_recording_that_was_not_scrubbed_is_not_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Scrubber, "interactions", lambda _, recorded: recorded)

    with local_segment() as place, pytest.raises(NotSaved) as refused:
        record(CASES[0], place, tmp_path)

    assert "known secret" in str(refused.value)
    assert place.secrets[1] not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_every_case_is_recorded_on_the_workspace_as_it_was_at_the_start(tmp_path: Path) -> None:
    case = next(case for case in CASES if case.path == "SEGMENT_DELETE_SOURCE/deleted.yaml")
    with local_segment() as place:
        record(case, place, tmp_path / "one")
        record(case, place, tmp_path / "two")

    assert (tmp_path / "one" / case.path).read_bytes() == (tmp_path / "two" / case.path).read_bytes()


def test_a_call_that_ends_otherwise_than_expected_leaves_the_old_cassette(tmp_path: Path) -> None:
    case = next(case for case in CASES if case.tool == "SEGMENT_GET_DESTINATION" and case.ends is None)
    with local_segment() as place:
        record(case, place, tmp_path)
        before = (tmp_path / case.path).read_bytes()
        object.__setattr__(place, "ids", {**place.ids, "destination_id": "gone"})

        with pytest.raises(NotSaved, match="expected success, got not_found"):
            record(case, place, tmp_path)

    assert (tmp_path / case.path).read_bytes() == before


def test_a_local_recording_does_not_replace_one_of_segment(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scripts.cassette_recorder.__main__.CASES", CASES[:2])
    path = tmp_path / CASES[0].path
    path.parent.mkdir()
    live = (FOLDER / CASES[0].path).read_text("utf-8").replace(LOCAL, "Segment (us), on 2026-01-15")
    path.write_text(live, "utf-8")

    assert main(["--into", str(tmp_path)], environ={}) == 0

    assert path.read_text("utf-8") == live
    assert files(tmp_path) == sorted([path, tmp_path / CASES[1].path])
    assert f"kept: {CASES[0].path}, recorded against Segment (us)" in capsys.readouterr().out


@pytest.fixture
def live_box() -> Sandbox:
    """A local Segment in the part of a live one: its clock runs."""
    return Sandbox(seed="someone's workspace")


@pytest.fixture
def environ(live_box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    for name in ("http_proxy", "https_proxy", "all_proxy"):  # no proxy reaches this machine's loopback
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with serving(live_box) as url:
        yield {
            "SEGMENT_PUBLIC_API_TOKEN": live_box.token,
            "SEGMENT_WRITE_KEY": live_box.write_key,
            "SEGMENT_REGION": "us",
            "SEGMENT_PUBLIC_API_URL": url,
            "SEGMENT_TRACKING_URL": url,
            "SEGMENT_TEST_SOURCE_ID": live_box.sources["shop-web"],
            "SEGMENT_TEST_DESTINATION_ID": live_box.destinations["slack"],
            "SEGMENT_TEST_LABEL": "tier:critical",
        }


def disposable(box: Sandbox) -> dict[str, str]:
    return {
        "SEGMENT_TEST_DISPOSABLE_SOURCE_ID": box.sources["shop-ios"],
        "SEGMENT_TEST_DISPOSABLE_WRITE_KEY": box.write_keys["shop-ios"],
    }


def test_live_without_credentials_says_which_are_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--live", "--yes", "--into", str(tmp_path)], environ={"SEGMENT_REGION": "eu"}) == 2

    assert "SEGMENT_PUBLIC_API_TOKEN, SEGMENT_WRITE_KEY not set" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_live_with_a_wrong_value_says_so_and_does_not_quote_it(
    environ: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = {**environ, "SEGMENT_WRITE_KEY": environ["SEGMENT_PUBLIC_API_TOKEN"]}

    assert main(["--live", "--yes", "--into", str(tmp_path)], wrong) == 2

    printed = "".join(capsys.readouterr())
    assert "write_key has the form of a Public API token" in printed
    assert environ["SEGMENT_PUBLIC_API_TOKEN"] not in printed


def test_live_without_yes_says_what_it_would_do_and_does_nothing(
    environ: dict[str, str], live_box: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--live", "--into", str(tmp_path)], environ | disposable(live_box)) == 2

    printed = capsys.readouterr()
    assert "SEGMENT_DELETE_SOURCE/deleted.yaml: DELETES SEGMENT_TEST_DISPOSABLE_SOURCE_ID FOR GOOD" in printed.out
    assert all(case.path in printed.out for case in CASES)
    assert "Nothing was sent. To send it, add --yes." in printed.err
    assert live_box.requests == []
    assert list(tmp_path.iterdir()) == []


def test_live_without_disposables_destroys_nothing(
    environ: dict[str, str], live_box: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = live_box.sources, live_box.write_keys

    assert main(["--live", "--yes", "--into", str(tmp_path)], environ) == 0

    assert "SEGMENT_DELETE_SOURCE/deleted.yaml: skipped, SEGMENT_TEST_DISPOSABLE_SOURCE_ID not set" in (
        capsys.readouterr().out
    )
    assert (live_box.sources, live_box.write_keys) == before
    assert "DELETE" not in {request.method for request in live_box.requests}
    assert {path.parent.name for path in files(tmp_path)} == {case.tool for case in CASES} - {
        "SEGMENT_DELETE_SOURCE",
        "SEGMENT_REMOVE_SOURCE_WRITE_KEY",
    }


def test_live_records_everything_replayable_and_clean(
    environ: dict[str, str], live_box: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secrets = (live_box.token, *live_box.write_keys.values())
    environ |= disposable(live_box)

    assert main(["--live", "--yes", "--into", str(tmp_path)], environ) == 0

    assert {str(path.relative_to(tmp_path)) for path in files(tmp_path)} == {case.path for case in CASES}
    assert set(live_box.sources) == {"shop-web", "shop-api", "old-backoffice"}
    assert leaks(files(tmp_path), secrets) == []
    assert not any(secret in "".join(capsys.readouterr()) for secret in secrets)
    for path in files(tmp_path):
        assert replay(path).successful == story(path).envelope["successful"]


def test_live_without_an_answer_saves_nothing_and_says_so(
    environ: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        nowhere = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    environ |= {"SEGMENT_PUBLIC_API_URL": nowhere, "SEGMENT_TRACKING_URL": nowhere}

    assert main(["--live", "--yes", "--into", str(tmp_path)], environ) == 1

    assert "expected success, got network: No connection to 127.0.0.1" in capsys.readouterr().err
    assert files(tmp_path) == []


def test_another_server_than_segments_is_not_called_segment(environ: dict[str, str]) -> None:
    place = live_segment(environ)

    assert place.against.startswith("a server that is not known to be Segment (public_api_url, tracking_url), on 20")
    assert place.replayed_as["tracking_url"] == "https://server.invalid/v1"


def test_segment_is_called_segment(environ: dict[str, str]) -> None:
    place = live_segment({name: value for name, value in environ.items() if not name.endswith("_URL")})

    assert place.against.startswith("Segment (us), on 20")
    assert place.replayed_as == {"region": "us"}


@pytest.mark.parametrize(
    ("no_proxy", "used"),
    [("", "http://127.0.0.1:9"), ("127.0.0.1", None)],
    ids=["through a proxy", "not for this host"],
)
def test_a_live_recording_goes_through_the_machines_proxy(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, no_proxy: str, used: str | None
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", no_proxy)

    assert live_segment(environ).proxy == used


def test_only_the_disposable_source_may_be_destroyed(environ: dict[str, str], live_box: Sandbox) -> None:
    with live_segment(environ | disposable(live_box)).toolkit() as toolkit:
        for source in (live_box.sources["shop-web"], live_box.sources["shop-api"]):
            envelope = toolkit.tools.execute("SEGMENT_DELETE_SOURCE", {"sourceId": source})

            assert envelope.failure is not None
            assert envelope.failure.code == "refused"
    assert live_box.requests == []
