"""Time and chance as the engine has them. A test gives its own, and waits for nothing."""

from __future__ import annotations

import random
import time


class Clock:
    """The real ones."""

    def now(self) -> float:
        """Seconds since some moment; never goes back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait, in this thread."""
        time.sleep(seconds)

    async def asleep(self, seconds: float) -> None:
        """Wait, in this task."""
        from asyncio import sleep

        await sleep(seconds)

    def dice(self) -> float:
        """From 0 up to 1, by chance: callers that failed together must not come back together."""
        return random.random()
