"""What the audit log keeps of a call: who, what, how it ended; no secret, and of the arguments what is wanted."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from observed_calls import REFUSED, TAKEN, TRACK, entries, exchanges

from segment_toolkit import SegmentToolkit
from segment_toolkit._version import __version__
from segment_toolkit.call.toolcall import ToolCall
from segment_toolkit.errors import InvalidParams
from segment_toolkit.observe import AuditLog
from segment_toolkit.sandbox import Sandbox

FOREIGN_KEY = "Qx7" + "k" * 26 + "Zp9"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "calls.jsonl"


def test_an_entry_says_who_called_what_and_how_it_ended(box: Sandbox, log: Path) -> None:
    toolkit = SegmentToolkit.sandbox(box, audit=str(log))

    toolkit.tools.run(ToolCall("SEGMENT_TRACK", TRACK, "call_1"), user_id="t1")

    [entry] = entries(log)
    assert {name: entry[name] for name in ("v", "tool", "called", "tool_call_id", "user_id", "region", "effect")} == {
        "v": 1, "tool": "SEGMENT_TRACK", "called": "SEGMENT_TRACK", "tool_call_id": "call_1", "user_id": "t1",
        "region": "us", "effect": "write",
    }  # fmt: skip
    assert entry["arguments"] == TRACK
    assert (entry["successful"], entry["code"], entry["error"], entry["outcome_unknown"]) == (True, None, None, False)
    assert entry["message_ids"] == [box.events[0]["messageId"]]
    assert (entry["toolkit"], entry["fingerprint"]) == (__version__, toolkit.fingerprint())
    assert entry["latency_ms"] > 0
    assert len(entry["id"]) == 16


def test_an_entry_is_in_the_file_before_anybody_else_is_told(log: Path) -> None:
    seen: list[int] = []
    toolkit = SegmentToolkit.sandbox(audit=log, observers=[lambda _: seen.append(len(entries(log)))])

    toolkit.tools.execute("SEGMENT_TRACK", TRACK)
    toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    assert seen == [1, 2]


def test_a_failure_has_its_code_its_status_and_its_attempts(
    box: Sandbox, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toolkit = SegmentToolkit.sandbox(box, audit=log)

    toolkit.tools.execute("SEGMENT_GET_DESTINATION", {"destinationId": "nR7kq2Zt4WmX9bVc1sLd8P"})
    with exchanges(monkeypatch, [REFUSED, TAKEN], None):
        toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    missing, retried = entries(log)
    assert (missing["successful"], missing["code"], missing["status"]) == (False, "not_found", 404)
    assert missing["error"].startswith("Segment answered 404")
    assert retried["attempts"] == [
        {"method": "POST", "api": "tracking", "host": "api.segment.io", "number": 1, "ms": 250.0, "waited_ms": 0.0,
         "status": 503, "error": "upstream"},
        {"method": "POST", "api": "tracking", "host": "api.segment.io", "number": 2, "ms": 125.0, "waited_ms": 500.0,
         "status": 200, "error": None},
    ]  # fmt: skip


def test_a_destructive_call_is_kept_with_what_approved_it(box: Sandbox, log: Path) -> None:
    toolkit = SegmentToolkit.sandbox(box, audit=log)

    toolkit.tools.execute("SEGMENT_DELETE_SOURCE", {"sourceId": next(iter(box.sources.values()))})
    toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    assert [entry["approval"] for entry in entries(log)] == ["everything", None]


def planted(box: Sandbox) -> list[ToolCall]:
    """Calls with a secret in every place that a model can write to, valid and not."""
    key = box.write_key
    return [
        ToolCall("SEGMENT_TRACK", {**TRACK, "writeKey": key, "properties": {"note": f"key {key}", key: 1}}),
        ToolCall("SEGMENT_TRACK", {**TRACK, "writeKey": FOREIGN_KEY, "properties": {"deep": [{"x": FOREIGN_KEY}]}}),
        ToolCall("SEGMENT_TRACK", {"event": box.token, "write_key": FOREIGN_KEY, "again": FOREIGN_KEY}),
        ToolCall("SEGMENT_TRACK", {**TRACK, "context": {"password": "hunter2 hunter2 hunter2"}}),
        ToolCall("SEGMENT_TRACK", json.dumps({"event": key, "properties": {"Authorization": "Basic abc"}})),
        ToolCall("SEGMENT_TRACK", f'{{"event": "{key}"'),
        ToolCall(key, {key: key}, box.token),
        ToolCall("SEGMENT_REMOVE_SOURCE_WRITE_KEY", {"sourceId": box.sources["web"], "writeKey": FOREIGN_KEY})
        if "web" in box.sources
        else ToolCall(
            "SEGMENT_REMOVE_SOURCE_WRITE_KEY",
            {"sourceId": next(iter(box.sources.values())), "writeKey": FOREIGN_KEY},
        ),
    ]


@pytest.mark.parametrize("ending", ["jsonl", "db"])
def test_no_entry_holds_a_secret_however_it_came(box: Sandbox, tmp_path: Path, ending: str) -> None:
    log = tmp_path / f"calls.{ending}"
    with SegmentToolkit.sandbox(box, audit=log) as toolkit:
        for call in planted(box):
            toolkit.tools.run(call)

    kept = log.read_bytes().decode("utf-8", "replace")
    assert kept.count("SEGMENT_TRACK") >= 6
    for secret in (box.write_key, box.token, FOREIGN_KEY, "hunter2", "Basic abc"):
        assert secret not in kept


def test_a_write_key_is_kept_masked_so_that_keys_can_be_told_apart(box: Sandbox, log: Path) -> None:
    toolkit = SegmentToolkit.sandbox(box, audit=log)

    toolkit.tools.execute("SEGMENT_TRACK", {**TRACK, "writeKey": FOREIGN_KEY})

    assert entries(log)[0]["arguments"]["writeKey"] == f"{FOREIGN_KEY[:4]}…{FOREIGN_KEY[-4:]}"


@pytest.mark.parametrize(
    ("keep", "expected"),
    [("names", {"arguments": None, "argument_names": ["event", "userId"]}), ("none", {"arguments": None})],
)
def test_a_host_with_personal_data_keeps_names_or_nothing(log: Path, keep: Any, expected: dict[str, Any]) -> None:
    toolkit = SegmentToolkit.sandbox(audit=AuditLog(log, arguments=keep))

    toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    [entry] = entries(log)
    assert {name: value for name, value in entry.items() if name.startswith("argument")} == expected
    assert "u-42" not in log.read_text("ascii")


def test_a_long_batch_is_cut_with_its_count_and_a_digest(log: Path) -> None:
    toolkit = SegmentToolkit.sandbox(audit=log)
    batch = [{"type": "track", "userId": f"u{n}", "event": "E", "messageId": f"m-{n}"} for n in range(2_000)]

    toolkit.tools.execute("SEGMENT_BATCH", {"batch": batch})

    [entry] = entries(log)
    whole = json.dumps({"batch": batch}, sort_keys=True, separators=(",", ":")).encode()
    assert entry["arguments"] == {"batch": batch[:10]}
    assert entry["arguments_cut"] == {
        "bytes": len(whole), "lists": {"batch": 2_000}, "sha256": hashlib.sha256(whole).hexdigest(),
    }  # fmt: skip
    assert entry["message_ids"] == [f"m-{n}" for n in range(2_000)]


@pytest.mark.parametrize(
    "arguments",
    [
        {"event": "E" * 200_000},
        {f"name{n}": "x" * 400 for n in range(500)},
        {"event": "E", "properties": {"set": {1, 2}, "nan": float("nan"), "half": "\ud800", 5: "five"}},
        '{"a": ' * 5_000,
        [1, 2],
        None,
        b"\xff",
    ],
    ids=["a long text", "many names", "what JSON cannot say", "too deep", "an array", "nothing", "no text"],
)
def test_any_arguments_give_an_entry_of_bounded_size(log: Path, arguments: Any) -> None:
    toolkit = SegmentToolkit.sandbox(audit=log)

    toolkit.tools.execute("SEGMENT_TRACK", arguments)

    [entry] = entries(log)
    assert entry["code"] in ("validation", "too_large")
    assert len(log.read_bytes()) < 60_000


def test_arguments_that_nest_deeply_are_kept_as_far_as_they_are_of_use(log: Path) -> None:
    deep: Any = "bottom"
    for _ in range(500):
        deep = {"in": deep}
    toolkit = SegmentToolkit.sandbox(audit=log)

    toolkit.tools.execute("SEGMENT_TRACK", {**TRACK, "properties": deep})

    [entry] = entries(log)
    assert "nests too deeply" in json.dumps(entry["arguments"])


@pytest.mark.parametrize("name", ["calls.txt", "calls", "missing/calls.jsonl"])
def test_a_path_that_cannot_be_an_audit_log_is_refused_when_the_toolkit_is_made(tmp_path: Path, name: str) -> None:
    path = tmp_path / name

    with pytest.raises(InvalidParams, match=r"audit log"):
        SegmentToolkit(audit=str(path))


def test_options_that_mean_nothing_are_refused(tmp_path: Path) -> None:
    keep: Any = "everything"

    with pytest.raises(InvalidParams, match="rotate_bytes"):
        AuditLog(tmp_path / "calls.db", rotate_bytes=1000)
    with pytest.raises(InvalidParams, match="redacted, names or none"):
        AuditLog(tmp_path / "calls.jsonl", arguments=keep)
