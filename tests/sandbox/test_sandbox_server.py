"""The sandbox over a real socket, in this process and as a process of its own."""

from __future__ import annotations

import gzip
import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

import segment_toolkit.sandbox
from segment_toolkit.sandbox import Sandbox
from segment_toolkit.sandbox.server import serve, serving

ROOT = Path(segment_toolkit.sandbox.__file__).parents[2]


def test_both_apis_answer_over_a_socket(box: Sandbox) -> None:
    with serving(box) as base_url, httpx.Client(base_url=base_url, trust_env=False) as client:
        body = gzip.compress(json.dumps({"userId": "u", "event": "E"}).encode())
        headers = {"content-encoding": "gzip"}
        track = client.post("/v1/track", content=body, headers=headers, auth=(box.write_key, ""))
        source = client.get("/sources/a%2Fb", headers={"authorization": f"Bearer {box.token}"})

    assert track.json() == {"success": True}
    assert source.json()["errors"][0]["message"] == "Source with id 'a/b' not found."
    assert len(box.events) == 1


def test_an_injected_error_breaks_the_connection_off(box: Sandbox) -> None:
    box.inject(error=httpx.ReadTimeout, after=True)
    body = {"writeKey": box.write_key, "userId": "u", "event": "E"}

    with (
        serving(box) as base_url,
        httpx.Client(base_url=base_url, trust_env=False) as client,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        client.post("/v1/track", json=body)

    assert len(box.events) == 1


def test_an_injected_answer_is_served(box: Sandbox) -> None:
    box.inject(status=429, headers={"retry-after": "7"})

    with serving(box) as base_url:
        response = httpx.get(base_url, trust_env=False)

    assert (response.status_code, response.headers["retry-after"]) == (429, "7")


def started(json_line: bool) -> subprocess.Popen[str]:
    script = (
        "from segment_toolkit.sandbox import Sandbox; from segment_toolkit.sandbox.server import serve; "
        f"serve(Sandbox(), port=0, json_line={json_line})"
    )
    return subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def stopped(process: subprocess.Popen[str], number: signal.Signals) -> tuple[str, str]:
    """Stop the server; return what it printed after the first line, and its errors."""
    assert process.stdout is not None
    assert process.stderr is not None
    process.send_signal(number)
    process.wait(timeout=20)
    return process.stdout.read(), process.stderr.read()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl+C", "SIGTERM"])
def test_the_server_prints_one_line_of_json_works_and_stops_cleanly(number: signal.Signals) -> None:
    with started(json_line=True) as process:
        assert process.stdout is not None
        description = json.loads(process.stdout.readline())
        headers = {"authorization": f"Bearer {description['token']}"}
        workspace = httpx.get(description["public_api_url"], headers=headers, trust_env=False)
        body = {"writeKey": description["write_keys"]["shop-web"], "userId": "u", "event": "E"}
        track = httpx.post(f"{description['tracking_url']}/track", json=body, trust_env=False)
        rest, errors = stopped(process, number)

    assert workspace.status_code == 200
    assert track.json() == {"success": True}
    assert description["tracking_url"].endswith("/v1")
    assert description["region"] == "us"
    assert set(description["destinations"]) == {"actions-amplitude", "slack", "actions-webhook"}
    assert (rest, errors, process.returncode) == ("", "", 0)


def test_without_json_it_prints_what_to_export() -> None:
    box = Sandbox()

    with started(json_line=False) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        text, _ = stopped(process, signal.SIGINT)

    assert "local Segment" in first
    for line in (f"SEGMENT_PUBLIC_API_TOKEN={box.token}", f"SEGMENT_WRITE_KEY={box.write_key}", "SEGMENT_REGION=us"):
        assert f"export {line}\n" in text
    assert "export SEGMENT_PUBLIC_API_URL=http://127.0.0.1:" in text
    assert "export SEGMENT_TRACKING_URL=http://127.0.0.1:" in text


def test_a_port_in_use_ends_with_one_line(box: Sandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(SystemExit) as caught:
        serve(box, port=taken.getsockname()[1])

    assert str(caught.value).startswith("segment sandbox: ")
    assert "\n" not in str(caught.value)


def test_without_uvicorn_the_message_names_the_extra(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)

    with pytest.raises(SystemExit, match=r"segment-agent-toolkit\[sandbox\]"):
        serve(box)
    with pytest.raises(ImportError, match=r"segment-agent-toolkit\[sandbox\]"), serving(box):
        pass
