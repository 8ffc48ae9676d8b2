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
from collections.abc import Callable, Iterator
from types import FrameType
from typing import TYPE_CHECKING

from segment_toolkit.sandbox.announcement import announcement
from segment_toolkit.sandbox.box import Sandbox

if TYPE_CHECKING:
    import uvicorn

_GRACE_SECONDS = 2
_START_SECONDS = 10


def serve(box: Sandbox, host: str = "127.0.0.1", port: int = 8765, json_line: bool = False) -> None:
    """Serve until Ctrl+C or SIGTERM. Once the port accepts connections, print where it is and how to use it.

    With `json_line` that is exactly one line of JSON. Port 0 picks a free port. Ends the process with a
    one-line message when uvicorn is missing or the port cannot be had.
    """
    try:
        server = _server(box)
        listener = socket.create_server((host, port), family=_family(host))
    except (ImportError, OSError) as error:
        raise SystemExit(f"segment sandbox: {error}") from None
    description = _description(box, host, listener)

    def announce() -> None:
        print(json.dumps(description) if json_line else announcement(description), flush=True)

    with listener, _stopped_by_signals(server):
        asyncio.run(_run(server, listener, announce))


@contextlib.contextmanager
def serving(box: Sandbox) -> Iterator[str]:
    """Serve from a background thread on a free loopback port, and yield the base URL. Raises ImportError."""
    server = _server(box)
    ready = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(
            target=lambda: asyncio.run(_run(server, listener, ready.set)), name="segment-sandbox", daemon=True
        )
        thread.start()
        try:
            if not ready.wait(_START_SECONDS):
                raise RuntimeError("the sandbox server did not start")
            yield _base_url("127.0.0.1", listener)
        finally:
            server.should_exit = True
            thread.join()


def _server(box: Sandbox) -> uvicorn.Server:
    try:
        import uvicorn
    except ModuleNotFoundError:
        raise ImportError(
            "uvicorn is not installed; install it with: pip install 'segment-agent-toolkit[sandbox]'"
        ) from None
    config = uvicorn.Config(
        box.server_app(),
        lifespan="off",
        ws="none",
        # Write keys travel in paths, so no request is ever logged.
        access_log=False,
        log_level="critical",
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    return uvicorn.Server(config)


async def _run(server: uvicorn.Server, listener: socket.socket, on_ready: Callable[[], None]) -> None:
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not (server.started or serving.done()):
        await asyncio.sleep(0.01)
    if server.started:
        on_ready()
    await serving


@contextlib.contextmanager
def _stopped_by_signals(server: uvicorn.Server) -> Iterator[None]:
    """Let SIGINT and SIGTERM end the server and nothing else.

    uvicorn handles them while it runs and then raises them again for whoever was there before: that is us.
    """

    def stop(_number: int, _frame: FrameType | None) -> None:
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


def _description(box: Sandbox, host: str, listener: socket.socket) -> dict[str, object]:
    base_url = _base_url(host, listener)
    return box.description(public_api_url=base_url, tracking_url=f"{base_url}/v1")


def _base_url(host: str, listener: socket.socket) -> str:
    """Where a client on this machine finds the server; "all interfaces" is no address to connect to."""
    name = host if host and host.strip("0.:") else ("::1" if ":" in host else "127.0.0.1")
    name = f"[{name}]" if ":" in name else name
    return f"http://{name}:{listener.getsockname()[1]}"


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
