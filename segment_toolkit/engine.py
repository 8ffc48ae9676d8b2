"""Runs tool calls: the dispatcher's steps, driven with one connection pool. Everything heavy is imported here, late."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .dispatcher import Caller, Dispatcher, Run
    from .envelope import Envelope
    from .toolcall import ToolCall
    from .transport.http import AsyncSender, Sender


class Engine:
    """Sync. `dispatcher` and `sender` are made at the first call, so that listing tools loads neither."""

    def __init__(self, dispatcher: Callable[[], Dispatcher], sender: Callable[[], Sender]) -> None:
        self._make_dispatcher, self._make_sender = dispatcher, sender
        self._made: tuple[Dispatcher, Sender] | None = None
        self._lock = Lock()

    def run(self, call: ToolCall, caller: Caller) -> Envelope:
        """Run one tool call to its envelope."""
        from .dispatcher import Run
        from .drive import drive

        dispatcher, sender = self._made or self._make()
        run = Run(call, caller)
        return drive(dispatcher.steps(run), _performing(sender, run))

    def _make(self) -> tuple[Dispatcher, Sender]:
        with self._lock:
            if self._made is None:
                self._made = self._make_dispatcher(), self._make_sender()
            return self._made

    def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        made, self._made = self._made, None
        if made is not None:
            made[1].close()


def _performing(sender: Sender, run: Run) -> Callable[[Any], Any]:
    from .drive import call_host
    from .tool import Request

    def perform(wanted: Any) -> Any:
        return sender.send(wanted, run.credentials) if type(wanted) is Request else call_host(wanted)

    return perform


class AsyncEngine:
    """`Engine`, awaiting."""

    def __init__(self, dispatcher: Callable[[], Dispatcher], sender: Callable[[], AsyncSender]) -> None:
        self._make_dispatcher, self._make_sender = dispatcher, sender
        self._made: tuple[Dispatcher, AsyncSender] | None = None

    async def run(self, call: ToolCall, caller: Caller) -> Envelope:
        from .dispatcher import Run
        from .drive import acall_host, adrive
        from .tool import Request

        if self._made is None:
            self._made = self._make_dispatcher(), self._make_sender()
        dispatcher, sender = self._made
        run = Run(call, caller)

        async def perform(wanted: Any) -> Any:
            return await sender.send(wanted, run.credentials) if type(wanted) is Request else await acall_host(wanted)

        return await adrive(dispatcher.steps(run), perform)

    async def close(self) -> None:
        made, self._made = self._made, None
        if made is not None:
            await made[1].close()
