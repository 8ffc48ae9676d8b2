"""What an agent framework's tool object runs: one caller's tools, by slug, sync and async.

A framework calls its tools by itself, so each tool object holds a `Runner`: the toolkit's dispatcher together with the
user and the modifiers that `tools.get(user_id=..., modifiers=...)` was given.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib import import_module
from threading import Event
from typing import TYPE_CHECKING, Any

from ..call.toolcall import ToolCall

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from types import ModuleType

    from ..envelope import Envelope
    from ..replies.turns import Order, Turn

DISTRIBUTION = "segment-agent-toolkit"


class Runner:
    """Runs tools for one caller. Both toolkits have `run` and `arun`, so a framework may use whichever it likes.

    Whatever the model or Segment does is an envelope. `run` and `arun` take the arguments as an object or as JSON text.
    Calls that name the same person run in the order they were made in, however many a framework runs at once.
    `approved` says that the framework had the host's user approve this very call: no word of the model's may set it.
    """

    def __init__(self, run: Callable[..., Envelope], order: Order) -> None:
        self._run = run
        self._order = order

    def run(self, slug: str, arguments: Any, *, tool_call_id: str | None = None, approved: bool = False) -> Envelope:
        """Run one tool to its envelope."""
        return self._in_turn(self._order.enter(slug, arguments), ToolCall(slug, arguments, tool_call_id), approved)

    async def arun(
        self, slug: str, arguments: Any, *, tool_call_id: str | None = None, approved: bool = False
    ) -> Envelope:
        """`run`, in a worker thread."""
        from asyncio import to_thread

        turn = self._order.enter(slug, arguments)
        started = Event()
        try:
            return await to_thread(self._in_turn, turn, ToolCall(slug, arguments, tool_call_id), approved, started)
        finally:
            if not started.is_set():  # cancelled before a thread was free
                turn.end()

    def _in_turn(self, turn: Turn, call: ToolCall, approved: bool, started: Event | None = None) -> Envelope:
        """Run a call when its turn comes; the turn ends here, as a cancelled task does not stop its thread."""
        if started is not None:
            started.set()
        try:
            turn.wait()
            return self._run(call, approved=approved)
        finally:
            turn.end()

    @staticmethod
    def failed(envelope: Envelope) -> bool:
        """Whether the framework must be told that the call failed."""
        return not envelope.successful


class AsyncRunner(Runner):
    """`Runner` of an async toolkit: `arun` awaits, and `run` is for threads of the framework's.

    A framework that calls a tool from a thread beside the event loop gets it run in that loop, where the connections
    and the host's async functions belong. Without a running loop one is made for the call.
    """

    def __init__(
        self,
        run: Callable[..., Awaitable[Envelope]],
        close: Callable[[], Awaitable[None]],
        home: AbstractEventLoop,
        order: Order,
    ) -> None:
        self._arun = run
        self._order = order
        self._close = close
        self._home = home

    def run(self, slug: str, arguments: Any, *, tool_call_id: str | None = None, approved: bool = False) -> Envelope:
        """Run one tool, waiting for it. Raises TypeError inside an event loop, which would wait for itself."""
        import asyncio

        try:
            asyncio.get_running_loop()
        except RuntimeError:
            pass
        else:
            raise TypeError(f"{slug} is called without await in an event loop: await it, or use SegmentToolkit")
        if self._home.is_running():
            waiting = self.arun(slug, arguments, tool_call_id=tool_call_id, approved=approved)
            return asyncio.run_coroutine_threadsafe(waiting, self._home).result()
        return asyncio.run(self._alone(slug, arguments, tool_call_id, approved))

    async def arun(
        self, slug: str, arguments: Any, *, tool_call_id: str | None = None, approved: bool = False
    ) -> Envelope:
        """Run one tool to its envelope."""
        turn = self._order.enter(slug, arguments)
        try:
            await turn.await_()
            return await self._arun(ToolCall(slug, arguments, tool_call_id), approved=approved)
        finally:
            turn.end()

    async def _alone(self, slug: str, arguments: Any, tool_call_id: str | None, approved: bool) -> Envelope:
        """In an event loop of this call's own, whose connections end with it."""
        try:
            return await self.arun(slug, arguments, tool_call_id=tool_call_id, approved=approved)
        finally:
            await self._close()


def sdk(module: str, *, extra: str) -> ModuleType:
    """A module of a framework, imported now. Raises ImportError, one line that names the extra, if it is missing."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise ImportError(
            f"{module} cannot be imported (no module named {error.name!r}): pip install '{DISTRIBUTION}[{extra}]'",
            name=error.name,
        ) from None
