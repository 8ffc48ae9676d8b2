"""`segment-toolkit log`: an audit log of either kind, filtered, followed, verified."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cli_runner import Cli, clean_environment

from segment_toolkit import SegmentToolkit
from segment_toolkit.observe import AuditLog

TRACK = {"userId": "u", "event": "E"}


@pytest.fixture(params=["jsonl", "db", "sqlite"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A chained log of four calls of two users."""
    path = tmp_path / f"calls.{request.param}"
    with SegmentToolkit.sandbox(audit=AuditLog(path, chain=True)) as toolkit:
        toolkit.tools.execute("SEGMENT_TRACK", TRACK, user_id="ann")
        toolkit.tools.execute("SEGMENT_TRACK", {"event": "E"}, user_id="ann")
        toolkit.tools.execute("SEGMENT_PAGE", {"userId": "u"}, user_id="bob")
        toolkit.tools.execute("SEGMENT_NOPE\x1b[31m", {}, user_id="bob")
    return path


@pytest.mark.parametrize(
    "line",
    ['{"id":' * 100_000, '{"id": 7}', '{"id": "a", "latency_ms": "x"}', '{"id": "a", "attempts": 7}', "[]", "\x00"],
    ids=["too deep", "an id that is a number", "a latency in words", "attempts that are a number", "a list", "a null"],
)
def test_a_line_that_somebody_put_in_is_left_out_and_shows_in_the_chain(cli: Cli, tmp_path: Path, line: str) -> None:
    path = tmp_path / "calls.jsonl"
    with SegmentToolkit.sandbox(audit=AuditLog(path, chain=True)) as toolkit:
        toolkit.tools.execute("SEGMENT_TRACK", TRACK)
    with path.open("a") as file:
        file.write(f"{line}\n")

    listed, verified = cli("log", str(path)), cli("log", str(path), "--verify")

    assert (listed.code, len(listed.out.splitlines())) == (0, 1)
    assert "1 unreadable line left out" in listed.err
    assert verified.code == 1
    assert "entry 2 " in verified.out


def test_each_call_is_a_line_oldest_first(cli: Cli, log: Path) -> None:
    ended = cli("log", str(log))

    lines = ended.out.splitlines()
    assert ended.code == 0
    assert len(lines) == 4
    assert "SEGMENT_TRACK for ann  successful, " in lines[0]
    assert "SEGMENT_TRACK for ann  validation, " in lines[1]
    assert "userId or anonymousId is required" in lines[1]
    assert "(no such tool) for bob  unknown_tool" in lines[3]
    assert "\x1b" not in ended.out


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--tool", "track"], ["successful", "validation"]),
        (["--tool", "SEGMENT_PAGE"], ["successful"]),
        (["--user", "bob"], ["successful", "unknown_tool"]),
        (["--failed"], ["validation", "unknown_tool"]),
        (["--failed", "--user", "ann"], ["validation"]),
        (["--limit", "1"], ["unknown_tool"]),
        (["--since", "1h"], ["successful", "validation", "successful", "unknown_tool"]),
        (["--since", "2200-01-01"], []),
        (["--since", "2200-01-01T00:00:00+02:00"], []),
        (["--tool", "identify"], []),
    ],
)
def test_only_what_is_asked_for_is_shown(cli: Cli, log: Path, options: list[str], expected: list[str]) -> None:
    ended = cli("log", str(log), *options, "--json")

    assert ended.code == 0
    assert [entry["code"] or "successful" for entry in ended.lines] == expected


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["missing.jsonl"], "There is no such file"),
        (["LOG", "--since", "yesterday"], "must be an ISO 8601 time"),
        (["LOG", "--limit", "0"], "must be a number from 1"),
        (["LOG", "--head", "0"], "--head goes with --verify"),
        ([], "the following arguments are required: FILE"),
    ],
)
def test_a_mistake_is_told_in_one_line(cli: Cli, log: Path, words: list[str], complaint: str) -> None:
    ended = cli("log", *(str(log) if word == "LOG" else word for word in words))

    assert (ended.code, ended.out) == (2, "")
    assert complaint in ended.err
    assert len(ended.err.splitlines()) == 1


