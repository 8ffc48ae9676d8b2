"""stdin and stdout as the streams of an MCP server, read and written by the event loop itself.

The SDK's own stdio transport does each read and each write in a thread and hands every message from task to task,
which costs more than a tool call does. Pipes and sockets, which is what hosts give, need neither
(`benchmarks/mcp_stdio.py`); anything else is left to the SDK, and so is Windows, whose event loop cannot wait for a
pipe.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import stat
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import anyio
import mcp_types as types
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage

_CHUNK = 1 << 16


@asynccontextmanager
async def stdio() -> AsyncIterator[tuple[Any, Any]]:
    """The read and the write stream of the client at stdin and stdout."""
    if not (_can_be_waited_for(0) and _can_be_waited_for(1)):
        async with stdio_server() as streams:
            yield streams
        return
    with (
        _ended_by_sigterm(),
        _diverted(0, os.open(os.devnull, os.O_RDONLY)) as incoming,
        _diverted(1, os.dup(2)) as outgoing,
    ):
        yield Incoming(incoming), Outgoing(outgoing)


class _Stream:
    """One end of the connection, over a file descriptor that does not block. Closing it leaves the descriptor open."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._closed = False

    async def aclose(self) -> None:
        self._closed = True

    async def __aenter__(self) -> Any:
        return self

    async def __aexit__(self, *_raised: object) -> None:
        await self.aclose()

    def _check_open(self) -> None:
        if self._closed:
            raise anyio.ClosedResourceError


class Incoming(_Stream):
    """The messages that come in, one a line: the SDK's ReadStream. A line that holds none comes as the exception."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor)
        self._rest = bytearray()
        self._searched = 0

    def __aiter__(self) -> Incoming:
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        try:
            return await self.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None

    async def receive(self) -> SessionMessage | Exception:
        """The next message. Raises EndOfStream and ClosedResourceError, as anyio's streams do."""
        line = await self._line()
        try:
            return _message(line)
        except Exception as error:  # noqa: BLE001 - the SDK's transport hands on whatever its parser raises
            return _without_halves(line) or error

    async def _line(self) -> str:
        while (end := self._rest.find(b"\n", self._searched)) < 0:
            self._searched = len(self._rest)
            chunk = await self._read()
            if not chunk:
                if not self._rest:
                    raise anyio.EndOfStream
                end = len(self._rest)
                break
            self._rest += chunk
        line = bytes(self._rest[: end + 1])
        del self._rest[: end + 1]
        self._searched = 0
        return line.decode("utf-8", "replace")

    async def _read(self) -> bytes:
        while True:
            self._check_open()
            try:
                return os.read(self._descriptor, _CHUNK)
            except BlockingIOError:
                await anyio.wait_readable(self._descriptor)
            except OSError:  # a socket whose other end went without reading all: an end like any other
                return b""


def _message(line: str) -> SessionMessage:
    return SessionMessage(types.jsonrpc_message_adapter.validate_json(line, by_name=False))


def _without_halves(line: str) -> SessionMessage | None:
    """The message with U+FFFD for each half of a character (an emoji that a model broke off); None if that is not it.

    Hosts write them, as JSON's "\\ud83d". The SDK's parser takes that for no JSON, and nobody would answer the call.
    """
    try:
        text = json.dumps(json.loads(line), ensure_ascii=False)
        return _message(text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))
    except (ValueError, RecursionError):
        return None


class Outgoing(_Stream):
    """The messages that go out, one a line: the SDK's WriteStream.

    What a cancelled `send` leaves of a line goes out before the next one: no line is torn.
    """

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor)
        self._rest = bytearray()
        self._waiting = anyio.Lock(fast_acquire=True)  # two tasks may not wait for one descriptor

    async def send(self, item: SessionMessage) -> None:
        """Write a message, waiting while the reader is slow. Raises ClosedResourceError and BrokenResourceError."""
        self._check_open()
        self._rest += item.message.model_dump_json(by_alias=True, exclude_unset=True).encode() + b"\n"
        self._push()
        if self._rest:
            async with self._waiting:
                while self._rest:
                    await anyio.wait_writable(self._descriptor)
                    self._push()

    def _push(self) -> None:
        """Write what the descriptor takes now."""
        try:
            while self._rest:
                del self._rest[: os.write(self._descriptor, self._rest)]
        except BlockingIOError:
            pass
        except OSError:
            self._rest.clear()
            raise anyio.BrokenResourceError from None


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Let SIGTERM, by which hosts end servers, cancel the calls under way: so they end on record.

    Where the signal cannot be taken, it ends the process as it always does.
    """
    loop, task, came = asyncio.get_running_loop(), asyncio.current_task(), list[int]()

    def end() -> None:
        came.append(signal.SIGTERM)
        if task is not None:
            task.cancel()

    try:
        loop.add_signal_handler(signal.SIGTERM, end)
    except (NotImplementedError, RuntimeError, ValueError):  # not the main thread, or another kind of loop
        yield
        return
    try:
        yield
    except asyncio.CancelledError:
        if came:
            raise SystemExit(128 + signal.SIGTERM) from None
        raise
    finally:
        loop.remove_signal_handler(signal.SIGTERM)


def _can_be_waited_for(descriptor: int) -> bool:
    if sys.platform == "win32":
        return False
    try:
        mode = os.fstat(descriptor).st_mode
    except OSError:  # closed
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


@contextmanager
def _diverted(descriptor: int, elsewhere: int) -> Iterator[int]:
    """A private copy of the descriptor that does not block, while the public one leads elsewhere.

    So nothing that a tool or a library prints, and no child process, gets between the protocol's lines.
    """
    own = os.dup(descriptor)
    was_blocking = os.get_blocking(own)
    try:
        os.dup2(elsewhere, descriptor)
        os.close(elsewhere)
        os.set_blocking(own, False)
        yield own
    finally:
        os.set_blocking(own, was_blocking)
        os.dup2(own, descriptor)
        os.close(own)
