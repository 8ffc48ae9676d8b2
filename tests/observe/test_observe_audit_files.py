"""The audit log's files: appended to whole by threads, tasks and processes, private, and never a reason to fail."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from observed_calls import TRACK, entries

from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit
from segment_toolkit.observe import AuditLog
from segment_toolkit.observe.audit.reading import AuditReader

BOTH = pytest.mark.parametrize("ending", ["jsonl", "db"])
CHAINED = pytest.mark.parametrize("chain", [False, True], ids=["unchained", "chained"])


def read(path: Path) -> list[dict[str, object]]:
    return list(AuditReader(path).entries())


@BOTH
def test_the_file_is_its_owners_alone(tmp_path: Path, ending: str) -> None:
    log = tmp_path / f"calls.{ending}"
    toolkit = SegmentToolkit.sandbox(audit=log)

    toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    files = list(tmp_path.iterdir())
    assert log in files
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    toolkit.close()


@BOTH
@CHAINED
def test_no_entry_is_lost_or_torn_among_threads(tmp_path: Path, ending: str, chain: bool) -> None:
    log = tmp_path / f"calls.{ending}"

    with SegmentToolkit.sandbox(audit=AuditLog(log, chain=chain)) as toolkit, ThreadPoolExecutor(16) as pool:
        made = list(
            pool.map(lambda n: toolkit.tools.execute("SEGMENT_TRACK", {**TRACK, "userId": f"u{n}"}), range(200))
        )

    found = read(log)
    ids = {str(entry["message_ids"]) for entry in found}
    assert len(found) == 200
    assert ids == {str([envelope["data"]["messageId"]]) for envelope in made}
    assert AuditReader(log).verdict().holds is chain


@BOTH
def test_no_entry_is_lost_among_tasks(tmp_path: Path, ending: str) -> None:
    log = tmp_path / f"calls.{ending}"

    async def tasks() -> None:
        async with AsyncSegmentToolkit.sandbox(audit=AuditLog(log, chain=True)) as toolkit:
            await asyncio.gather(*(toolkit.tools.execute("SEGMENT_TRACK", TRACK) for _ in range(100)))

    asyncio.run(tasks())

    assert len(read(log)) == 100
    assert AuditReader(log).verdict().holds


WRITER = """
import sys
from segment_toolkit import SegmentToolkit
from segment_toolkit.observe import AuditLog
path, chain, rotate = sys.argv[1], sys.argv[2] == "chained", int(sys.argv[3]) or None
log = AuditLog(path, chain=chain, rotate_bytes=rotate, keep=50)
toolkit = SegmentToolkit.sandbox(audit=log)
for n in range(60):
    toolkit.tools.execute("SEGMENT_TRACK", {"userId": "u" * 900, "event": "E"}, user_id=sys.argv[4])
