"""Runs tool calls: the dispatcher's steps, driven over one connection pool.

Importing this module loads all that a call needs (pydantic, httpx), so the toolkits do it at the first call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .dispatcher import Caller, Dispatcher, Run
from .drive import acall_host, adrive, call_host, drive
from .tool import Request
from .transport.http import AsyncSender, Sender

if TYPE_CHECKING:
    from .envelope import Envelope
    from .toolcall import ToolCall


class Engine:
    """Sync."""

    def __init__(self, dispatcher: Dispatcher, sender: Sender) -> None:
        self._dispatcher = dispatcher
        self._sender = sender

    def run(self, call: ToolCall, **options: Any) -> Envelope:
        """Run one tool call to its envelope. `options` are those of `Caller`."""
        run = Run(call, Caller(**options))
        send = self._sender.send

        def perform(wanted: Any) -> Any:
            return send(wanted, run.credentials) if type(wanted) is Request else call_host(wanted, run.caller)

        return drive(self._dispatcher.steps(run), perform)

    def close(self) -> None:
        """Close the connections."""
        self._sender.close()


class AsyncEngine:
    """`Engine`, awaiting."""

    def __init__(self, dispatcher: Dispatcher, sender: AsyncSender) -> None:
        self._dispatcher = dispatcher
        self._sender = sender

    async def run(self, call: ToolCall, **options: Any) -> Envelope:
        run = Run(call, Caller(**options))
        send = self._sender.send

        async def perform(wanted: Any) -> Any:
            return (
                await send(wanted, run.credentials) if type(wanted) is Request else await acall_host(wanted, run.caller)
            )

        return await adrive(self._dispatcher.steps(run), perform)

    async def close(self) -> None:
        await self._sender.close()
