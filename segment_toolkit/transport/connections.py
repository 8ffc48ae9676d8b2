"""Connections that threads share: each is lent to one request at a time.

httpx's own pool promises that, and does not always keep it (httpcore 1.0.9). Between its choice of an idle connection
for one thread and that thread's first byte, another thread may take the connection for idle or expired, and close it:
the first then fails with EBADF after it has sent, or, where the descriptor is used again at once, waits to its time
limit for an answer that comes elsewhere. So here each request has a transport of its own while it lasts, with a pool
that no other thread sees. Tasks of one event loop do not interrupt each other there and share httpx's pool.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock, Semaphore

import httpx

Transport = httpx.BaseTransport | httpx.Client

#: As many requests at once as httpx's pool has connections, and as many idle ones are kept.
MOST = 100
MOST_IDLE = 20
#: Of one transport: one request at a time, and the hosts that it went to.
LIMITS = httpx.Limits(max_connections=4, max_keepalive_connections=4)


class Connections:
    """Thread-safe. `make` gives a new transport; those that were used last are used again first."""

    def __init__(self, make: Callable[[], Transport]) -> None:
        self._make = make
        self._turns = Semaphore(MOST)
        self._idle: list[Transport] = []
        self._closed = False
        self._lock = Lock()

    def lend(self, seconds: float) -> Transport:
        """A transport for one request. It must come `back`. Raises httpx.PoolTimeout if none is free in time."""
        if not self._turns.acquire(timeout=seconds):
            raise httpx.PoolTimeout("no connection is free")
        try:
            with self._lock:
                if self._idle:
                    return self._idle.pop()
            return self._make()
        except BaseException:
            self._turns.release()
            raise

    def back(self, transport: Transport) -> None:
        """Its request has its whole answer, or failed."""
        try:
            with self._lock:
                kept = not self._closed and len(self._idle) < MOST_IDLE
                if kept:
                    self._idle.append(transport)
            if not kept:
                transport.close()
        finally:
            self._turns.release()

    def close(self) -> None:
        """Close all that are idle; those in use close when they come back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for transport in idle:
            transport.close()


class Given:
    """The one transport or client that the host gave: how threads share it is its affair, and the host closes it."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def lend(self, _seconds: float) -> Transport:
        return self._transport

    def back(self, transport: Transport) -> None:
        pass

    def close(self) -> None:
        pass
