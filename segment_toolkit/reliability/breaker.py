"""A circuit breaker for each host: one that does not answer is left alone for a while, and calls fail at once.

What counts is connections: refused, reset, timed out. Any answer, of whatever status, shows that the host is there.
Failures are in a row when each request was begun after the failure before it: many requests in flight that one hiccup
ends count once, however many they are.
A healthy host costs one look into an empty dictionary.
"""

from __future__ import annotations

from threading import Lock


class _Trouble:
    __slots__ = ("closed_until", "failed_at", "failures", "probing")

    def __init__(self, failed_at: float) -> None:
        self.failures = 0
        self.failed_at = failed_at
        self.closed_until = 0.0
        self.probing = False


class Breaker:
    """All hosts of one toolkit. Thread-safe; `now` is the clock's."""

    def __init__(self, dead_after: int, cool_down: float) -> None:
        self._dead_after = dead_after
        self._cool_down = cool_down
        self._troubled: dict[str, _Trouble] = {}
        self._lock = Lock()

    def wait(self, host: str, now: float) -> float:
        """0 if the host may be asked. Else the seconds until it may be tried again.

        After the cool-down one caller is let through, who must then say `answered`, `failed` or `let_go`.
        """
        if host not in self._troubled:
            return 0.0
        with self._lock:
            trouble = self._troubled.get(host)
            if trouble is None or not self._is_dead(trouble):
                return 0.0
            if now < trouble.closed_until:
                return trouble.closed_until - now
            if trouble.probing:
                return self._cool_down
            trouble.probing = True
            return 0.0

    def answered(self, host: str) -> None:
        """The host is there."""
        if host in self._troubled:
            with self._lock:
                self._troubled.pop(host, None)

    def failed(self, host: str, begun: float, now: float) -> None:
        """No connection, or no answer on it, for a request that was begun at `begun`."""
        if not self._dead_after:
            return
        with self._lock:
            trouble = self._troubled.setdefault(host, _Trouble(begun))
            if begun < trouble.failed_at:  # it met what is counted already
                return
            trouble.failures += 1
            trouble.failed_at = now
            trouble.probing = False
            if self._is_dead(trouble):
                trouble.closed_until = now + self._cool_down

    def let_go(self, host: str) -> None:
        """The attempt was given up (a task was cancelled): it showed nothing, and another may try."""
        if host in self._troubled:
            with self._lock:
                trouble = self._troubled.get(host)
                if trouble is not None:
                    trouble.probing = False

    def _is_dead(self, trouble: _Trouble) -> bool:
        return trouble.failures >= self._dead_after > 0
