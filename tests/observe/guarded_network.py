"""Run as a program: does one part of what the toolkit can do, and prints what it tried to reach beyond this machine.

    python guarded_network.py PART        prints a JSON list of the attempts; each was refused

Python tells an audit hook of every connection, every name that is looked up and every program that is started.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import io
import json
import pkgutil
import socket
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

LOOPBACK = ("127.0.0.1", "::1", "localhost")
TRACK = {"userId": "u", "event": "E"}
attempts: list[str] = []


def guard(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse what would leave the machine."""
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        sock, address = arguments[0], arguments[1]
        outgoing = sock.family != getattr(socket, "AF_UNIX", None) and address and address[0] not in LOOPBACK
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        outgoing = str(arguments[0]) not in (*LOOPBACK, "None", "")
    else:
        outgoing = event in ("subprocess.Popen", "os.system", "os.posix_spawn", "os.exec")
    if outgoing:
        attempts.append(f"{event} {arguments[1:] if event.startswith('socket.connect') else arguments[:1]}")
        raise OSError("refused by the test")


def imports() -> None:
    for package in ("segment_toolkit", "segment_tools", "segment_schemas"):
        root = importlib.import_module(package)
        for module in pkgutil.walk_packages(root.__path__, f"{package}."):
            if not module.name.endswith("__main__"):
                with contextlib.suppress(ModuleNotFoundError):  # of a vendor's SDK that is not installed
                    importlib.import_module(module.name)


def listing() -> None:
    from segment_toolkit import SegmentToolkit

    toolkit = SegmentToolkit(environ={})
    assert len(toolkit.tools.get(user_id="u1", toolkits=["SEGMENT"])) >= 17
    toolkit.tools.get(search="delete")
    toolkit.toolkits.get()


def calls() -> None:
    from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit
    from segment_tools import TOOLS

    with tempfile.TemporaryDirectory() as folder:
        with SegmentToolkit.sandbox(audit=Path(folder, "calls.db"), observers=[repr]) as toolkit:
            for tool in TOOLS:
                toolkit.tools.execute(tool.slug, tool.example)
        SegmentToolkit(environ={}).tools.execute("SEGMENT_TRACK", TRACK)

    async def tasks() -> None:
        async with AsyncSegmentToolkit.sandbox() as toolkit:
            await asyncio.gather(*(toolkit.tools.execute(tool.slug, tool.example) for tool in TOOLS))

    asyncio.run(tasks())


def a_served_sandbox() -> None:
    from segment_toolkit import SegmentToolkit
    from segment_toolkit.sandbox import Sandbox
    from segment_toolkit.sandbox.server import serving

    box = Sandbox()
    with serving(box) as url:
        toolkit = SegmentToolkit(
            region="us", write_key=box.write_key, public_api_token=box.token, public_api_url=url, tracking_url=url,
            environ={},
        )  # fmt: skip
        with toolkit:
            assert toolkit.tools.execute("SEGMENT_TRACK", TRACK).successful


def an_agent() -> None:
    from segment_toolkit import SegmentToolkit, run_agent

    function = {"name": "SEGMENT_TRACK", "arguments": json.dumps(TRACK)}
    call = {"role": "assistant", "tool_calls": [{"id": "1", "type": "function", "function": function}]}
    replies = iter([{"choices": [{"message": call}]}, {"choices": [{"message": {"content": "Done"}}]}])
    run = run_agent(lambda **_: next(replies), "model", [{"role": "user", "content": "Go"}], SegmentToolkit.sandbox())
    assert run.finished


def the_command_line() -> None:
    from segment_toolkit.cli import main

    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        log = str(Path(folder, "calls.jsonl"))
        assert main(["tools"]) == 0
        assert main(["tools", "cost"]) == 0
        assert main(["run", "track", "userId=u", "event=E", "--sandbox", "--audit", log]) == 0
        assert main(["log", log]) == 0
        assert main(["replay", log]) == 0
        assert main(["playground", "--demo"]) == 0


def an_mcp_server() -> None:
    from mcp import Client

    from segment_toolkit import AsyncSegmentToolkit
    from segment_toolkit.mcp import create_server

    async def work() -> None:
        async with AsyncSegmentToolkit.sandbox() as toolkit, Client(create_server(toolkit)) as client:
            listed = await client.list_tools()
            assert len(listed.tools) >= 17
            await client.call_tool("segment_track", TRACK)

    asyncio.run(work())


def telemetry_of_the_hosts() -> None:
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider

    from segment_toolkit import SegmentToolkit

    trace.set_tracer_provider(TracerProvider())
    assert SegmentToolkit.sandbox().tools.execute("SEGMENT_TRACK", TRACK).successful


def something_that_calls_home() -> None:
    """Not ours: shows that the guard sees it."""
    import httpx

    for attempt in (
        lambda: httpx.get("https://telemetry.example.com"),
        lambda: socket.create_connection(("192.0.2.1", 443)),
        lambda: socket.gethostbyname("telemetry.example.com"),
        lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"", ("192.0.2.1", 53)),
    ):
        with contextlib.suppress(OSError, httpx.HTTPError):
            attempt()


PARTS: dict[str, Callable[[], None]] = {
    part.__name__: part
    for part in (
        imports, listing, calls, a_served_sandbox, an_agent, the_command_line, an_mcp_server, telemetry_of_the_hosts,
        something_that_calls_home,
    )
}  # fmt: skip

if __name__ == "__main__":
    sys.addaudithook(guard)
    PARTS[sys.argv[1]]()
    print(json.dumps(attempts))
