"""A clock that tests move: whoever waits on it waits for nothing."""

from __future__ import annotations

import asyncio
import threading

from segment_toolkit.reliability.clock import Clock


class FakeClock(Clock):
    """Time passes by sleeping only; `waits` are the sleeps, in seconds. The dice always fall on `luck`, 0 to 1."""

    def __init__(self, luck: float = 0.0) -> None:
        self.time = 1000.0
        self.waits: list[float] = []
        self.luck = luck
        self._lock = threading.Lock()

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.waits.append(seconds)
            self.time += seconds

    async def asleep(self, seconds: float) -> None:
        self.sleep(seconds)
        await asyncio.sleep(0)

    def dice(self) -> float:
        return self.luck
