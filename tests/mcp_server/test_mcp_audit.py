"""`segment-toolkit mcp --audit FILE`: what a host's model did is in the file, also after the host is gone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from mcp import Client
from mcp_clients import TRACK, run, served_by

from segment_toolkit.cli import main
from segment_toolkit.observe.audit.reading import AuditReader


@pytest.mark.parametrize("ending", ["jsonl", "db"])
def test_every_call_of_a_served_model_is_recorded(tmp_path: Path, ending: str) -> None:
    log = tmp_path / f"calls.{ending}"

    async def work() -> None:
        async with Client(served_by("--sandbox", "--audit", str(log), "--user-id", "t1")) as client:
            await client.call_tool("segment_track", TRACK)
            await client.call_tool("segment_track", {"event": "E"})

    run(work)

    found = list(AuditReader(log).entries())
    assert [(entry["tool"], entry["user_id"], entry["code"]) for entry in found] == [
        ("SEGMENT_TRACK", "t1", None),
        ("SEGMENT_TRACK", "t1", "validation"),
    ]


def test_a_hosts_configuration_says_where_the_calls_are_recorded(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mcp", "config", "claude-desktop", "--audit", "calls.jsonl"]) == 0

    [server] = json.loads(capsys.readouterr().out)["mcpServers"].values()
    assert server["args"][-2:] == ["--audit", "calls.jsonl"]


def test_a_file_that_can_be_no_audit_log_is_a_mistake_that_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["mcp", "--sandbox", "--audit", str(tmp_path / "calls.txt")])

    assert code == 2
    assert "An audit log ends in .jsonl" in capsys.readouterr().err
