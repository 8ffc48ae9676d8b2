"""The thread behind the courier: it looks at the queue when it is woken, and when the next retry is due."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Callable

from segment_toolkit.sandbox.store.database import Closed

# The thread sleeps no longer while retries are pending: a clock that tests move rings no bell.
_LONGEST_NAP_SECONDS = 1.0
_SHORTEST_NAP_SECONDS = 0.01


class Worker:
    """A daemon thread that is started by the first `wake`.

    `run_round` does a share of what is due and returns 0 when nothing was; `seconds_to_next` returns how long nothing
    will be, or None when nothing waits at all.
    """

    def __init__(self, run_round: Callable[[], int], seconds_to_next: Callable[[], float | None]) -> None:
        self._run_round = run_round
        self._seconds_to_next = seconds_to_next
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._idle = threading.Condition()
        self._asked = 0
        self._answered = 0
        self._thread: threading.Thread | None = None
        # The thread holds no reference while it waits: a sandbox that nobody closed is forgotten, thread and all.
        weakref.finalize(self, _dismiss, self._stopping, self._woken)

    def wake(self) -> None:
        """Let the thread look at the queue. Called per event, so it does nothing twice."""
        if not self._woken.is_set():
            self._woken.set()
        if self._thread is None:
            self._start()

    def settle(self, timeout_seconds: float) -> bool:
        """Wait until the thread, after this call, has found nothing due; False when that takes too long."""
        with self._idle:
            self._asked += 1
            target = self._asked
            self.wake()
            return self._idle.wait_for(lambda: self._answered >= target, timeout_seconds)

    def stop(self) -> None:
        """End the thread and wait for it; it never runs again."""
        self._stopping.set()
        self._woken.set()
        with self._idle:
            thread = self._thread
        if thread is not None:
            thread.join()

    def _start(self) -> None:
        with self._idle:
            if self._thread is None and not self._stopping.is_set():
                arguments = (weakref.ref(self), self._woken, self._stopping)
                self._thread = threading.Thread(
                    target=_work, args=arguments, name="segment-sandbox-courier", daemon=True
                )
                self._thread.start()

    def look(self) -> float | None:
        """Run a round; return how long to wait for the next one unless woken, None for no end."""
        with self._idle:
            asked = self._asked
        try:
            if self._run_round():
                return 0
            with self._idle:
                self._answered = asked
                self._idle.notify_all()
            seconds = self._seconds_to_next()
        # A busy database or a full disk passes, and what was due is due still.
        except sqlite3.OperationalError:
            self._stopping.wait(_LONGEST_NAP_SECONDS)
            return 0
        # When a program ends without having closed anything, the database is closed under the thread.
        except (Closed, sqlite3.ProgrammingError):
            if not self._stopping.is_set():
                raise
            return 0
        # Whoever stops it may have rung before the bell was cleared, and rings but once.
        if self._stopping.is_set():
            return 0
        return None if seconds is None else min(max(seconds, _SHORTEST_NAP_SECONDS), _LONGEST_NAP_SECONDS)


def _dismiss(stopping: threading.Event, woken: threading.Event) -> None:
    stopping.set()
    woken.set()


def _work(reference: weakref.ref[Worker], woken: threading.Event, stopping: threading.Event) -> None:
    """Look at the queue until the worker is stopped, or nobody has it any more."""
    while not stopping.is_set() and (worker := reference()) is not None:
        # Before the look, so that whatever is queued during it leads to another one.
        woken.clear()
        seconds = worker.look()
        del worker
        woken.wait(seconds)
