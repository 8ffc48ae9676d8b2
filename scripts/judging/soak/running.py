"""Rounds of the soak: each on a fresh sandbox, in process or over a socket, in one thread, several, or tasks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple

from segment_toolkit import AsyncSegmentToolkit, Envelope, SegmentToolkit
from segment_toolkit.sandbox import Sandbox

from ..hurry import hurried
from ..matrix.place import served_place
from ..saying import Said
from .ledger import Ledger, told_of
from .traffic import Call, calls
from .weather import brew

Answered = list[tuple[Call, Envelope]]
Way = Literal["sync", "async", "socket"]
#: A sandbox remembers so many requests of a round that every one of them is still there to be judged.
ROUND = 5_000
#: Of a hundred calls, so many go over a socket, from several threads.
SOCKET_SHARE = 5
THREADS = 16
_EVENTS_AGAIN = 100
TASKS = 50
#: Seconds a client waits for a slow server over the socket; in process nobody waits.
_PATIENCE = 1.0


class Round(NamedTuple):
    """Which calls, and how."""

    first: int
    size: int
    way: Way


def rounds(total: int, *, in_async: bool) -> Iterator[Round]:
    """Cut `total` calls into rounds: most in process, some over a socket."""
    over_socket = total * SOCKET_SHARE // 100
    done = 0
    for count, way in ((total - over_socket, "async" if in_async else "sync"), (over_socket, "socket")):
        for start in range(0, count, ROUND):
            size = min(ROUND, count - start)
            yield Round(done, size, way)  # type: ignore[arg-type]
            done += size


def soak(total: int, seed: int, *, in_async: bool = False) -> Ledger:
    """Run them all."""
    ledger = Ledger()
    for part in rounds(total, in_async=in_async):
        run_round(part, seed, ledger)
    return ledger


def run_round(part: Round, seed: int, ledger: Ledger) -> None:
    """Run one round and add it to the ledger."""
    made = list(calls(part.first, part.size, seed))
    with _place(part.way) as (box, options):
        brew(box, seed + part.first)
        answered = _by_way(part.way, options, made)
        if part.way == "socket":
            box.settled()
        ledger.reconcile(box, answered)
        ledger.settle(box, again(box, answered))


def again(box: Sandbox, answered: Answered) -> list[str]:
    """Send every event of unknown outcome again, as the envelopes advise: with its messageId. Returns their marks."""
    box.clear_faults()
    left = [event for call, envelope in answered for event in _unknown(call, envelope)]
    with SegmentToolkit.sandbox(box) as toolkit:
        for start in range(0, len(left), _EVENTS_AGAIN):
            batch = left[start : start + _EVENTS_AGAIN]
            envelope = toolkit.tools.execute("SEGMENT_BATCH", {"batch": batch}, user_id="judge")
            assert envelope.successful, envelope.error
    return [event["context"]["judge"] for event in left]


def _unknown(call: Call, envelope: Envelope) -> Iterator[dict[str, Any]]:
    kind = {"type": call.slug.removeprefix("SEGMENT_").lower()}
    events = call.arguments.get("batch") or [kind | call.arguments]
    for event, told in zip(events, told_of(call, envelope), strict=True):
        if told.said is Said.UNKNOWN:
            yield event | {"messageId": told.message_id}


@contextmanager
def _place(way: Way) -> Iterator[tuple[Any, dict[str, Any]]]:
    if way == "socket":
        with served_place() as place:
            yield place, place.options() | {"timeout": _PATIENCE}
        return
    box = Sandbox()
    try:
        colour = SegmentToolkit if way == "sync" else AsyncSegmentToolkit
        yield box, {"toolkit": colour.sandbox(box, reliability=hurried())}
    finally:
        box.close()


def _by_way(way: Way, options: dict[str, Any], made: Sequence[Call]) -> Answered:
    if way == "async":
        return asyncio.run(_in_tasks(options["toolkit"], made))
    if way == "sync":
        with options["toolkit"] as toolkit:
            return [(call, _execute(toolkit, call)) for call in made]
    with SegmentToolkit(**options) as toolkit, ThreadPoolExecutor(THREADS) as pool:
        return list(zip(made, pool.map(lambda call: _execute(toolkit, call), made), strict=True))


def _execute(toolkit: SegmentToolkit, call: Call) -> Envelope:
    return toolkit.tools.execute(call.slug, call.arguments, user_id="judge")


async def _in_tasks(toolkit: AsyncSegmentToolkit, made: Sequence[Call]) -> Answered:
    free = asyncio.Semaphore(TASKS)

    async def run(call: Call) -> tuple[Call, Envelope]:
        async with free:
            return call, await toolkit.tools.execute(call.slug, call.arguments, user_id="judge")

    async with toolkit:
        return list(await asyncio.gather(*map(run, made)))