toolkit.close()
print(log.failures)
"""


@pytest.mark.parametrize(
    ("name", "chain", "rotate"),
    [
        ("calls.jsonl", "unchained", 0),
        ("calls.jsonl", "chained", 0),
        ("calls.jsonl", "unchained", 20_000),
        ("calls.jsonl", "chained", 20_000),
        ("calls.db", "unchained", 0),
        ("calls.db", "chained", 0),
    ],
)
def test_no_entry_is_lost_or_torn_among_processes(tmp_path: Path, name: str, chain: str, rotate: int) -> None:
    log = tmp_path / name
    command = [sys.executable, "-c", WRITER, str(log), chain, str(rotate)]

    writers = [subprocess.Popen([*command, f"t{n}"], stdout=subprocess.PIPE, text=True) for n in range(3)]
    ended = [writer.communicate(timeout=120)[0].strip() for writer in writers]

    reader = AuditReader(log)
    users = [entry["user_id"] for entry in reader.entries()]
    assert ended == ["0", "0", "0"]
    assert {user: users.count(user) for user in users} == {"t0": 60, "t1": 60, "t2": 60}
    assert reader.unreadable == 0
    assert reader.verdict().holds is (chain == "chained")
    assert len(list(tmp_path.glob("calls.jsonl.*"))) > 5 if rotate else True


def test_a_file_that_would_grow_over_its_size_is_rotated(tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"
    toolkit = SegmentToolkit.sandbox(audit=AuditLog(log, rotate_bytes=2_500, keep=3))

    for n in range(20):
        toolkit.tools.execute("SEGMENT_TRACK", TRACK, user_id=f"t{n}")

    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "calls.jsonl", "calls.jsonl.1", "calls.jsonl.2", "calls.jsonl.3",
    ]  # fmt: skip
    assert all(file.stat().st_size <= 2_500 for file in tmp_path.iterdir())
    users = [entry["user_id"] for entry in read(log)]
    assert users == [f"t{n}" for n in range(20 - len(users), 20)]  # the oldest are lost, the order is kept


def test_a_file_that_another_program_rotates_is_left_for_a_new_one(tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"
    toolkit = SegmentToolkit.sandbox(audit=log)

    toolkit.tools.execute("SEGMENT_TRACK", TRACK, user_id="before")
    log.rename(tmp_path / "calls.jsonl.1")
    toolkit.tools.execute("SEGMENT_TRACK", TRACK, user_id="after")

    assert [entry["user_id"] for entry in entries(log)] == ["after"]
    assert [entry["user_id"] for entry in read(log)] == ["before", "after"]


def test_a_line_that_a_full_disk_cut_spoils_no_other(tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"
    toolkit = SegmentToolkit.sandbox(audit=AuditLog(log, chain=True))

    toolkit.tools.execute("SEGMENT_TRACK", TRACK, user_id="before")
    with log.open("ab") as file:
        file.write(b'{"v": 1, "id": "5f')
    toolkit.tools.execute("SEGMENT_TRACK", TRACK, user_id="after")

    reader = AuditReader(log)
    assert [entry["user_id"] for entry in reader.entries()] == ["before", "after"]
    assert reader.unreadable == 1
    assert reader.verdict().breaks == ("entry 2 is not readable",)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full disk here")
def test_a_full_disk_fails_no_call_and_is_told_of_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "calls.jsonl").symlink_to("/dev/full")
    audit = AuditLog(tmp_path / "calls.jsonl")
    toolkit = SegmentToolkit.sandbox(audit=audit)

    with caplog.at_level(logging.WARNING):
        envelopes = [toolkit.tools.execute("SEGMENT_TRACK", TRACK) for _ in range(3)]

    assert all(envelope.successful for envelope in envelopes)
    assert (audit.failures, toolkit.stats().unaudited) == (3, 3)
    [warning] = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert warning.getMessage() == (
        "the audit log calls.jsonl cannot be written (No space left on device); calls go on without it"
    )


@BOTH
def test_a_folder_that_goes_away_fails_no_call_and_one_that_comes_back_is_written_to(
    tmp_path: Path, ending: str, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    audit = AuditLog(folder / f"calls.{ending}")
    toolkit = SegmentToolkit.sandbox(audit=audit)
    folder.rmdir()

    lost = toolkit.tools.execute("SEGMENT_TRACK", TRACK)
    folder.mkdir()
    kept = toolkit.tools.execute("SEGMENT_TRACK", TRACK)
    toolkit.close()

    assert lost.successful
    assert kept.successful
    assert audit.failures == 1
    assert len(read(audit.path)) == 1
    assert caplog.text.count("cannot be written") == 1


def test_a_database_of_something_else_fails_no_call(tmp_path: Path) -> None:
    (tmp_path / "calls.db").write_bytes(b"no database at all, " * 100)
    audit = AuditLog(tmp_path / "calls.db")
    toolkit = SegmentToolkit.sandbox(audit=audit)

    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    assert envelope.successful
    assert audit.failures == 1


@BOTH
@pytest.mark.parametrize(
    ("user_id", "kept"),
    [(UUID(int=7), "00000000-0000-0000-0000-000000000007"), (7, "7"), ("u\ud800", "u\ud800")],
    ids=["a UUID", "a number", "a lone surrogate"],
)
def test_a_call_is_kept_whatever_the_host_calls_its_user(ending: str, user_id: Any, kept: str, tmp_path: Path) -> None:
    with SegmentToolkit.sandbox(audit=str(tmp_path / f"calls.{ending}")) as toolkit:
        toolkit.tools.execute("SEGMENT_TRACK", TRACK, user_id=user_id)

    [entry] = AuditReader(tmp_path / f"calls.{ending}").entries()
    assert entry["user_id"] == kept
    assert toolkit.stats().unaudited == 0


def test_an_entry_in_a_database_can_be_neither_changed_nor_deleted(tmp_path: Path) -> None:
    log = tmp_path / "calls.db"
    with SegmentToolkit.sandbox(audit=log) as toolkit:
        toolkit.tools.execute("SEGMENT_TRACK", TRACK)
    connection = sqlite3.connect(log)

    for statement in ("UPDATE calls SET user_id = 'somebody'", "DELETE FROM calls"):
        with pytest.raises(sqlite3.IntegrityError, match="only appended to"):
            connection.execute(statement)

    assert connection.execute("SELECT count(*) FROM calls").fetchone() == (1,)
    connection.close()


@BOTH
def test_one_log_serves_several_toolkits_and_goes_on_after_one_is_closed(tmp_path: Path, ending: str) -> None:
    audit = AuditLog(tmp_path / f"calls.{ending}")
    first, second = SegmentToolkit.sandbox(audit=audit), SegmentToolkit.sandbox(audit=audit)

    first.tools.execute("SEGMENT_TRACK", TRACK, user_id="first")
    first.close()
    second.tools.execute("SEGMENT_TRACK", TRACK, user_id="second")
    second.close()

    assert [entry["user_id"] for entry in read(audit.path)] == ["first", "second"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.parametrize("ending", ["jsonl", "db"])
def test_a_forked_child_appends_with_a_file_of_its_own(tmp_path: Path, ending: str) -> None:
    code = (
        "import os, sys\n"
        "from segment_toolkit.observe.audit import _file_at\n"
        "from pathlib import Path\n"
        "entry = {'id': '1', 'time': '', 'tool': '', 'user_id': 'parent', 'code': None}\n"
        "file = _file_at(Path(sys.argv[1]), chain=True, rotate_bytes=None, keep=1)\n"
        "file.append(entry)\n"
        "child = os.fork()\n"
        "for _ in range(20): file.append({**entry, 'user_id': 'child' if child == 0 else 'parent'})\n"
        "if child == 0: os._exit(0)\n"
        "assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0\n"
        "file.close()\n"
    )
    log = tmp_path / f"calls.{ending}"

    subprocess.run([sys.executable, "-c", code, str(log)], check=True, timeout=60)

    users = [entry["user_id"] for entry in read(log)]
    assert (users.count("parent"), users.count("child")) == (21, 20)
    assert AuditReader(log).verdict().holds


def test_lines_are_json_of_one_line_each_whatever_they_hold(tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"
    toolkit = SegmentToolkit.sandbox(audit=log)
    event = {"userId": "a\nb\u2028c", "event": "\x00\x1b[31m", "properties": {"\n": "é 🎉"}}

    toolkit.tools.execute("SEGMENT_TRACK", event)

    [line] = log.read_bytes().splitlines()
    assert json.loads(line)["arguments"]["properties"] == {"\n": "é 🎉"}
    assert line.isascii()


def test_who_follows_a_log_misses_nothing_however_often_it_is_rotated_meanwhile(tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"
    toolkit = SegmentToolkit.sandbox(audit=AuditLog(log, rotate_bytes=1_500, keep=50))
    toolkit.tools.execute("SEGMENT_TRACK", TRACK, user_id="t0")
    following = AuditReader(log).follow()

    seen = [entry["user_id"] for entry in iter(following.__next__, None)]
    for n in range(1, 30):
        toolkit.tools.execute("SEGMENT_TRACK", TRACK, user_id=f"t{n}")
        if n % 7 == 0:
            seen += [entry["user_id"] for entry in iter(following.__next__, None)]
    seen += [entry["user_id"] for entry in iter(following.__next__, None)]

    assert seen == [f"t{n}" for n in range(30)]
    assert len(list(tmp_path.iterdir())) > 5
