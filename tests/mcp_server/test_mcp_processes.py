"""The server as a process of its own: over stdio and over HTTP, as hosts use it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import Any

import httpx
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_clients import ERAS, TRACK, Person, process, run, served_by, yes

from tests.cli.cli_runner import clean_environment

TOKEN = "a-token-of-more-than-16-characters"
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
}
HEADERS = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}


async def deleted(client: Client) -> Any:
    """Delete a source that the server's own summary names: one without traffic, for which one yes is enough."""
    summary = json.loads((await client.read_resource("segment://workspace")).contents[0].text)
    idle = next(source for source in summary["sources"] if source["slug"] == "old-backoffice")
    return await client.call_tool("segment_delete_source", {"sourceId": idle["id"]})


@pytest.mark.parametrize("era", ERAS)
def test_stdio_lists_calls_and_asks(era: str) -> None:
    person = yes()

    async def work() -> Any:
        async with Client(served_by("--sandbox"), mode=era, elicitation_callback=person) as client:
            tools = (await client.list_tools()).tools
            return len(tools), await client.call_tool("segment_track", TRACK), await deleted(client)

    count, tracked, gone = run(work)

    assert count == 17
    assert tracked.is_error is False
    assert gone.is_error is False
    assert len(person.asked) == 1


@pytest.mark.parametrize("era", ERAS)
def test_http_lists_calls_and_asks(era: str) -> None:
    person = yes()

    async def work(url: str) -> Any:
        async with Client(url, mode=era, elicitation_callback=person) as client:
            tools = (await client.list_tools()).tools
            return len(tools), await client.call_tool("segment_track", TRACK), await deleted(client)

    with served() as url:
        count, tracked, gone = run(lambda: work(url))

    assert count == 17
    assert tracked.is_error is False
    assert gone.is_error is False
    assert len(person.asked) == 1


def test_many_calls_at_once_over_stdio_are_all_answered() -> None:
    import anyio

    async def work() -> Any:
        results = list[Any]()

        async def call(client: Client, number: int) -> None:
            results.append(await client.call_tool("segment_track", {**TRACK, "event": f"E{number}"}))

        async with Client(served_by("--sandbox")) as client, anyio.create_task_group() as group:
            for number in range(50):
                group.start_soon(call, client, number)
        return results

    results = run(work)

    assert [result.is_error for result in results] == [False] * 50


def test_a_message_larger_than_a_pipe_goes_both_ways() -> None:
    events = [{"type": "track", "userId": "u", "event": "E", "properties": {"text": "é" * 500}}] * 1000

    async def work() -> Any:
        async with Client(served_by("--sandbox")) as client:
            return await client.call_tool("segment_batch", {"batch": events})

    result = run(work)

    assert result.structured_content["data"]["accepted"] == 1000


def test_stdout_holds_the_protocol_only_and_the_end_of_stdin_ends_the_server() -> None:
    lines = [INITIALIZE, {"jsonrpc": "2.0", "method": "notifications/initialized"}]
    given = "".join(json.dumps(line) + "\n" for line in lines) + "no JSON\n"

    ended = subprocess.run(
        [sys.executable, "-m", "segment_toolkit.cli", "mcp", "--sandbox"],
        input=given, capture_output=True, text=True, env=clean_environment(), timeout=60, check=False,
    )  # fmt: skip

    first, *_ = [json.loads(line) for line in ended.stdout.splitlines()]
    assert ended.returncode == 0
    assert first["result"]["serverInfo"]["name"] == "segment"


def test_input_from_a_file_is_served_too(tmp_path: Any) -> None:
    """A file cannot be waited for as a pipe can; the SDK's own transport reads it."""
    file = tmp_path / "in.jsonl"
    file.write_text(json.dumps(INITIALIZE) + "\n")

    with file.open() as stdin:
        ended = subprocess.run(
            [sys.executable, "-m", "segment_toolkit.cli", "mcp", "--sandbox"],
            stdin=stdin, capture_output=True, text=True, env=clean_environment(), timeout=60, check=False,
        )  # fmt: skip

    assert ended.returncode == 0


def served(*words: str, environment: dict[str, str] | None = None) -> Any:
    """The URL of a server over HTTP on the sandbox, for a block."""
    import contextlib

    @contextlib.contextmanager
    def block() -> Any:
        command = ("-m", "segment_toolkit.cli", "mcp", "--sandbox", "--http", "--port", "0", "--json", *words)
        with process(*command, environment=environment) as started:
            assert started.stdout is not None
            yield json.loads(started.stdout.readline())["url"]

    return block()


def test_http_with_a_token_answers_only_who_has_it() -> None:
    async def work(url: str) -> Any:
        import httpx2

        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with (
            httpx2.AsyncClient(headers=headers) as http,
            Client(streamable_http_client(url, http_client=http)) as client,
        ):
            return await client.call_tool("segment_track", TRACK)

    with served("--token-env", "MCP_TOKEN", environment={"MCP_TOKEN": TOKEN}) as url:
        without = httpx.post(url, json=INITIALIZE, headers=HEADERS)
        wrong = httpx.post(url, json=INITIALIZE, headers={**HEADERS, "Authorization": "Bearer wrong"})
        right = run(lambda: work(url))

    assert (without.status_code, wrong.status_code) == (401, 401)
    assert without.headers["WWW-Authenticate"].startswith("Bearer")
    assert right.is_error is False


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ({"Host": "evil.example.com"}, 421),
        ({"Origin": "https://evil.example.com"}, 403),
        ({"Host": "segment.example.com"}, 200),
        ({"Origin": "https://app.example.com"}, 200),
        ({"Origin": "http://localhost:3000"}, 200),
    ],
    ids=["foreign host", "foreign origin", "allowed host", "allowed origin", "loopback origin"],
)
def test_http_checks_host_and_origin(header: dict[str, str], status: int) -> None:
    allowed = ("--allowed-host", "segment.example.com", "--allowed-origin", "https://app.example.com")

    with served(*allowed) as url:
        answer = httpx.post(url, json=INITIALIZE, headers={**HEADERS, **header})

    assert answer.status_code == status


def test_ctrl_c_ends_the_http_server_cleanly() -> None:
    words = ("-m", "segment_toolkit.cli", "mcp", "--sandbox", "--http", "--port", "0", "--json")

    with process(*words) as started:
        assert started.stdout is not None
        started.stdout.readline()
        started.send_signal(signal.SIGINT)
        code = started.wait(20)

    assert code == 0


def test_a_refusal_over_http_in_the_older_era_is_a_result() -> None:
    async def work(url: str) -> Any:
        async with Client(url, mode="legacy", elicitation_callback=Person("decline")) as client:
            return await deleted(client)

    with served() as url:
        assert run(lambda: work(url)).is_error is True
