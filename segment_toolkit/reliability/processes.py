"""A lock that a forked child does not inherit held: the thread that held it is not there to let it go."""

from __future__ import annotations

import os
from threading import RLock


class ProcessLock:
    """A re-entrant lock, of its own in each process. Use it in a `with` block."""

    def __init__(self) -> None:
        self._locks: dict[int, RLock] = {}

    def __enter__(self) -> None:
        lock = self._locks.get(os.getpid())
        if lock is None:
            lock = self._locks.setdefault(os.getpid(), RLock())  # one step: two threads get the same
        lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._locks[os.getpid()].release()
