"""httpx transports that call the sandbox in process: no port, no thread, no event loop for the sync one.

Both know the client's timeouts. A fault that would outlast the read timeout ends in `httpx.ReadTimeout` at
once, and no test waits for it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from typing import Any

import httpx
from starlette.types import Message, Receive, Scope, Send

from segment_toolkit.sandbox.app import FrontDoor
from segment_toolkit.sandbox.faults.line import LINE
from segment_toolkit.sandbox.recording import RecordedRequest

App = Callable[[Scope, Receive, Send], Coroutine[Any, Any, None]]
Sleep = Callable[[float], Awaitable[None]]


class SandboxTransport(httpx.BaseTransport):
    """Drives one ASGI call by hand; works inside a running event loop and from many threads at once.

    The sandbox never waits for anything but the request, which is whole before the call starts. So its
    coroutine runs to its end in a single step. A slow fault blocks the thread, as a slow server would.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request. Raises whatever error was injected."""
        body = request.read()
        answer = _at_once(self._app, request, body)
        if answer is not None:
            return answer
        exchange = _Exchange(request, body, _block)
        _run(self._app(exchange.scope(), exchange.receive, exchange.send))
        return exchange.response()


class AsyncSandboxTransport(httpx.AsyncBaseTransport):
    """The same for `httpx.AsyncClient`; slow faults need asyncio, nothing else needs any event loop of its own."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request. Raises whatever error was injected."""
        body = await request.aread()
        answer = _at_once(self._app, request, body)
        if answer is not None:
            return answer
        exchange = _Exchange(request, body, asyncio.sleep)
        await self._app(exchange.scope(), exchange.receive, exchange.send)
        return exchange.response()


def _at_once(app: App, request: httpx.Request, body: bytes) -> httpx.Response | None:
    """The answer to an event, the usual request, without the ASGI call that would take longer than the answer."""
    if not isinstance(app, FrontDoor):
        return None
    path, _, query = request.url.raw_path.decode("latin-1").partition("?")
    headers: dict[str, str] = {}
    for name, value in request.headers.raw:
        # Of several with one name the first counts, as for the server.
        headers.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))
    seen = RecordedRequest(request.method, headers.get("host", ""), path, query, headers, body)
    answer = app.at_once(seen)
    if answer is None:
        return None
    return httpx.Response(answer.status_code, headers=answer.raw_headers, stream=httpx.ByteStream(bytes(answer.body)))


class _Exchange:
    """Both ends of one ASGI call, and the line between them.

    Before the answer starts, a wait or a loss happens there and then. What comes after is kept as a script, and
    happens while the client reads the body.
    """

    def __init__(self, request: httpx.Request, body: bytes, sleep: Sleep) -> None:
        self._request = request
        self._body = body
        self._sleep = sleep
        self._patience: float | None = request.extensions.get("timeout", {}).get("read")
        self._status: int | None = None
        self._headers: list[tuple[bytes, bytes]] = []
        self._script: list[_Step] = []
        self._loss: httpx.TransportError | None = None

    def scope(self) -> Scope:
        request = self._request
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "scheme": request.url.scheme,
            "path": request.url.path,
            "raw_path": request.url.raw_path.partition(b"?")[0],
            "query_string": request.url.query,
            "server": (request.url.host, request.url.port),
            "client": ("127.0.0.1", 0),
            "root_path": "",
            "state": {LINE: self},
        }

    async def receive(self) -> Message:
        return {"type": "http.request", "body": self._body, "more_body": False}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status, self._headers = message["status"], list(message["headers"])
        else:
            self._script.append(message.get("body", b""))

    async def wait(self, seconds: float) -> bool:
        if self._status is not None:
            self._script.append(seconds)
        elif _outlasts(seconds, self._patience):
            self._loss = _read_timeout()
            return False
        else:
            await self._sleep(seconds)
        return True

    async def reset(self) -> None:
        self._loss = httpx.ReadError("connection reset by peer")

    async def cut(self) -> None:
        self._script.append(httpx.RemoteProtocolError("peer closed connection before the end of the body"))

    def response(self) -> httpx.Response:
        """Return what the client gets. Raises what it meets instead."""
        if self._loss is not None:
            raise self._loss
        status = 500 if self._status is None else self._status
        return httpx.Response(status, headers=self._headers, stream=self._stream())

    def _stream(self) -> httpx.ByteStream | _Played:
        if self._request.method == "HEAD":
            return httpx.ByteStream(b"")
        pieces = [step for step in self._script if isinstance(step, bytes)]
        if len(pieces) == len(self._script):
            return httpx.ByteStream(b"".join(pieces))
        return _Played(self._script, self._patience)


_Step = bytes | float | httpx.TransportError
"""Bytes of the body, seconds before the next ones, or the end of the connection."""


class _Played(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that comes as a script says."""

    def __init__(self, script: list[_Step], patience: float | None) -> None:
        self._script = script
        self._patience = patience

    def __iter__(self) -> Iterator[bytes]:
        for step in self._script:
            if isinstance(step, bytes):
                yield step
            else:
                time.sleep(self._pause(step))

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for step in self._script:
            if isinstance(step, bytes):
                yield step
            else:
                await asyncio.sleep(self._pause(step))

    def _pause(self, step: float | httpx.TransportError) -> float:
        if isinstance(step, httpx.TransportError):
            raise step
        if _outlasts(step, self._patience):
            raise _read_timeout()
        return step


async def _block(seconds: float) -> None:
    time.sleep(seconds)


def _outlasts(seconds: float, patience: float | None) -> bool:
    return patience is not None and seconds > patience


def _read_timeout() -> httpx.ReadTimeout:
    return httpx.ReadTimeout("the answer takes longer than the client waits")


def _run(coroutine: Coroutine[Any, Any, None]) -> None:
    try:
        coroutine.send(None)
    except StopIteration:
        return
    coroutine.close()
    raise RuntimeError("the application waited for something; only one that never waits can run in process")
