"""Runs tool calls: the dispatcher's steps, driven over one connection pool.

Importing this module loads all that a call needs (pydantic, httpx), so the toolkits do it at the first call.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from ..observe.watch import awithin, within
from ..reliability.options import Reliability
from ..reliability.persistence import Exchange, Persistence, Renew
from ..replies.parallel import Job, arun_all, run_all
from ..tool import HostCall, Request
from ..transport.http import AsyncSender, Sender
from .dispatcher import Dispatcher, Reading
from .drive import acall_host, adrive, areport, call_host, drive, report
from .run import Caller, Run
from .toolcall import ToolCall

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..envelope import Envelope
    from ..errors import ToolkitError
    from ..reliability.persistence import Step
    from ..settings import Settings

T = TypeVar("T")
_NO_CALL = ToolCall("", None)


class _Refusing:
    """What both colours do alike: it needs nothing from outside."""

    _dispatcher: Dispatcher

    def refuse(self, call: ToolCall, error: ToolkitError, **options: Any) -> Envelope:
        """The envelope of a call that is not run, because of `error`."""
        return self._dispatcher.refused(Run(call, Caller(**options)), error)


class Engine(_Refusing):
    """Sync. `process` is whose connections and locks it holds: a forked child must make its own engine."""

    def __init__(self, dispatcher: Dispatcher, sender: Sender, settings: Settings, renew: Renew) -> None:
        self.process = os.getpid()
        self._dispatcher = dispatcher
        self._sender = sender
        self._persistence = _persistence(sender, settings, renew)
        self._sleep = self._persistence.clock.sleep
        self._concurrency = max(1, int(settings.concurrency))

    def run(self, call: ToolCall, **options: Any) -> Envelope:
        """Run one tool call to its envelope. `options` are those of `Caller`."""
        run = Run(call, Caller(**options))
        return drive(self._dispatcher.steps(run), lambda wanted: within(run, wanted, self._perform))

    def run_all(self, calls: Sequence[ToolCall], **options: Any) -> list[Envelope]:
        """Run the calls of one reply, together where that changes nothing. An envelope for each, in order."""
        if len(calls) < 2:
            return [self.run(call, **options) for call in calls]
        jobs = _jobs(self._dispatcher, calls, options)
        return run_all(jobs, lambda job, wanted: within(job.run, wanted, self._perform), most=self._concurrency)

    def read(self, flow: Reading[T], **options: Any) -> T:
        """Read something of a caller's workspace, outside of any tool call: for `toolkit.doctor()`, say.

        Raises ToolkitError.
        """
        run = Run(_NO_CALL, Caller(**options))
        return drive(self._dispatcher.reading(run, flow), lambda wanted: self._perform(run, wanted))

    def _perform(self, run: Run, wanted: Any) -> Any:
        """What a call's flow wants done outside: a request sent, or a function of the host's called."""
        if type(wanted) is not Request:
            return call_host(wanted, run.caller)
        response = drive(self._persistence.steps(run, wanted), lambda step: self._step(run, step))
        run.learn(response)
        if wanted.progress is not None and run.caller.on_progress is not None:
            report(run.caller.on_progress, wanted.progress)
        return response

    def _step(self, run: Run, step: Step) -> Any:
        """What one request wants done: an exchange, a wait, or a function of the host's called."""
        if isinstance(step, Exchange):
            return self._sender.exchange(step.wire, step.phases)
        return call_host(step, run.caller) if isinstance(step, HostCall) else self._sleep(step)

    def close(self) -> None:
        """Close the connections."""
        self._sender.close()


class AsyncEngine(_Refusing):
    """`Engine`, awaiting."""

    def __init__(self, dispatcher: Dispatcher, sender: AsyncSender, settings: Settings, renew: Renew) -> None:
        self.process = os.getpid()
        self._dispatcher = dispatcher
        self._sender = sender
        self._persistence = _persistence(sender, settings, renew)
        self._sleep = self._persistence.clock.asleep
        self._concurrency = max(1, int(settings.concurrency))

    async def run(self, call: ToolCall, **options: Any) -> Envelope:
        run = Run(call, Caller(**options))
        return await adrive(self._dispatcher.steps(run), lambda wanted: awithin(run, wanted, self._perform))

    async def run_all(self, calls: Sequence[ToolCall], **options: Any) -> list[Envelope]:
        if len(calls) < 2:
            return [await self.run(call, **options) for call in calls]
        jobs = _jobs(self._dispatcher, calls, options)
        return await arun_all(jobs, lambda job, wanted: awithin(job.run, wanted, self._perform), most=self._concurrency)

    async def read(self, flow: Reading[T], **options: Any) -> T:
        run = Run(_NO_CALL, Caller(**options))
        return await adrive(self._dispatcher.reading(run, flow), lambda wanted: self._perform(run, wanted))

    async def _perform(self, run: Run, wanted: Any) -> Any:
        if type(wanted) is not Request:
            return await acall_host(wanted, run.caller)
        response = await adrive(self._persistence.steps(run, wanted), lambda step: self._step(run, step))
        run.learn(response)
        if wanted.progress is not None and run.caller.on_progress is not None:
            await areport(run.caller.on_progress, wanted.progress)
        return response

    async def _step(self, run: Run, step: Step) -> Any:
        if isinstance(step, Exchange):
            return await self._sender.exchange(step.wire, step.phases)
        return await (acall_host(step, run.caller) if isinstance(step, HostCall) else self._sleep(step))

    async def close(self) -> None:
        await self._sender.close()


def _persistence(sender: Sender | AsyncSender, settings: Settings, renew: Renew) -> Persistence:
    options = settings.reliability or Reliability()
    return Persistence(options, settings.timeout, prepare=sender.prepare, renew=renew)


def _jobs(dispatcher: Dispatcher, calls: Sequence[ToolCall], options: dict[str, Any]) -> list[Job]:
    """A job for each call. Progress is not told of: the host's functions would be called from several threads."""
    caller = replace(Caller(**options), on_progress=None)
    runs = [Run(call, caller) for call in calls]
    return [Job(run, dispatcher.steps(run)) for run in runs]
