"""Counts of the calls of one toolkit, in memory: how many, how they ended, how long they took."""

from __future__ import annotations

import os
from collections import Counter, deque
from threading import Lock
from typing import NamedTuple

#: Latencies kept for each tool: the quantiles are of the last so many calls.
MOST_LATENCIES = 1024
#: Calls that wait to be counted.
_MOST_WAITING = 256
#: Tool, seconds, code, whether its outcome is unknown, retries.
_Call = tuple[str, float, str | None, bool, int]


class ToolStats(NamedTuple):
    """One tool. The milliseconds are of its last 1,024 calls, failures included.

    `failures` counts by code; `unknown` is how many of them left it open whether something was changed.
    """

    calls: int
    failures: dict[str, int]
    unknown: int
    retries: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    slowest_ms: float


class Stats(NamedTuple):
    """All calls since the toolkit was made. Those of a tool that there is not are counted under ""."""

    calls: int
    failures: dict[str, int]
    unknown: int
    retries: int
    unaudited: int
    tools: dict[str, ToolStats]


class _Count:
    __slots__ = ("calls", "failures", "retries", "seconds", "unknown")

    def __init__(self) -> None:
        self.calls = 0
        self.failures: Counter[str] = Counter()
        self.unknown = 0
        self.retries = 0
        self.seconds: deque[float] = deque(maxlen=MOST_LATENCIES)

    def stats(self) -> ToolStats:
        ordered = sorted(self.seconds)

        def quantile(share: float) -> float:
            return round(ordered[min(int(share * len(ordered)), len(ordered) - 1)] * 1000, 3)

        return ToolStats(
            self.calls, dict(self.failures), self.unknown, self.retries,
            quantile(0.5), quantile(0.95), quantile(0.99), round(ordered[-1] * 1000, 3),
        )  # fmt: skip


class Statistics:
    """Thread-safe, and safe to go on with after a fork: the child counts from where the parent was."""

    def __init__(self) -> None:
        self._waiting: deque[_Call] = deque()
        self._counts: dict[str, _Count] = {}
        self._locks: dict[int, Lock] = {}

    def add(self, tool: str, seconds: float, code: str | None, unknown: bool, retries: int) -> None:
        """Count a call. Every call pays for this, so it takes no lock: a deque is appended to in one step."""
        self._waiting.append((tool, seconds, code, unknown, retries))
        if len(self._waiting) > _MOST_WAITING:
            with self._lock():
                self._settle()

    def taken(self, *, unaudited: int = 0) -> Stats:
        """The counts as they are now."""
        with self._lock():
            self._settle()
            tools = {name: count.stats() for name, count in sorted(self._counts.items())}
        failures: Counter[str] = Counter()
        for tool in tools.values():
            failures.update(tool.failures)
        return Stats(
            calls=sum(tool.calls for tool in tools.values()),
            failures=dict(failures),
            unknown=sum(tool.unknown for tool in tools.values()),
            retries=sum(tool.retries for tool in tools.values()),
            unaudited=unaudited,
            tools=tools,
        )

    def _settle(self) -> None:
        """Count the calls that wait. Only with the lock."""
        for _ in range(len(self._waiting)):
            tool, seconds, code, unknown, retries = self._waiting.popleft()
            count = self._counts.get(tool)
            if count is None:
                count = self._counts[tool] = _Count()
            count.calls += 1
            count.seconds.append(seconds)
            count.retries += retries
            if code is not None:
                count.failures[code] += 1
                count.unknown += unknown

    def _lock(self) -> Lock:
        """This process's lock: the parent's may be held by a thread that a forked child does not have."""
        lock = self._locks.get(os.getpid())
        return lock if lock is not None else self._locks.setdefault(os.getpid(), Lock())
