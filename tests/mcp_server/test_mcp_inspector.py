"""The MCP inspector's command line: a client that is not written in Python, over stdio and HTTP."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from clients.node import installed
from mcp_clients import process

from tests.cli.cli_runner import clean_environment

FOLDER = Path(__file__).parent / "inspector"
SERVER = ("-m", "segment_toolkit.cli", "mcp", "--sandbox")


def inspected(target: tuple[str, ...], *words: str) -> subprocess.CompletedProcess[str]:
    program = installed(FOLDER) / "node_modules" / ".bin" / "mcp-inspector"
    return subprocess.run(
        [str(program), "--cli", *target, *words],
        capture_output=True, text=True, env=clean_environment(), timeout=120, check=False,
    )  # fmt: skip


def result(done: subprocess.CompletedProcess[str]) -> Any:
    """The first JSON document of what it printed."""
    found, _ = json.JSONDecoder().raw_decode(done.stdout[done.stdout.index("{") :])
    return found


@pytest.fixture(scope="module")
def stdio() -> tuple[str, ...]:
    if shutil.which("node") is None:
        installed(FOLDER)  # skips, or fails in CI
    return (sys.executable, *SERVER)


def test_it_lists_the_tools(stdio: tuple[str, ...]) -> None:
    done = inspected(stdio, "--method", "tools/list")

    tools = {tool["name"]: tool for tool in result(done)["tools"]}
    assert len(tools) == 17
    assert tools["segment_delete_source"]["annotations"]["destructiveHint"] is True


def test_it_makes_a_good_call(stdio: tuple[str, ...]) -> None:
    event = '[{"type": "track", "userId": "u", "event": "E"}]'

    done = inspected(stdio, "--method", "tools/call", "--tool-name", "segment_batch", "--tool-arg", f"batch={event}")

    assert result(done)["structuredContent"]["successful"] is True


def test_it_shows_a_bad_call_as_an_error(stdio: tuple[str, ...]) -> None:
    done = inspected(stdio, "--method", "tools/call", "--tool-name", "segment_track", "--tool-arg", "userId=u")

    answer = result(done)
    assert answer["isError"] is True
    assert "event: is required" in answer["structuredContent"]["error"]


def test_it_is_refused_what_cannot_be_undone(stdio: tuple[str, ...]) -> None:
    words = ("--method", "tools/call", "--tool-name", "segment_delete_source", "--tool-arg", "sourceId=src_1234567890")

    answer = result(inspected(stdio, *words))

    assert answer["isError"] is True
    assert "cannot ask its user" in answer["structuredContent"]["error"]


def test_it_reads_a_resource_over_http_with_a_token() -> None:
    token = "a-token-of-more-than-16-characters"
    words = (*SERVER, "--http", "--port", "0", "--json", "--token-env", "MCP_TOKEN")

    with process(*words, environment={"MCP_TOKEN": token}) as started:
        assert started.stdout is not None
        url = json.loads(started.stdout.readline())["url"]
        target = (url, "--transport", "http", "--header", f"Authorization: Bearer {token}")
        done = inspected(target, "--method", "resources/read", "--uri", "segment://limits")

    assert "Limits of Segment" in result(done)["contents"][0]["text"]
