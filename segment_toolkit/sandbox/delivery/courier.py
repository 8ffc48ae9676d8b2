"""Carries events to webhooks: from the queue in SQLite, over HTTP, with retries, to a reported outcome.

A delivery leaves the queue in the same transaction in which its outcome is reported, so a process that dies in between
sends it again: at least once, never silently not at all. No lock is held and no transaction open while the network is
waited for.

Sources: Segment docs, "Destinations Overview" and "Integration Error Codes", for retries and names. Order is not kept
within a destination, which the docs do not promise either.
"""

from __future__ import annotations

import random
import sqlite3
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from segment_toolkit.sandbox.delivery.retries import (
    TIMED_OUT,
    RetryPolicy,
    is_retryable,
    is_success,
    success,
)
from segment_toolkit.sandbox.delivery.waiting import Delivery, WaitingRoom
from segment_toolkit.sandbox.delivery.webhook import WebhookClient, body_of
from segment_toolkit.sandbox.delivery.worker import Worker
from segment_toolkit.sandbox.instants import Clock, utc_now
from segment_toolkit.sandbox.wire import Json

# What is in memory at once: a round of bodies, of at most 32 KB each.
_ROUND = 256
_LANES = 8


class OnOutcome(Protocol):
    """Hears of every attempt, inside the transaction that records it and with the lock held; must not raise.

    `outcome` is `successes.attempt.N`, a status ("503") or an error code ("ETIMEDOUT"). With `final` the delivery has
    left the queue; else it is tried again.
    """

    def __call__(self, delivery: Delivery, outcome: str, attempt: int, final: bool, at: datetime) -> None:
        """Take note of an attempt."""
        ...


class Courier:
    """Queues and delivers. The connection must be usable from any thread, and guarded by `lock` everywhere.

    `settings_of` returns the present settings of a destination, or None for one that is gone; it is called with the
    lock held. Run `SCHEMA` first. Close the courier before the connection, and without holding the lock.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        lock: AbstractContextManager[object],
        *,
        settings_of: Callable[[str], Mapping[str, object] | None],
        on_outcome: OnOutcome,
        policy: RetryPolicy | None = None,
        clock: Clock = utc_now,
        chance: Callable[[], float] = random.random,
        in_background: bool = True,
    ) -> None:
        """Make a courier that does nothing yet; `in_background` allows it a thread of its own."""
        self._room = WaitingRoom(connection)
        self._lock = lock
        self._settings_of = settings_of
        self._on_outcome = on_outcome
        self._policy = policy or RetryPolicy()
        self._clock = clock
        self._chance = chance
        self._client = WebhookClient(self._policy.timeout_seconds)
        self._lanes = ThreadPoolExecutor(_LANES, thread_name_prefix="segment-sandbox-lane")
        self._one_round = threading.Lock()
        self._closing = threading.Event()
        self._era = 0
        self._worker = Worker(lambda: self._round(clock(), clock), self._nap_seconds) if in_background else None

    def enqueue(self, destination_id: str, event: Json, at: datetime, labels: str = "") -> None:
        """Queue an event in the caller's transaction, which holds the lock; `labels` comes back with the outcome."""
        self._room.add(destination_id, body_of(event), labels, at)
        if self._worker is not None and not self._closing.is_set():
            self._worker.wake()

    def start(self) -> None:
        """Start the thread now, for what an earlier process left; without it the first event starts it."""
        if self._worker is not None and not self._closing.is_set():
            self._worker.wake()

    def run_due(self, now: datetime) -> int:
        """Attempt everything that is due at `now`, in this thread, and return the number of attempts."""
        made = 0
        while attempts := self._round(now, lambda: now):
            made += attempts
        return made

    def settle(self, timeout_seconds: float) -> bool:
        """Wait until nothing is due and nothing under way; False when that takes too long.

        Deliveries that wait for a retry in the future do not count.
        """
        if self._worker is None:
            self.run_due(self._clock())
            return True
        return not self._closing.is_set() and self._worker.settle(timeout_seconds)

    def waiting(self) -> dict[str, int]:
        """Count the deliveries in the queue, by destination id."""
        with self._lock:
            return self._room.counts()

    def drop(self, destination_id: str | None = None) -> None:
        """Forget the deliveries to a destination, or all; in the caller's transaction, which holds the lock."""
        self._room.drop(destination_id)

    def forget_those_under_way(self) -> None:
        """Let no attempt that has begun count: the database was put back. Hold the lock, and `start` afterwards.

        A queue that was put back gives the same ids to other deliveries, which would be taken for done.
        """
        self._era += 1

    def close(self) -> None:
        """Stop. Attempts under way are waited for (at most some timeouts long); what still waits stays queued."""
        self._closing.set()
        if self._worker is not None:
            self._worker.stop()
        with self._one_round:
            self._lanes.shutdown()
            self._client.close()

    def _round(self, now: datetime, clock: Clock) -> int:
        """Attempt a share of what is due at `now`, and return the number of attempts: 0 when nothing is due."""
        with self._one_round:
            if self._closing.is_set():
                return 0
            with self._lock:
                deliveries, era = self._room.due(now, _ROUND), self._era
            # A destination that does not answer costs a round one timeout per lane, not one per event.
            silent: set[str] = set()
            if len(deliveries) == 1:
                return self._attempt(deliveries[0], era, silent, clock)
            try:
                attempts = self._lanes.map(lambda delivery: self._attempt(delivery, era, silent, clock), deliveries)
            # No more threads are to be had: the program is ending, or the system has too many for a while.
            except RuntimeError:
                return 0
            return sum(attempts)

    def _nap_seconds(self) -> float | None:
        with self._lock:
            due = self._room.next_due()
        return None if due is None else (due - self._clock()).total_seconds()

    def _attempt(self, delivery: Delivery, era: int, silent: set[str], clock: Clock) -> int:
        if self._closing.is_set() or delivery.destination_id in silent:
            return 0
        with self._lock:
            # One that was forgotten counts, so that the queue is looked at once more.
            if era != self._era:
                return 1
            settings = self._settings_of(delivery.destination_id)
        code = self._client.post(settings, delivery.body)
        if code == TIMED_OUT:
            silent.add(delivery.destination_id)
        self._record(delivery, era, code, clock())
        return 1

    def _record(self, delivery: Delivery, era: int, code: str, at: datetime) -> None:
        attempt = delivery.attempts + 1
        due = None
        if is_retryable(code):
            due = self._policy.next_attempt(first=delivery.queued_at, now=at, made=attempt, chance=self._chance())
        outcome = success(attempt) if is_success(code) else code
        with self._lock, self._room.transaction():
            if era != self._era:
                return
            known = self._room.done(delivery) if due is None else self._room.again(delivery, attempt, due)
            # Dropped while it was on its way: its destination or the whole sandbox was reset.
            if known:
                self._on_outcome(delivery, outcome, attempt, due is None, at)
