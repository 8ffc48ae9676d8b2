"""How the tests talk to a server: with the official client, in both eras of the protocol, in memory or by process."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import mcp_types as types
from mcp import Client, StdioServerParameters

from segment_toolkit import AsyncSegmentToolkit
from segment_toolkit.mcp import Settings, ask_client, create_server
from segment_toolkit.sandbox import Sandbox
from tests.cli.cli_runner import clean_environment

#: auto speaks 2026-07-28 here, legacy 2025-11-25.
ERAS = ("auto", "legacy")
TRACK = {"userId": "u_42", "event": "Signed Up"}

Answer = Callable[[Any, types.ElicitRequestParams], Awaitable[types.ElicitResult]]


class Person:
    """Somebody at the client who answers every question in one way, and remembers the questions."""

    def __init__(self, action: str = "accept", content: dict[str, Any] | None = None) -> None:
        self.action = action
        self.content = content
        self.asked: list[str] = []

    async def __call__(self, _context: Any, params: Any) -> types.ElicitResult:
        self.asked.append(params.message)
        return types.ElicitResult(action=self.action, content=self.content)


def yes() -> Person:
    return Person("accept", {"confirm": True})


@contextlib.asynccontextmanager
async def connected(
    era: str, box: Sandbox | None = None, settings: Settings | None = None, person: Any = None, **options: Any
) -> AsyncIterator[Client]:
    """A client of a server on the sandbox, in this process."""
    async with AsyncSegmentToolkit.sandbox(box or Sandbox(), **{"approve": ask_client, **options}) as toolkit:
        server = create_server(toolkit, settings)
        async with Client(server, mode=era, elicitation_callback=person) as client:
            yield client


def run(work: Callable[[], Awaitable[Any]]) -> Any:
    """Run a test's async part and return what it returns, or raise what it raises without the client's wrapping."""
    try:
        return asyncio.run(work())
    except ExceptionGroup as group:
        error: Exception = group
        while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
            error = error.exceptions[0]
        raise error from None


def served_by(*words: str, environment: dict[str, str] | None = None) -> StdioServerParameters:
    """`segment-toolkit mcp` with these words, as a host starts it."""
    command = ["-m", "segment_toolkit.cli", "mcp", *words]
    return StdioServerParameters(command=sys.executable, args=command, env=clean_environment(environment))


@contextlib.contextmanager
def process(*command: str, environment: dict[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    """A Python process until the end of the block; its first line says that it is ready."""
    with subprocess.Popen(
        [sys.executable, *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=clean_environment(environment),
    ) as started:
        try:
            yield started
        finally:
            started.kill()
