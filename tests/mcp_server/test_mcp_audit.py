"""`segment-toolkit mcp --audit FILE`: what a host's model did is in the file, also after the host is gone."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from mcp import Client
from mcp_clients import TRACK, clean_environment, run, served_by

from segment_toolkit.cli import main
from segment_toolkit.observe.audit.reading import AuditReader
from segment_toolkit.sandbox import Sandbox
from segment_toolkit.sandbox.server import serving

INITIALIZE = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}


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


def test_a_call_that_the_end_of_the_server_cut_off_is_recorded_as_unknown(tmp_path: Path) -> None:
    log, box = tmp_path / "calls.jsonl", Sandbox()
    box.inject(kind="slow_answer", seconds=60)
    lines = [
        {"id": 1, "method": "initialize", "params": INITIALIZE},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/call", "params": {"name": "segment_track", "arguments": TRACK}},
    ]
    with serving(box) as url:
        environment = {"SEGMENT_TRACKING_URL": f"{url}/v1", "SEGMENT_WRITE_KEY": box.write_key, "SEGMENT_REGION": "us"}
        with subprocess.Popen(
            [sys.executable, "-m", "segment_toolkit.cli", "mcp", "--audit", str(log)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=clean_environment(environment),
        ) as server:  # fmt: skip
            assert server.stdin is not None
            server.stdin.write("".join(json.dumps({"jsonrpc": "2.0", **line}) + "\n" for line in lines))
            server.stdin.flush()
            while box.faults:  # until it is played
                time.sleep(0.01)
            server.terminate()
            code = server.wait(20)

    [entry] = AuditReader(log).entries()
    assert code == 128 + signal.SIGTERM
    assert (entry["code"], entry["outcome_unknown"]) == ("cancelled", True)


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
