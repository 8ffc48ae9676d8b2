"""stdin and stdout for the SDK's stdio transport, read and written by the event loop itself.

The SDK does each read and each write in a thread of its own, which costs more than a tool call does. Pipes and
sockets, which is what hosts give, need no threads (`benchmarks/mcp_stdio.py`); anything else is left to the SDK, and
so is Windows, whose event loop cannot wait for a pipe.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import anyio
from mcp.server.stdio import stdio_server

_CHUNK = 1 << 16


@asynccontextmanager
async def stdio() -> AsyncIterator[tuple[Any, Any]]:
    """The read and the write stream of the client at stdin and stdout."""
    if not (_can_be_waited_for(0) and _can_be_waited_for(1)):
        async with stdio_server() as streams:
            yield streams
        return
    with _diverted(0, os.open(os.devnull, os.O_RDONLY)) as incoming, _diverted(1, os.dup(2)) as outgoing:
        reader: Any = Lines(incoming)  # the SDK asks for an anyio.AsyncFile and uses this much of it
        writer: Any = Writer(outgoing)
        async with stdio_server(reader, writer) as streams:
            yield streams


class Lines:
    """The lines of a file descriptor that does not block, as text."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._rest = bytearray()
        self._searched = 0

    def __aiter__(self) -> Lines:
        return self

    async def __anext__(self) -> str:
        while (end := self._rest.find(b"\n", self._searched)) < 0:
            self._searched = len(self._rest)
            chunk = await self._read()
            if not chunk:
                if not self._rest:
                    raise StopAsyncIteration
                end = len(self._rest)
                break
            self._rest += chunk
        line = bytes(self._rest[: end + 1])
        del self._rest[: end + 1]
        self._searched = 0
        return line.decode("utf-8", "replace")

    async def _read(self) -> bytes:
        while True:
            try:
                return os.read(self._descriptor, _CHUNK)
            except BlockingIOError:
                await anyio.wait_readable(self._descriptor)


class Writer:
    """Writes text whole, waiting while the reader is slow."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    async def write(self, text: str) -> None:
        rest = memoryview(text.encode("utf-8", "replace"))
        while rest:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except BlockingIOError:
                await anyio.wait_writable(self._descriptor)

    async def flush(self) -> None:
        """Nothing is held back."""


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
