"""What carries an answer to the client, and what can happen to it besides the answer.

The in-process transports bring a line of their own in the scope's state (they know the client's timeouts). On a
server the line is made from what ASGI gives, and from a way to reset the connection if the server offers one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

import httpx
from starlette.types import Receive, Scope, Send

LINE = "segment_toolkit.line"
"""Member of the scope's state: the Line to use."""
RESET = "segment_toolkit.reset"
"""Member of the scope's state: a function that resets the client's TCP connection at once."""


class Line(Protocol):
    """The connection to one client, as long as one request lasts."""

    async def wait(self, seconds: float) -> bool:
        """Let time pass; tell whether the client is still there afterwards."""
        ...

    async def reset(self) -> None:
        """Reset the connection. Nothing may have been sent yet."""
        ...

    async def cut(self) -> None:
        """End the connection behind what was sent so far. Nothing can be sent afterwards."""
        ...


def line_of(scope: Scope, receive: Receive, send: Send, *, hang_up: bool) -> Line:
    """Find the line of a request. Without one, `hang_up` says to break off and never to raise."""
    state = scope.get("state") or {}
    line: Line | None = state.get(LINE)
    return line or _ServerLine(receive, send, state.get(RESET), hang_up=hang_up)


async def announce_and_hang_up(send: Send) -> None:
    """Announce a body and never send it: the server closes the connection, and the client misses the answer."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})


class _ServerLine:
    """A line over any ASGI server."""

    def __init__(self, receive: Receive, send: Send, reset: Callable[[], None] | None, *, hang_up: bool) -> None:
        self._receive = receive
        self._send = send
        self._reset = reset
        self._hang_up = hang_up

    async def wait(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._disconnected()
        except TimeoutError:
            return True
        return False

    async def reset(self) -> None:
        if self._reset is not None:
            self._reset()
            # Returning earlier, the server would try to answer 500 on the dead connection.
            await self._disconnected()
        elif self._hang_up:
            await announce_and_hang_up(self._send)
        else:
            raise httpx.ReadError("connection reset by the sandbox")

    async def cut(self) -> None:
        # A server closes the connection of an answer that was left unfinished.
        if not self._hang_up:
            raise httpx.RemoteProtocolError("answer cut off by the sandbox")

    async def _disconnected(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            # A server that repeats the end of the body without waiting must not stop the clock.
            await asyncio.sleep(0)
