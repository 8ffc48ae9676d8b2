"""`segment-toolkit mcp` and `mcp config` on the command line."""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp_clients import TRACK, clean_environment, run, served_by  # also puts the command line's helpers on the path

from segment_toolkit.cli import main
from segment_toolkit.cli.mcp_options import HOSTS as OFFERED
from segment_toolkit.errors import InvalidParams
from segment_toolkit.mcp.env_file import variables
from segment_toolkit.mcp.hosts import HOSTS, VARIABLES

SECRET = "k3yOfThirtyTwoLettersAndDigits123"


@pytest.fixture(autouse=True)
def _no_segment_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    assert clean_environment()


def config(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["mcp", "config", *words]) == 0
    return capsys.readouterr().out


def parsed(text: str, host: str) -> dict[str, Any]:
    """The one server of a host's configuration."""
    document = tomllib.loads(text) if host == "codex" else json.loads(text)
    key = next(key for key in ("mcpServers", "servers", "context_servers", "mcp_servers") if key in document)
    return dict(document[key]["segment"])


def test_the_command_offers_the_hosts_there_are() -> None:
    assert tuple(HOSTS) == OFFERED


@pytest.mark.parametrize("host", HOSTS)
def test_every_host_starts_the_server_with_the_given_options(host: str, capsys: pytest.CaptureFixture[str]) -> None:
    server = parsed(config(capsys, host, "--read-only", "--tools", "get_destination"), host)

    assert server["command"] == "segment-toolkit"
    assert server["args"][0] == "mcp"
    assert server["args"][-3:] == ["--read-only", "--tools", "get_destination"]


@pytest.mark.parametrize("host", HOSTS)
def test_no_secret_of_the_environment_is_written_down(
    host: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in VARIABLES:
        monkeypatch.setenv(name, SECRET)

    text = config(capsys, host)

    assert SECRET not in text
    assert "--env-file" in text or [name for name in VARIABLES if name not in text] == []


@pytest.mark.parametrize("host", HOSTS)
def test_the_sandbox_needs_no_variables(host: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = config(capsys, host, "--sandbox")

    assert "SEGMENT_" not in text
    assert parsed(text, host)["args"] == ["mcp", "--sandbox"]


@pytest.mark.parametrize("host", [name for name, host in HOSTS.items() if host.remote])
def test_a_running_server_is_named_by_url_and_its_token_by_variable(
    host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = config(capsys, host, "--url", "https://segment.example.com/mcp", "--token-env", "MCP_TOKEN")

    assert "https://segment.example.com/mcp" in parsed(text, host).values()
    assert "mcp-token" in text or "MCP_TOKEN" in text


@pytest.mark.parametrize(
    ("host", "members"),
    [
        ("claude-code", {"type": "http", "url": "https://x/mcp"}),
        ("vscode", {"type": "http", "url": "https://x/mcp"}),
        ("gemini-cli", {"type": "http", "url": "https://x/mcp"}),
        ("cursor", {"url": "https://x/mcp"}),
        ("windsurf", {"serverUrl": "https://x/mcp"}),
        ("codex", {"url": "https://x/mcp"}),
    ],
)
def test_a_host_is_told_of_http_in_its_own_words(
    host: str, members: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    server = parsed(config(capsys, host, "--url", "https://x/mcp"), host)

    assert server == members


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["config", "emacs"], "invalid choice"),
        (["config", "zed", "--url", "https://x/mcp"], "cannot be given a URL"),
        (["--sandbox", "--tools", "trak"], "did you mean 'track'"),
        (["--sandbox", "--toolset", "tracking", "--read-only"], "leave no tool"),
        (["--sandbox", "--http", "--token-env", "NOT_SET_ANYWHERE"], "is not set"),
        (["--sandbox", "--http", "--host", "192.0.2.1"], "needs a bearer token"),
        (["--env-file", "/nonexistent/file"], "Cannot open"),
        (["--sandbox", "--port", "9000"], "give --http"),
        (["--sandbox", "--token-env", "MCP_TOKEN"], "give --http"),
        (["--sandbox", "--allowed-origin", "https://x"], "give --http"),
        (["--sandbox", "--env-file", "x"], "leave --env-file out"),
        (["config", "zed", "--sandbox", "--env-file", "x"], "leave --env-file out"),
        (["config", "vscode", "--token-env", "MCP_TOKEN"], "give its --url"),
        (["config", "vscode", "--url", "localhost:8766"], "must begin with https://"),
        (["config", "vscode", "--url", "https://x/mcp", "--read-only"], "--read-only is for starting a server"),
    ],
)
def test_what_cannot_be_meant_ends_with_one_line(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["mcp", *words])
    captured = capsys.readouterr()

    assert code == 2
    assert said in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""


def test_a_token_that_can_be_guessed_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MCP_TOKEN", "short")

    code = main(["mcp", "--sandbox", "--http", "--token-env", "MCP_TOKEN"])

    assert code == 2
    assert "at least 16" in capsys.readouterr().err


def test_a_port_that_is_taken_is_a_connection_failure(capsys: pytest.CaptureFixture[str]) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        code = main(["mcp", "--sandbox", "--http", "--port", str(taken.getsockname()[1])])

    assert code == 3
    assert "cannot listen" in capsys.readouterr().err


def test_a_command_that_the_host_will_not_find_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mcp", "config", "cursor", "--command", "no-such-command"]) == 0
    missing = capsys.readouterr().err
    assert main(["mcp", "config", "cursor", "--command", sys.executable]) == 0

    assert "no no-such-command on the PATH" in missing
    assert "PATH" not in capsys.readouterr().err


@pytest.mark.parametrize("value", ["", "${env:SEGMENT_REGION}", "$SEGMENT_REGION"])
def test_a_reference_that_the_host_did_not_expand_counts_as_not_set(value: str) -> None:
    async def work() -> Any:
        async with Client(served_by(environment=dict.fromkeys(VARIABLES, value))) as client:
            return await client.call_tool("segment_track", TRACK)

    result = run(work)

    assert "SEGMENT_REGION" in result.structured_content["error"]


def private(path: Path, text: str) -> Path:
    path.touch(mode=0o600)
    path.write_text(text)
    return path


def test_the_env_file_gives_segments_variables_only(tmp_path: Path) -> None:
    text = '# mine\n\nexport SEGMENT_REGION="eu"\nSEGMENT_WRITE_KEY = abc=def\nPATH=/nowhere\n'

    found = variables(private(tmp_path / "env", text))

    assert found == {"SEGMENT_REGION": "eu", "SEGMENT_WRITE_KEY": "abc=def"}


def test_an_env_file_that_others_may_open_is_refused(tmp_path: Path) -> None:
    file = private(tmp_path / "env", "SEGMENT_REGION=eu\n")
    file.chmod(0o644)

    with pytest.raises(InvalidParams, match="open to other users"):
        variables(file)


def test_a_line_that_is_no_assignment_is_named_by_number_and_not_quoted(tmp_path: Path) -> None:
    with pytest.raises(InvalidParams) as raised:
        variables(private(tmp_path / "env", f"SEGMENT_REGION=eu\n{SECRET}\n"))

    assert "Line 2" in str(raised.value)
    assert SECRET not in str(raised.value)
