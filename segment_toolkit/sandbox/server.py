"""The sandbox over a real port: `serve` for the command line, `serving` for tests.

uvicorn is an optional extra and is imported only here, only when a server is asked for.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import FrameType
from typing import TYPE_CHECKING

from segment_toolkit.sandbox.announcement import announcement
from segment_toolkit.sandbox.box import Sandbox
from segment_toolkit.sandbox.hosts import Region
from segment_toolkit.sandbox.listening import base_url, listener
from segment_toolkit.sandbox.resetting import resetting

if TYPE_CHECKING:
    import uvicorn

_GRACE_SECONDS = 2
_START_SECONDS = 10


def serve(
    box: Sandbox, host: str = "127.0.0.1", port: int = 8765, json_line: bool = False, *, eu_port: int | None = None
) -> None:
    """Serve until Ctrl+C or SIGTERM. Once the port accepts connections, print where it is and how to use it.

    With `json_line` that is exactly one line of JSON. Port 0 picks a free port. One port serves both regions; with
    `eu_port` that one is the EU's and the first the US's, as Segment's hosts are. Ends the process with a one-line
    message when uvicorn is missing or a port cannot be had.
    """
    regions: dict[Region | None, int] = {None: port} if eu_port is None else {"us": port, "eu": eu_port}
    with contextlib.ExitStack() as stack:
        try:
            listeners: dict[Region | None, socket.socket] = {
                region: stack.enter_context(listener(host, number)) for region, number in regions.items()
            }
            servers = [(_server(box, region), found) for region, found in listeners.items()]
        except (ImportError, OSError) as error:
            raise SystemExit(f"segment sandbox: {error}") from None
        described = _description(box, host, listeners)

        def announce() -> None:
            print(json.dumps(described) if json_line else announcement(described), flush=True)

        stack.enter_context(_stopped_by_signals([server for server, _ in servers]))
        asyncio.run(_run(servers, announce))


@contextlib.contextmanager
def serving(box: Sandbox, region: Region | None = None) -> Iterator[str]:
    """Serve from a background thread on a free loopback port, and yield the base URL. Raises ImportError.

    With a region the port stands for the hosts of that region, otherwise for those of both.
    """
    server = _server(box, region)
    ready = threading.Event()
    with listener("127.0.0.1", 0) as found:
        thread = threading.Thread(
            target=lambda: asyncio.run(_run([(server, found)], ready.set)), name="segment-sandbox", daemon=True
        )
        thread.start()
        try:
            if not ready.wait(_START_SECONDS):
                raise RuntimeError("the sandbox server did not start")
            yield base_url("127.0.0.1", found)
        finally:
            server.should_exit = True
            thread.join()


def _server(box: Sandbox, region: Region | None) -> uvicorn.Server:
    try:
        import uvicorn
        from uvicorn.protocols.http.auto import AutoHTTPProtocol
    except ModuleNotFoundError:
        raise ImportError(
            "uvicorn is not installed; install it with: pip install 'segment-agent-toolkit[sandbox]'"
        ) from None
    config = uvicorn.Config(
        box.server_app(region),
        http=resetting(AutoHTTPProtocol),
        lifespan="off",
        ws="none",
        # Write keys travel in paths, so no request is ever logged.
        access_log=False,
        # The token server sends a Date of its own clock, which clients correct theirs by; a second one would spoil it.
        date_header=False,
        log_level="critical",
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    return uvicorn.Server(config)


async def _run(servers: Sequence[tuple[uvicorn.Server, socket.socket]], on_ready: Callable[[], None]) -> None:
    tasks = [asyncio.create_task(server.serve(sockets=[found])) for server, found in servers]
    while not all(server.started for server, _ in servers) and not any(task.done() for task in tasks):
        await asyncio.sleep(0.01)
    if all(server.started for server, _ in servers):
        on_ready()
    await asyncio.gather(*tasks)


@contextlib.contextmanager
def _stopped_by_signals(servers: Sequence[uvicorn.Server]) -> Iterator[None]:
    """Let SIGINT and SIGTERM end the servers and nothing else.

    uvicorn handles them while it runs and then raises them again for whoever was there before: that is us.
    """

    def stop(_number: int, _frame: FrameType | None) -> None:
        for server in servers:
            server.should_exit = True

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _description(box: Sandbox, host: str, listeners: Mapping[Region | None, socket.socket]) -> dict[str, object]:
    first, *others = (base_url(host, found) for found in listeners.values())
    described = box.description(public_api_url=first, tracking_url=f"{first}/v1")
    for eu in others:
        described |= {"eu_public_api_url": eu, "eu_tracking_url": f"{eu}/v1"}
    return described
