"""Runs the calls of one reply: what asks the host in order and in its own thread, what waits for Segment together.

    prepare    parse, before_execute, validate, check, credentials, approve (with what is read for it): call after call,
               in the caller's thread or task
    execute    the requests, by `schedule`: at most `most` calls at a time, sync in threads, async in tasks
    finish     after_execute: call after call, in the caller's thread or task

So the host's functions never run at the same time, and no call runs before every approval was asked for.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ..tool import HostCall
from .schedule import FREE, Keys, Stage, keys_of, stages

if TYPE_CHECKING:
    from ..call.run import Run
    from ..envelope import Envelope

#: The host's function of the last phase.
_AFTER = "after_execute"

Perform = Callable[["Job", Any], Any]
APerform = Callable[["Job", Any], Awaitable[Any]]


class Job:
    """One call on its way: its flow stands at what it wants next, or has ended in an envelope."""

    def __init__(self, run: Run, flow: Generator[Any, Any, Envelope]) -> None:
        self.run = run
        self._flow = flow
        self.wanted: Any = None
        self.envelope: Envelope | None = None
        self._step(flow.send, None)

    def prepared(self) -> bool:
        """Whether nobody needs to be asked any more."""
        return self.run.ready or self.executed()

    def executed(self) -> bool:
        """Whether the tool has run, or never will: only `after_execute` may be left."""
        return self.finished() or (isinstance(self.wanted, HostCall) and self.wanted.what == _AFTER)

    def finished(self) -> bool:
        """Whether there is an envelope."""
        return self.envelope is not None

    @property
    def keys(self) -> Keys:
        """For the schedule. A call that has nothing left to execute is free."""
        if self.executed() or self.run.tool is None or self.run.arguments is None:
            return FREE
        return keys_of(self.run.tool, self.run.arguments)

    def advance(self, perform: Perform, until: Callable[[Job], bool]) -> None:
        """Perform what the flow wants, one thing after another, until `until` (`Job.prepared`, say) holds."""
        while not until(self):
            try:
                outcome = perform(self, self.wanted)
            except Exception as error:  # noqa: BLE001 - handed on to the flow, which decides
                self._step(self._flow.throw, error)
            else:
                self._step(self._flow.send, outcome)

    async def aadvance(self, perform: APerform, until: Callable[[Job], bool]) -> None:
        """`advance`, awaiting."""
        while not until(self):
            try:
                outcome = await perform(self, self.wanted)
            except Exception as error:  # noqa: BLE001 - handed on to the flow, which decides
                self._step(self._flow.throw, error)
            else:
                self._step(self._flow.send, outcome)

    def close(self) -> None:
        """Let go of a flow that will not be run to its end."""
        self._flow.close()

    def _step(self, go: Callable[[Any], Any], value: Any) -> None:
        try:
            self.wanted = go(value)
        except StopIteration as done:
            self.wanted, self.envelope = None, done.value


def run_all(jobs: Sequence[Job], perform: Perform, *, most: int) -> list[Envelope]:
    """The envelopes of all jobs, in their order."""
    try:
        for job in jobs:
            job.advance(perform, Job.prepared)
        for stage in stages([job.keys for job in jobs], most=most):
            _execute(stage, lambda position: jobs[position].advance(perform, Job.executed), most)
        for job in jobs:
            job.advance(perform, Job.finished)
        return [job.envelope for job in jobs if job.envelope is not None]
    finally:
        for job in jobs:
            job.close()


def _execute(stage: Stage, execute: Callable[[int], None], most: int) -> None:
    """Execute the lanes of a stage, each by one thread: the caller's, and as many others as help, `most` in all."""
    waiting = deque(stage)

    def work() -> None:
        while waiting:
            try:
                lane = waiting.popleft()
            except IndexError:  # another thread was faster
                return
            for position in lane:
                execute(position)

    if len(stage) == 1:
        work()  # a tool of the host's own may be in it, which runs in the caller's thread
        return
    from concurrent.futures import ThreadPoolExecutor

    helpers = min(len(stage), most) - 1
    with ThreadPoolExecutor(helpers, "segment-toolkit") as pool:
        helping = []
        with suppress(RuntimeError):  # no more threads to be had: fewer help
            for _ in range(helpers):
                helping.append(pool.submit(work))
        try:
            work()
        except BaseException:  # Ctrl+C: what was not begun is not begun any more
            waiting.clear()
            raise
        for helper in helping:
            helper.result()


async def arun_all(jobs: Sequence[Job], perform: APerform, *, most: int) -> list[Envelope]:
    """`run_all`, in tasks."""
    try:
        for job in jobs:
            await job.aadvance(perform, Job.prepared)
        for stage in stages([job.keys for job in jobs], most=most):
            await _aexecute(stage, lambda position: jobs[position].aadvance(perform, Job.executed), most)
        for job in jobs:
            await job.aadvance(perform, Job.finished)
        return [job.envelope for job in jobs if job.envelope is not None]
    finally:
        for job in jobs:
            job.close()


async def _aexecute(stage: Stage, execute: Callable[[int], Awaitable[None]], most: int) -> None:
    from asyncio import Semaphore, gather

    free = Semaphore(most)

    async def along(lane: list[int]) -> None:
        async with free:
            for position in lane:
                await execute(position)

    if len(stage) == 1:
        await along(stage[0])  # in the caller's task: a tool of the host's own may be in it
    else:
        await gather(*map(along, stage))
