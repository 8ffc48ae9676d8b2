"""Runs tool calls: the dispatcher's steps, driven over one connection pool.

Importing this module loads all that a call needs (pydantic, httpx), so the toolkits do it at the first call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .dispatcher import Caller, Dispatcher, Run
from .drive import acall_host, adrive, areport, call_host, drive, report
from .parallel import Job, arun_all, run_all
from .tool import Request
from .transport.http import AsyncSender, Sender

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .envelope import Envelope
    from .toolcall import ToolCall


class Engine:
    """Sync."""

    def __init__(self, dispatcher: Dispatcher, sender: Sender, concurrency: int = 1) -> None:
        """`concurrency` is how many calls of one reply may wait for Segment at a time."""
        self._dispatcher = dispatcher
        self._sender = sender
        self._concurrency = concurrency

    def run(self, call: ToolCall, **options: Any) -> Envelope:
        """Run one tool call to its envelope. `options` are those of `Caller`."""
        run = Run(call, Caller(**options))
        send = self._sender.send

        def perform(wanted: Any) -> Any:
            if type(wanted) is not Request:
                return call_host(wanted, run.caller)
            response = send(wanted, run.credentials)
            if wanted.progress is not None and run.caller.on_progress is not None:
                report(run.caller.on_progress, wanted.progress)
            return response

        return drive(self._dispatcher.steps(run), perform)

    def run_all(self, calls: Sequence[ToolCall], **options: Any) -> list[Envelope]:
        """Run the calls of one reply, together where that changes nothing. An envelope for each, in order."""
        if len(calls) < 2:
            return [self.run(call, **options) for call in calls]
        runs = [Run(call, Caller(**options)) for call in calls]
        jobs = [Job(run, self._dispatcher.steps(run)) for run in runs]
        send = self._sender.send

        def perform(job: Job, wanted: Any) -> Any:
            run = job.run
            return send(wanted, run.credentials) if type(wanted) is Request else call_host(wanted, run.caller)

        return run_all(jobs, perform, most=self._concurrency)

    def close(self) -> None:
        """Close the connections."""
        self._sender.close()


class AsyncEngine:
    """`Engine`, awaiting."""

    def __init__(self, dispatcher: Dispatcher, sender: AsyncSender, concurrency: int = 1) -> None:
        self._dispatcher = dispatcher
        self._sender = sender
        self._concurrency = concurrency

    async def run(self, call: ToolCall, **options: Any) -> Envelope:
        run = Run(call, Caller(**options))
        send = self._sender.send

        async def perform(wanted: Any) -> Any:
            if type(wanted) is not Request:
                return await acall_host(wanted, run.caller)
            response = await send(wanted, run.credentials)
            if wanted.progress is not None and run.caller.on_progress is not None:
                await areport(run.caller.on_progress, wanted.progress)
            return response

        return await adrive(self._dispatcher.steps(run), perform)

    async def run_all(self, calls: Sequence[ToolCall], **options: Any) -> list[Envelope]:
        if len(calls) < 2:
            return [await self.run(call, **options) for call in calls]
        runs = [Run(call, Caller(**options)) for call in calls]
        jobs = [Job(run, self._dispatcher.steps(run)) for run in runs]
        send = self._sender.send

        async def perform(job: Job, wanted: Any) -> Any:
            run = job.run
            if type(wanted) is Request:
                return await send(wanted, run.credentials)
            return await acall_host(wanted, run.caller)

        return await arun_all(jobs, perform, most=self._concurrency)

    async def close(self) -> None:
        await self._sender.close()
