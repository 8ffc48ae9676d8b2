"""A clock for judges: a wait is over at once, and the clock says that the time has passed."""

from __future__ import annotations

import threading
import time

from segment_toolkit import Reliability
from segment_toolkit.reliability.clock import Clock


class Hurry(Clock):
    """Real time, and the waits that nobody waited for. Chance is always the same."""

    def __init__(self) -> None:
        self._skipped = 0.0
        self._lock = threading.Lock()

    def now(self) -> float:
        return time.monotonic() + self._skipped

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self._skipped += seconds

    async def asleep(self, seconds: float) -> None:
        self.sleep(seconds)

    def dice(self) -> float:
        return 0.5


def hurried() -> Reliability:
    """The toolkit's own defaults, on such a clock."""
    return Reliability(clock=Hurry())
