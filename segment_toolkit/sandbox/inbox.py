"""Single events that wait a moment for others, and the lock that keeps anyone from seeing that they do.

Processed together, events cost less than half of what each costs alone. The Tracking API answers before it has
processed anything, and so may a sandbox in memory, as long as nobody can tell: whoever takes the lock finds all done
that was acknowledged. A file is another matter, because what was acknowledged must survive the process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

from segment_toolkit.sandbox.pipeline.pipeline import Arrival

# Later ones gain little more, and the request that finds the inbox full waits for all of them.
_MOST = 64
# Those processed together count as seen at one time, by which repeated messageIds are found for a day.
_LONGEST = timedelta(seconds=1)


class Inbox:
    """Arrivals in their order; hold `lock.bare`."""

    def __init__(self, process: Callable[[list[Arrival]], None]) -> None:
        """`process` takes arrivals in all or not at all; it may take the lock."""
        self.lock = Lock(self.settle)
        self._process = process
        self._waiting: list[Arrival] = []

    def put(self, arrival: Arrival) -> None:
        """Let an event wait. Raises what processing those before it raises."""
        if self._waiting and abs(arrival.at - self._waiting[0].at) > _LONGEST:
            self.settle()
        self._waiting.append(arrival)
        if len(self._waiting) >= _MOST:
            self.settle()

    def settle(self) -> None:
        """Process what waits. Where that fails, each alone, so that only those are lost that fail; raises the last."""
        if not self._waiting:
            return
        arrivals, self._waiting = self._waiting, []
        try:
            self._process(arrivals)
        except Exception:
            if len(arrivals) == 1:
                raise
            self._one_by_one(arrivals)
        except BaseException:
            # The program was interrupted, perhaps not for good.
            self._waiting[:0] = arrivals
            raise

    def _one_by_one(self, arrivals: list[Arrival]) -> None:
        failed: Exception | None = None
        for arrival in arrivals:
            try:
                self._process([arrival])
            except Exception as error:  # noqa: BLE001 - raised below, when the others are done
                failed = error
        if failed is not None:
            raise failed


class Lock:
    """The lock of a sandbox. Whoever takes it finds the inbox empty; with `bare`, perhaps not."""

    def __init__(self, settle: Callable[[], None]) -> None:
        self.bare = threading.RLock()
        self._settle = settle

    def __enter__(self) -> None:
        self.bare.acquire()
        try:
            self._settle()
        except BaseException:
            self.bare.release()
            raise

    def __exit__(self, *_raised: object) -> None:
        self.bare.release()
