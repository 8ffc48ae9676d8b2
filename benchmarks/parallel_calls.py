"""How long eight independent calls of one reply take beside one, on a server that answers in 50 ms.

    PYTHONPATH=. python benchmarks/parallel_calls.py

Prints the ratio, sync and async. Aim: at most 1.5.
"""

from __future__ import annotations

import asyncio
import json
import time
from statistics import median
from typing import Any

from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit
from tests.parallel.slow_segment import SlowSegment
from tests.replies import completion

ANSWERS_IN = 0.05
ROUNDS = 20
ONE, EIGHT = (
    completion(*(("SEGMENT_TRACK", {"userId": f"u{n}", "event": "E"}) for n in range(count))) for count in (1, 8)
)


def sync_seconds(server: SlowSegment, reply: Any) -> float:
    taken = []
    with SegmentToolkit(**server.options()) as toolkit:
        toolkit.provider.handle_tool_calls("t", reply)  # connects
        for _ in range(ROUNDS):
            start = time.perf_counter()
            toolkit.provider.handle_tool_calls("t", reply)
            taken.append(time.perf_counter() - start)
    return median(taken)


async def async_seconds(server: SlowSegment, reply: Any) -> float:
    taken = []
    async with AsyncSegmentToolkit(**server.options()) as toolkit:
        await toolkit.provider.handle_tool_calls("t", reply)
        for _ in range(ROUNDS):
            start = time.perf_counter()
            await toolkit.provider.handle_tool_calls("t", reply)
            taken.append(time.perf_counter() - start)
    return median(taken)


def main() -> None:
    with SlowSegment(together=1_000_000, patience=ANSWERS_IN) as server:
        found = {
            "sync": sync_seconds(server, EIGHT) / sync_seconds(server, ONE),
            "async": asyncio.run(async_seconds(server, EIGHT)) / asyncio.run(async_seconds(server, ONE)),
        }
    print(json.dumps({f"eight_to_one_{colour}": round(ratio, 2) for colour, ratio in found.items()}))


if __name__ == "__main__":
    main()
