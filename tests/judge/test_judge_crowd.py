"""One toolkit, very many callers at once, with faults: each gets the answer to its own call, and no event is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from scripts.judging.crowd import Asked, events, failed_by_weather, reads
from scripts.judging.hurry import hurried
from scripts.judging.matrix.place import Place, served_place
from scripts.judging.soak.ledger import Ledger
from scripts.judging.soak.traffic import Call, calls
from scripts.judging.soak.weather import brew
from segment_toolkit import AsyncSegmentToolkit, Envelope, SegmentToolkit
from segment_toolkit.sandbox import Sandbox
from tests.replies import completion

THREADS = 64
TASKS = 1_000


@pytest.fixture
def stormy(box: Sandbox) -> Sandbox:
    """A local Segment of which every fifth answer or so is disturbed."""
    brew(box, 3)
    for kind in ("server_error", "reset_before", "rate_limited"):
        box.inject(kind=kind, probability=0.05, seed=9, path="/sources")
        box.inject(kind=kind, probability=0.05, seed=10, path="/destinations")
    return box


def astray(asked: Sequence[Asked], envelopes: Sequence[Envelope]) -> list[str]:
    """The calls that got an envelope of another one."""
    pairs = zip(asked, envelopes, strict=True)
    return [call.slug for call, envelope in pairs if not (failed_by_weather(envelope) or call.belongs(envelope))]


def in_threads(toolkit: SegmentToolkit, asked: Sequence[Any]) -> list[Envelope]:
    """Every thread starts at the same moment, and takes every 64th call."""
    together = Barrier(THREADS)

    def run(first: int) -> list[Envelope]:
        together.wait()
        return [toolkit.tools.execute(c.slug, c.arguments, user_id="judge") for c in asked[first::THREADS]]

    with ThreadPoolExecutor(THREADS) as pool:
        by_thread = list(pool.map(run, range(THREADS)))
    return [by_thread[n % THREADS][n // THREADS] for n in range(len(asked))]


async def in_tasks(toolkit: AsyncSegmentToolkit, asked: Sequence[Any]) -> list[Envelope]:
    async with toolkit:
        return list(await asyncio.gather(*(toolkit.tools.execute(c.slug, c.arguments, user_id="judge") for c in asked)))


def patient(place: Place) -> dict[str, Any]:
    """A busy machine may take its time, and a row of faults is no dead host: what is judged is what gets mixed up."""
    return place.options() | {"timeout": 300.0, "reliability": hurried()._replace(total=300.0, dead_after=0)}


def lost(box: Sandbox, made: Sequence[Call], envelopes: Sequence[Envelope]) -> list[str]:
    ledger = Ledger()
    ledger.reconcile(box, list(zip(made, envelopes, strict=True)))
    return ledger.broken


def mixed(box: Sandbox, count: int) -> list[Asked]:
    pairs = zip(reads(box, count // 2, 1), events(count // 2, 2), strict=True)
    return [call for pair in pairs for call in pair]


def test_of_64_threads_each_gets_its_own_answer(stormy: Sandbox) -> None:
    asked = mixed(stormy, 2_048)
    toolkit = SegmentToolkit.sandbox(stormy, reliability=hurried())

    envelopes = in_threads(toolkit, asked)

    assert astray(asked, envelopes) == []
    assert sum(envelope.successful for envelope in envelopes) > 1_000


def test_of_1000_tasks_each_gets_its_own_answer(stormy: Sandbox) -> None:
    asked = mixed(stormy, TASKS)
    toolkit = AsyncSegmentToolkit.sandbox(stormy, reliability=hurried())

    envelopes = asyncio.run(in_tasks(toolkit, asked))

    assert astray(asked, envelopes) == []
    assert sum(envelope.successful for envelope in envelopes) > 600


def test_64_threads_lose_no_event_and_record_none_twice(box: Sandbox) -> None:
    brew(box, 4)
    made = list(calls(0, 2_048, 4))
    toolkit = SegmentToolkit.sandbox(box, reliability=hurried())

    envelopes = in_threads(toolkit, made)

    assert lost(box, made, envelopes) == []
    assert len(box.requests) > len(made)


def test_1000_tasks_lose_no_event_and_record_none_twice(box: Sandbox) -> None:
    brew(box, 5)
    made = list(calls(0, TASKS, 5))
    toolkit = AsyncSegmentToolkit.sandbox(box, reliability=hurried())

    envelopes = asyncio.run(in_tasks(toolkit, made))

    assert lost(box, made, envelopes) == []
    assert len(box.requests) > len(made)


def test_64_threads_share_one_pool_of_real_connections() -> None:
    made = list(calls(0, 512, 6))
    with served_place() as place, SegmentToolkit(**patient(place)) as toolkit:
        for kind in ("reset_before", "reset_after", "server_error", "html_200"):
            place.inject(kind=kind, probability=0.03, seed=1)

        envelopes = in_threads(toolkit, made)
        place.settled()

        assert lost(place, made, envelopes) == []
        assert sum(envelope.successful for envelope in envelopes) > 500


def test_1000_tasks_share_one_pool_of_real_connections() -> None:
    made = list(calls(0, TASKS, 7))
    with served_place() as place:
        for kind in ("reset_before", "reset_after", "server_error", "html_200"):
            place.inject(kind=kind, probability=0.03, seed=1)

        envelopes = asyncio.run(in_tasks(AsyncSegmentToolkit(**patient(place)), made))
        place.settled()

        assert lost(place, made, envelopes) == []
        assert sum(envelope.successful for envelope in envelopes) > 950


def test_replies_of_many_threads_are_answered_call_by_call(stormy: Sandbox) -> None:
    toolkit = SegmentToolkit.sandbox(stormy, reliability=hurried())
    destinations = list(stormy.destinations.values())

    def reply(number: int) -> list[str]:
        wanted = [destinations[(number + n) % len(destinations)] for n in range(4)]
        calls = [("SEGMENT_GET_DESTINATION", {"destinationId": id_}) for id_ in wanted]
        envelopes = toolkit.provider.handle_tool_calls("judge", completion(*calls))
        pairs = zip(envelopes, wanted, strict=True)
        return [id_ for e, id_ in pairs if not failed_by_weather(e) and e.data["destination"]["id"] != id_]

    with ThreadPoolExecutor(THREADS) as pool:
        wrong = list(pool.map(reply, range(256)))

    assert wrong == [[]] * 256
