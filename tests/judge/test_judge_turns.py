"""Tasks take turns before they enter the pool of connections; whatever becomes of a task, its turn is given back."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from scripts.judging.matrix.place import Place, served_place
from segment_toolkit import AsyncSegmentToolkit, Envelope
from segment_toolkit.transport.connections import MOST
from segment_toolkit.transport.http import _turn


def track(toolkit: AsyncSegmentToolkit) -> asyncio.Task[Envelope]:
    return asyncio.create_task(toolkit.tools.execute("SEGMENT_TRACK", {"userId": "u", "event": "E"}))


async def arrived(place: Place, count: int) -> None:
    """Wait until so many requests are under way."""
    async with asyncio.timeout(20):
        while place.at_work < count:
            await asyncio.sleep(0.01)


def test_tasks_that_are_cancelled_in_flight_give_their_turns_back() -> None:
    async def run(place: Place) -> Envelope:
        async with AsyncSegmentToolkit(**place.options()) as toolkit:
            place.inject(kind="slow_answer", seconds=600, probability=1.0)
            tasks = [track(toolkit) for _ in range(MOST + 20)]
            await arrived(place, MOST)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            place.clear_faults()
            return await track(toolkit)

    with served_place() as place:
        envelope = asyncio.run(run(place))

    assert envelope.successful


def test_who_gets_no_turn_in_time_has_sent_nothing() -> None:
    with pytest.raises(httpx.PoolTimeout):
        asyncio.run(_turn(asyncio.Semaphore(0), 0.01))
