"""The command line as a real process: exit codes, pipes, signals, and a sandbox behind a real port."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cli_runner import clean_environment, process

from segment_tools import TOOLS

CALL = '{"userId": "u", "event": "Signed Up"}'


@contextmanager
def started(*words: str) -> Iterator[subprocess.Popen[str]]:
    """A command that runs until the end of the block."""
    with subprocess.Popen(
        [sys.executable, "-m", "segment_toolkit.cli", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=clean_environment(),
    ) as command:
        try:
            yield command
        finally:
            command.kill()


def first_line(command: subprocess.Popen[str]) -> Any:
    assert command.stdout is not None
    return json.loads(command.stdout.readline())


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("run", "track", "-d", CALL, "--sandbox"), 0),
        (("run", "track", "event=A", "--sandbox"), 1),
        (("run", "trak", "--sandbox"), 2),
        ((), 2),
    ],
    ids=["successful", "unsuccessful", "unknown tool", "no command"],
)
def test_the_exit_code_tells_what_happened(words: tuple[str, ...], code: int) -> None:
    ended = process(*words)

    assert ended.returncode == code
    assert "Traceback" not in ended.stderr


def test_arguments_come_through_a_pipe() -> None:
    ended = process("run", "track", "-d", "-", "--sandbox", "--json", stdin=CALL)

    assert ended.returncode == 0
    assert json.loads(ended.stdout)["successful"]


def test_no_connection_is_exit_code_3() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    environment = {"SEGMENT_TRACKING_URL": f"http://127.0.0.1:{port}", "SEGMENT_WRITE_KEY": "k" * 32}

    ended = process("run", "track", "-d", CALL, environment=environment)

    assert ended.returncode == 3
    assert "k" * 32 not in ended.stdout + ended.stderr


def test_a_call_reaches_a_sandbox_served_by_another_process() -> None:
    with started("sandbox", "--port", "0", "--region", "eu", "--json") as server:
        sandbox = first_line(server)
        environment = {
            "SEGMENT_PUBLIC_API_URL": sandbox["public_api_url"],
            "SEGMENT_TRACKING_URL": sandbox["tracking_url"],
            "SEGMENT_PUBLIC_API_TOKEN": sandbox["token"],
            "SEGMENT_WRITE_KEY": sandbox["write_keys"]["shop-web"],
            "SEGMENT_REGION": sandbox["region"],
        }
        source = f"sourceId={sandbox['sources']['shop-web']}"

        tracked = process("run", "track", "-d", CALL, "--json", environment=environment)
        settings = process("run", "list_schema_settings_in_source", source, environment=environment)

        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=60) == 0

    assert sandbox["region"] == "eu"
    assert json.loads(tracked.stdout)["data"]["status"] == "accepted"
    assert json.loads(settings.stdout)["data"]["sourceId"] == sandbox["sources"]["shop-web"]


def test_a_port_that_is_taken_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])

        ended = process("sandbox", "--port", port)

    assert (ended.returncode, ended.stdout) == (3, "")
    assert port in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_without_uvicorn_the_sandbox_says_what_to_install(tmp_path: Path) -> None:
    script = (
        "import sys; sys.modules['uvicorn'] = None; from segment_toolkit.cli import main; sys.exit(main(['sandbox']))"
    )

    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=clean_environment(), timeout=60, check=False
    )

    assert (ended.returncode, ended.stdout) == (2, "")
    assert "pip install" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_a_reader_that_leaves_early_ends_the_command_quietly() -> None:
    with started("playground", "--demo") as command:
        assert command.stdout is not None
        assert command.stderr is not None
        command.stdout.close()

        assert command.wait(timeout=60) == 141
        assert command.stderr.read() == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_said_in_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "segment_toolkit.cli", "tools"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=clean_environment(),
            timeout=60,
            check=False,
        )

    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1


def test_the_demo_works_as_a_process() -> None:
    ended = process("playground", "--demo", "--json")

    assert ended.returncode == 0
    assert len(ended.stdout.splitlines()) == len(TOOLS) + 2  # and two refusals


def test_a_session_ends_with_its_input() -> None:
    ended = process("playground", stdin="track\n\n")

    assert ended.returncode == 0
    assert "Envelope: successful" in ended.stdout
    assert "Traceback" not in ended.stderr


def test_a_screen_without_unicode_gets_plain_text_and_json_that_parses() -> None:
    ascii_only = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}

    shown = process("tools", "show", "track", environment=ascii_only)
    definition = process("tools", "show", "track", "--json", environment=ascii_only)

    assert (shown.returncode, definition.returncode) == (0, 0)
    assert json.loads(definition.stdout) == json.loads(process("tools", "show", "track", "--json").stdout)


def test_listing_loads_no_client_no_model_and_no_server() -> None:
    script = (
        "import sys; from segment_toolkit.cli import main; code = main(['tools', '--json']); "
        "sys.exit(code or ', '.join({'httpx', 'pydantic', 'starlette', 'uvicorn'} & sys.modules.keys()) or 0)"
    )

    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=clean_environment(), timeout=60, check=False
    )

    assert (ended.returncode, ended.stderr) == (0, "")