def test_a_database_of_something_else_is_told_apart(cli: Cli, tmp_path: Path) -> None:
    import sqlite3

    connection = sqlite3.connect(tmp_path / "other.db")
    connection.execute("CREATE TABLE other (x)")
    connection.commit()
    connection.close()

    ended = cli("log", str(tmp_path / "other.db"))

    assert ended.code == 2
    assert "holds no audit log" in ended.err


def test_unreadable_lines_are_counted_and_left_out(cli: Cli, tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"
    SegmentToolkit.sandbox(audit=log).tools.execute("SEGMENT_TRACK", TRACK)
    log.write_bytes(log.read_bytes() + b"{\n[]\n\n")

    ended = cli("log", str(log))

    assert (ended.code, len(ended.out.splitlines())) == (0, 1)
    assert ended.err == "2 unreadable lines left out\n"


def test_the_chain_is_verified_with_the_digest_of_its_end(cli: Cli, log: Path) -> None:
    first = cli("log", str(log), "--verify", "--json")

    again = cli("log", str(log), "--verify", "--head", first.json["head"])
    other = cli("log", str(log), "--verify", "--head", "0" * 64)

    assert (first.code, first.json["holds"], first.json["entries"]) == (0, True, 4)
    assert (again.code, other.code) == (0, 1)
    assert "the chain of 4 entries holds" in again.out
    assert "entries were changed or cut off" in other.out


def test_a_broken_chain_is_told_of_with_an_exit_code(cli: Cli, tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"
    toolkit = SegmentToolkit.sandbox(audit=AuditLog(log, chain=True))
    for _ in range(3):
        toolkit.tools.execute("SEGMENT_TRACK", TRACK)
    log.write_bytes(log.read_bytes().replace(b'"userId":"u"', b'"userId":"x"', 1))

    ended = cli("log", str(log), "--verify")

    assert ended.code == 1
    assert ended.out.startswith("entry 2 does not follow the one before it")


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT to a process")
def test_following_shows_what_is_added_until_it_is_interrupted(log: Path) -> None:
    command = [sys.executable, "-m", "segment_toolkit.cli", "log", str(log), "--follow", "--json", "--limit", "2"]
    follower = subprocess.Popen(command, env=clean_environment(), stdout=subprocess.PIPE, text=True)
    assert follower.stdout is not None

    old = [json.loads(follower.stdout.readline())["code"] for _ in range(2)]
    with SegmentToolkit.sandbox(audit=AuditLog(log, chain=True)) as toolkit:
        toolkit.tools.execute("SEGMENT_GROUP", {"userId": "u", "groupId": "g"})
    new = json.loads(follower.stdout.readline())
    follower.send_signal(signal.SIGINT)
    rest, _ = follower.communicate(timeout=30)

    assert old == [None, "unknown_tool"]
    assert new["tool"] == "SEGMENT_GROUP"
    assert (follower.returncode, rest) == (130, "")


def test_following_goes_on_through_a_rotation(tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"
    audit = AuditLog(log, rotate_bytes=1_500, keep=50)
    toolkit = SegmentToolkit.sandbox(audit=audit)
    toolkit.tools.execute("SEGMENT_TRACK", TRACK, user_id="t0")
    command = [sys.executable, "-m", "segment_toolkit.cli", "log", str(log), "--follow", "--json"]
    follower = subprocess.Popen(command, env=clean_environment(), stdout=subprocess.PIPE, text=True)
    assert follower.stdout is not None

    seen = [json.loads(follower.stdout.readline())["user_id"]]
    for n in range(1, 10):
        toolkit.tools.execute("SEGMENT_TRACK", TRACK, user_id=f"t{n}")
        seen.append(json.loads(follower.stdout.readline())["user_id"])
    follower.terminate()
    follower.communicate(timeout=30)

    assert seen == [f"t{n}" for n in range(10)]
    assert len(list(tmp_path.glob("calls.jsonl.*"))) >= 2


def test_a_log_that_is_written_to_meanwhile_can_be_read(cli: Cli, log: Path) -> None:
    with SegmentToolkit.sandbox(audit=AuditLog(log, chain=True)) as toolkit:
        toolkit.tools.execute("SEGMENT_TRACK", TRACK)
        ended = cli("log", str(log), "--json")

    assert len(ended.lines) == 5
