"""Runs tool calls: the dispatcher's steps, driven over one connection pool.

Importing this module loads all that a call needs (pydantic, httpx), so the toolkits do it at the first call.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .dispatcher import Caller, Dispatcher, Run
from .drive import acall_host, adrive, areport, call_host, drive, report
from .parallel import Job, arun_all, run_all
from .tool import Request
from .transport.http import AsyncSender, Sender

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .envelope import Envelope
    from .settings import Settings
    from .toolcall import ToolCall


class Engine:
    """Sync."""

    def __init__(self, dispatcher: Dispatcher, sender: Sender, settings: Settings) -> None:
        self._dispatcher = dispatcher
        self._sender = sender
        self._concurrency = max(1, int(settings.concurrency))

    def run(self, call: ToolCall, **options: Any) -> Envelope:
        """Run one tool call to its envelope. `options` are those of `Caller`."""
        run = Run(call, Caller(**options))
        return drive(self._dispatcher.steps(run), lambda wanted: self._perform(run, wanted))

    def run_all(self, calls: Sequence[ToolCall], **options: Any) -> list[Envelope]:
        """Run the calls of one reply, together where that changes nothing. An envelope for each, in order."""
        if len(calls) < 2:
            return [self.run(call, **options) for call in calls]
        jobs = _jobs(self._dispatcher, calls, options)
        return run_all(jobs, lambda job, wanted: self._perform(job.run, wanted), most=self._concurrency)

    def _perform(self, run: Run, wanted: Any) -> Any:
        """What a call's flow wants done outside: a request sent, or a function of the host's called."""
        if type(wanted) is not Request:
            return call_host(wanted, run.caller)
        response = self._sender.send(wanted, run.credentials)
        if wanted.progress is not None and run.caller.on_progress is not None:
            report(run.caller.on_progress, wanted.progress)
        return response

    def close(self) -> None:
        """Close the connections."""
        self._sender.close()


class AsyncEngine:
    """`Engine`, awaiting."""

    def __init__(self, dispatcher: Dispatcher, sender: AsyncSender, settings: Settings) -> None:
        self._dispatcher = dispatcher
        self._sender = sender
        self._concurrency = max(1, int(settings.concurrency))

    async def run(self, call: ToolCall, **options: Any) -> Envelope:
        run = Run(call, Caller(**options))
        return await adrive(self._dispatcher.steps(run), lambda wanted: self._perform(run, wanted))

    async def run_all(self, calls: Sequence[ToolCall], **options: Any) -> list[Envelope]:
        if len(calls) < 2:
            return [await self.run(call, **options) for call in calls]
        jobs = _jobs(self._dispatcher, calls, options)
        return await arun_all(jobs, lambda job, wanted: self._perform(job.run, wanted), most=self._concurrency)

    async def _perform(self, run: Run, wanted: Any) -> Any:
        if type(wanted) is not Request:
            return await acall_host(wanted, run.caller)
        response = await self._sender.send(wanted, run.credentials)
        if wanted.progress is not None and run.caller.on_progress is not None:
            await areport(run.caller.on_progress, wanted.progress)
        return response

    async def close(self) -> None:
        await self._sender.close()


def _jobs(dispatcher: Dispatcher, calls: Sequence[ToolCall], options: dict[str, Any]) -> list[Job]:
    """A job for each call. Progress is not told of: the host's functions would be called from several threads."""
    caller = replace(Caller(**options), on_progress=None)
    runs = [Run(call, caller) for call in calls]
    return [Job(run, dispatcher.steps(run)) for run in runs]
