"""Frameworks run the calls of a reply at once; one person's events keep their order, and others do not wait."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit, before_execute
from segment_toolkit.definitions.definition import ToolDefinition
from segment_toolkit.providers import AgenticProvider, Runner
from segment_toolkit.sandbox import Sandbox

IDENTIFY = ("SEGMENT_IDENTIFY", {"userId": "u"})
TRACK = ("SEGMENT_TRACK", {"user_id": "u", "event": "E"})
SOME_ONE_ELSE = ("SEGMENT_TRACK", {"userId": "v", "event": "E"})
ALIAS = ("SEGMENT_ALIAS", {"previousId": "v", "userId": "u"})
BATCH = ("SEGMENT_BATCH", {"batch": '[{"type": "track", "userId": "u", "event": "E"}]'})
READ = ("SEGMENT_GET_DESTINATION", {"destinationId": "u"})

Call = tuple[str, Any]


class Bare(AgenticProvider):
    """Hands over the runner itself."""

    name = "bare"

    def wrap_tool(self, tool: ToolDefinition, runner: Runner) -> Runner:
        del tool
        return runner


async def began(toolkit: Any, calls: list[Call], *, hold: int = 0) -> tuple[list[str], list[str]]:
    """The tools of the calls that ran while one of them was held, and of all in the order they began in."""
    begun: list[str] = []
    held = asyncio.Event()

    @before_execute
    async def note(tool: str, toolkit: str, params: Any) -> Any:
        begun.append(tool)
        if len(begun) == hold + 1:
            await held.wait()
        return params

    runner = (await toolkit.tools.get(modifiers=[note]))[0]
    tasks = [asyncio.create_task(runner.arun(slug, arguments)) for slug, arguments in calls]
    for _ in range(50):
        await asyncio.sleep(0)
    meanwhile = list(begun)
    held.set()
    envelopes = await asyncio.gather(*tasks)
    assert len(envelopes) == len(calls)
    return meanwhile, begun


def running(box: Sandbox, calls: list[Call]) -> tuple[list[str], list[str]]:
    async def run() -> tuple[list[str], list[str]]:
        async with AsyncSegmentToolkit.sandbox(box, provider=Bare()) as toolkit:
            return await began(toolkit, calls)

    return asyncio.run(run())


@pytest.mark.parametrize("second", [TRACK, ALIAS, BATCH], ids=lambda call: call[0])
def test_a_persons_events_wait_for_each_other(box: Sandbox, second: Call) -> None:
    meanwhile, begun = running(box, [IDENTIFY, second])

    assert meanwhile == ["SEGMENT_IDENTIFY"]
    assert begun == ["SEGMENT_IDENTIFY", second[0]]


@pytest.mark.parametrize("second", [SOME_ONE_ELSE, READ], ids=["of another", "a read"])
def test_what_is_of_another_does_not_wait(box: Sandbox, second: Call) -> None:
    meanwhile, _ = running(box, [IDENTIFY, second])

    assert meanwhile == ["SEGMENT_IDENTIFY", second[0]]


def test_an_alias_joins_two_people(box: Sandbox) -> None:
    meanwhile, begun = running(box, [IDENTIFY, ALIAS, SOME_ONE_ELSE])

    assert meanwhile == ["SEGMENT_IDENTIFY"]
    assert begun == ["SEGMENT_IDENTIFY", "SEGMENT_ALIAS", "SEGMENT_TRACK"]


@pytest.mark.parametrize("arguments", [None, "{", [], 5, {"batch": "["}, {"userId": ["u"]}], ids=repr)
def test_a_call_without_a_readable_id_waits_for_nothing_and_is_answered(box: Sandbox, arguments: Any) -> None:
    meanwhile, _ = running(box, [IDENTIFY, ("SEGMENT_BATCH", arguments), ("SEGMENT_NOPE", {"userId": "u"})])

    assert meanwhile[0] == "SEGMENT_IDENTIFY"


def test_a_cancelled_call_lets_the_next_one_go(box: Sandbox) -> None:
    async def run() -> bool:
        async with AsyncSegmentToolkit.sandbox(box, provider=Bare()) as toolkit:
            never = asyncio.Event()

            @before_execute(tools=["SEGMENT_IDENTIFY"])
            async def hang(tool: str, toolkit: str, params: Any) -> Any:
                await never.wait()

            runner = (await toolkit.tools.get(modifiers=[hang]))[0]
            first, second, third = (asyncio.create_task(runner.arun(*call)) for call in (IDENTIFY, TRACK, TRACK))
            await asyncio.sleep(0.01)
            second.cancel()  # while it waits for the first
            await asyncio.sleep(0)
            first.cancel()
            return bool((await asyncio.wait_for(third, 10)).successful)

    assert asyncio.run(run())


def in_threads(runner: Runner, calls: list[Call]) -> list[Any]:
    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(lambda call: runner.run(*call), calls))


def in_tasks(runner: Runner, calls: list[Call]) -> list[Any]:
    async def run() -> list[Any]:
        return list(await asyncio.gather(*(runner.arun(*call) for call in calls)))

    return asyncio.run(run())


@pytest.mark.parametrize("way", [in_threads, in_tasks], ids=["threads", "tasks"])
def test_on_a_sync_toolkit_no_two_events_of_a_person_run_at_once(
    box: Sandbox, way: Callable[[Runner, list[Call]], list[Any]]
) -> None:
    running_now: list[str] = []
    most: list[int] = []
    lock = threading.Lock()

    @before_execute
    def note(tool: str, toolkit: str, params: Any) -> Any:
        with lock:
            running_now.append(tool)
            most.append(len(running_now))
        threading.Event().wait(0.002)
        with lock:
            running_now.remove(tool)
        return params

    runner = SegmentToolkit.sandbox(box, provider=Bare()).tools.get(modifiers=[note])[0]

    envelopes = way(runner, [("SEGMENT_TRACK", {"userId": "u", "event": f"E{n}"}) for n in range(12)])

    assert [envelope.successful for envelope in envelopes] == [True] * 12
    assert max(most) == 1
    assert way is in_threads or [event["event"] for event in box.events] == [f"E{n}" for n in range(12)]
