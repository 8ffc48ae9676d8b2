"""`segment-toolkit replay`: a recorded call again on the sandbox, with then and now side by side."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli_runner import Cli

from segment_toolkit import Override, SegmentToolkit, approve_everything
from segment_toolkit.observe import AuditLog
from segment_toolkit.sandbox import Sandbox

TRACK = {"userId": "u", "event": "E"}
KEY = "Qx7" + "k" * 26 + "Zp9"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "calls.jsonl"


def recorded(log: Path, *calls: tuple[str, Any], box: Sandbox | None = None, **options: Any) -> list[str]:
    """The ids of these calls in the log."""
    with SegmentToolkit.sandbox(box or Sandbox(), audit=options.pop("audit", log), **options) as toolkit:
        for name, arguments in calls:
            toolkit.tools.execute(name, arguments, user_id="t1")
    return [json.loads(line)["id"] for line in log.read_text("ascii").splitlines()]


def test_the_last_call_is_run_again_and_shown_beside_then(cli: Cli, log: Path) -> None:
    recorded(log, ("SEGMENT_TRACK", {"event": "E"}), ("SEGMENT_TRACK", TRACK))

    ended = cli("replay", str(log))

    assert ended.code == 0
    assert "outcome      successful        successful" in ended.out
    assert "SEGMENT_TRACK on the sandbox: the same outcome" in ended.out


def test_a_call_is_chosen_by_the_beginning_of_its_id(cli: Cli, log: Path) -> None:
    ids = recorded(log, ("SEGMENT_TRACK", {"event": "E"}), ("SEGMENT_TRACK", TRACK))

    ended = cli("replay", str(log), ids[0][:12], "--json")

    assert ended.code == 0
    assert (ended.json["then"]["id"], ended.json["now"]["code"], ended.json["same"]) == (ids[0], "validation", True)
    assert ended.json["then"]["error"] == ended.json["now"]["error"]


def test_another_outcome_has_an_exit_code(cli: Cli, log: Path) -> None:
    recorded(log, ("SEGMENT_TRACK", TRACK))
    log.write_text(
        log.read_text().replace('"successful":true', '"successful":false').replace('"code":null', '"code":"network"')
    )

    ended = cli("replay", str(log))

    assert ended.code == 1
    assert "another outcome" in ended.out


def test_a_masked_write_key_stands_for_one_of_the_sandbox_and_that_is_said(cli: Cli, log: Path) -> None:
    box = Sandbox()
    source = {"sourceId": next(iter(box.sources.values()))}
    mine = box.write_keys[next(iter(box.sources))]
    ids = recorded(
        log,
        ("SEGMENT_TRACK", {**TRACK, "writeKey": KEY}),
        ("SEGMENT_REMOVE_SOURCE_WRITE_KEY", {**source, "writeKey": mine}),
        box=box,
    )

    event, removal = (cli("replay", str(log), found, "--json").json for found in ids)

    assert event["changed_arguments"] == ["writeKey: the key of the sandbox's default source stands for it"]
    assert event["same"]
    assert removal["now"]["successful"] is removal["then"]["successful"]
    assert "stands for it" in removal["changed_arguments"][0]


def test_ids_of_another_workspace_are_replaced_and_that_is_said(cli: Cli, log: Path) -> None:
    elsewhere = Sandbox(seed="another")
    recorded(
        log, ("SEGMENT_GET_DESTINATION", {"destinationId": next(iter(elsewhere.destinations.values()))}), box=elsewhere
    )

    ended = cli("replay", str(log), "--json")

    assert ended.code == 0
    assert ended.json["changed_arguments"][0].startswith("destinationId: the sandbox's own ")
    assert ended.json["now"]["successful"]


def test_an_id_that_was_not_found_then_is_left_as_it_is(cli: Cli, log: Path) -> None:
    recorded(log, ("SEGMENT_GET_DESTINATION", {"destinationId": "nR7kq2Zt4WmX9bVc1sLd8P"}))

    ended = cli("replay", str(log), "--json")

    assert (ended.json["same"], ended.json["changed_arguments"]) == (True, [])
    assert ended.json["now"]["code"] == "not_found"


def test_what_was_refused_then_is_refused_now(cli: Cli, log: Path) -> None:
    box = Sandbox()
    source = {"sourceId": next(iter(box.sources.values()))}
    recorded(log, ("SEGMENT_DELETE_SOURCE", source), box=box, approve=lambda _: False)

    ended = cli("replay", str(log), "--json")

    assert (ended.json["now"]["code"], ended.json["same"]) == ("refused", True)


@pytest.mark.parametrize(
    "approve", [approve_everything, lambda _: Override("it is old")], ids=["everything", "override"]
)
def test_what_was_deleted_although_it_had_traffic_is_deleted_again(cli: Cli, log: Path, approve: Any) -> None:
    box = Sandbox()
    recorded(log, ("SEGMENT_DELETE_SOURCE", {"sourceId": box.sources["shop-web"]}), box=box, approve=approve)

    ended = cli("replay", str(log))

    assert "SEGMENT_DELETE_SOURCE on the sandbox: the same outcome" in ended.out
    assert ended.code == 0


def test_what_was_only_shown_is_only_shown_again(cli: Cli, log: Path) -> None:
    recorded(log, ("SEGMENT_TRACK", TRACK), preview=True)

    ended = cli("replay", str(log), "--json")

    then, now = (json.loads(ended.out)[when] for when in ("then", "now"))
    assert then["preview"] is now["preview"] is True
    assert now["attempts"] == []


def test_other_secrets_are_sent_as_the_log_has_them_and_that_is_said(cli: Cli, log: Path) -> None:
    recorded(log, ("SEGMENT_TRACK", {**TRACK, "properties": {"items": [{"token": "abcdefghijklmnopqrst"}]}}))

    ended = cli("replay", str(log))

    assert "changed  properties.items[0].token: the log holds no secrets" in ended.out


@pytest.mark.parametrize(
    ("arguments", "keep", "complaint"),
    [
        (TRACK, "names", "the log keeps no arguments"),
        (TRACK, "none", "the log keeps no arguments"),
        ("{", "redacted", "its arguments were no JSON object"),
        ({**TRACK, "properties": {"x": ["y" * 400] * 200}}, "redacted", "too large to be kept whole"),
    ],
)
def test_what_was_not_kept_whole_is_not_run_again(
    cli: Cli, log: Path, arguments: Any, keep: Any, complaint: str
) -> None:
    recorded(log, ("SEGMENT_TRACK", arguments), audit=AuditLog(log, arguments=keep))

    ended = cli("replay", str(log))

    assert (ended.code, ended.out) == (2, "")
    assert complaint in ended.err


@pytest.mark.parametrize(
    ("words", "complaint"), [(["f"], "no entry has that id"), (["last"], "the log is empty"), (["a", "b"], "too many")]
)
def test_a_call_that_is_not_there_is_told_of(cli: Cli, log: Path, words: list[str], complaint: str) -> None:
    log.write_text("")

    ended = cli("replay", str(log), *words)

    assert ended.code == 2
    assert complaint in ended.err


def test_no_real_account_is_reached_although_the_environment_has_one(
    cli: Cli, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded(log, ("SEGMENT_TRACK", TRACK))
    monkeypatch.setenv("SEGMENT_WRITE_KEY", KEY)
    monkeypatch.setenv("SEGMENT_REGION", "us")
    monkeypatch.setenv("SEGMENT_TRACKING_URL", "http://127.0.0.1:9/v1")

    ended = cli("replay", str(log), "--json")

    assert ended.code == 0
    assert ended.json["now"]["successful"]


def test_a_tool_of_the_hosts_own_is_not_here(cli: Cli, log: Path) -> None:
    recorded(log, ("SEGMENT_TRACK", TRACK))
    log.write_text(log.read_text().replace("SEGMENT_TRACK", "LOOK_UP"))

    ended = cli("replay", str(log))

    assert (ended.code, ended.err.count("a tool of the host's own")) == (2, 1)
