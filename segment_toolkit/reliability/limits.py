"""How fast Segment may be asked, by operation and credential; shared by all threads and tasks of a toolkit.

A place is reserved before a request is sent, so that callers go first come first served and no window of the documented
length ever holds more than the limit. A 429 that names a time closes its bucket for all of them.

Sources: HTTP Tracking API and "Rate limits" pages: 1,000 requests a second and workspace are recommended, more events
are queued; Public API reference, notes of the operations, for the table. A write key stands for its workspace here,
because nothing tells which it is of. For operations without a documented limit only a 429 makes us wait.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from ..tool import Api
from ..transport.regions import is_segments

if TYPE_CHECKING:
    from ..tool import Request

TRACKING = "tracking"
#: Requests a minute. Of the Public API only what a toolkit for sources and destinations can come to ask.
DOCUMENTED: Mapping[str, float] = {
    TRACKING: 60_000,
    "POST /labels": 60,
    "DELETE /labels/*/*": 60,
    "GET /events/volume": 60,
    "GET /tracking-plans/*/rules": 200,
    "GET /warehouses/*/connection-state": 200,
    "POST /destinations/*/subscriptions": 5,
}
#: Buckets of credentials that are not in use are forgotten beyond this many.
MOST_BUCKETS = 10_000
#: From here on a limit is kept by the second.
_MANY = 6_000
#: Less than a millisecond is not worth a sleep.
_SOON = 0.001
#: Words of a path, as opposed to ids: `tracking-plans`, `daily`. Segment's ids have digits or capitals.
_WORD = re.compile(r"[a-z]+(-[a-z]+)*")

Key = tuple[str, str, str]


class Place(NamedTuple):
    """How long to wait before sending; `taken` says whether that was not too long.

    `start` is the moment that was reserved; None where nothing is counted.
    """

    seconds: float
    taken: bool
    start: float | None = None


#: Go.
FREE = Place(0.0, True)


class _Bucket:
    """At most `most` requests in any `window` seconds; None where nothing but a 429 limits them.

    `starts` are those of the last window, some of them still to come.
    """

    __slots__ = ("closed_until", "most", "starts", "window")

    def __init__(self, per_minute: float) -> None:
        self.most: int | None = None
        self.window = 0.0
        if per_minute:
            self.most, self.window = _counted(per_minute)
        self.starts: deque[float] = deque()
        self.closed_until = 0.0

    def start(self, now: float) -> float:
        """The moment at which the next request may go."""
        starts = self.starts
        while starts and starts[0] <= now - self.window:
            starts.popleft()
        if self.most is None or len(starts) < self.most:
            return max(now, self.closed_until)
        return max(now, self.closed_until, starts[-self.most] + self.window)

    def idle(self, now: float) -> bool:
        return self.start(now) <= now and not self.starts


def _counted(per_minute: float) -> tuple[int, float]:
    """How many in how many seconds: Segment counts events by the second and management calls by the minute."""
    if per_minute >= _MANY:
        return int(per_minute / 60), 1.0
    return (int(per_minute), 60.0) if per_minute >= 1 else (1, 60 / per_minute)


class Limits:
    """The buckets of one toolkit. Thread-safe, and never held while anybody waits."""

    def __init__(self, rates: Mapping[str, float]) -> None:
        """`rates` are the host's, requests a minute, for every host; 0 lifts a limit. The documented are Segment's."""
        self._rates = rates
        self._buckets: dict[Key, _Bucket] = {}
        self._lock = Lock()

    def place(self, key: Key, now: float, most: float) -> Place:
        """A place for one request, unless it means waiting for more than `most` seconds."""
        if key not in self._buckets and not self._rate(key):
            return FREE
        with self._lock:
            bucket = self._bucket(key, now)
            start = bucket.start(now)
            seconds = start - now
            if seconds > most:
                return Place(seconds, False)
            seconds = seconds if seconds > _SOON else 0.0
            if bucket.most is None:
                return Place(seconds, True)
            bucket.starts.append(start)
            return Place(seconds, True, start)

    def give_back(self, key: Key, place: Place) -> None:
        """A place was not used. It is taken out of its own moment: those who wait behind it keep theirs."""
        with self._lock:
            bucket = self._buckets.get(key)
            if bucket is not None and place.start is not None and place.start in bucket.starts:
                bucket.starts.remove(place.start)

    def close(self, key: Key, until: float, now: float) -> None:
        """Segment said 429: nobody sends before `until`."""
        with self._lock:
            bucket = self._bucket(key, now)
            bucket.closed_until = max(bucket.closed_until, until)

    def _rate(self, key: Key) -> float:
        """Requests a minute; 0 without a limit."""
        host, _, operation = key
        own = self._rates.get(operation)
        return own if own is not None else DOCUMENTED.get(operation, 0.0) if is_segments(host) else 0.0

    def _bucket(self, key: Key, now: float) -> _Bucket:
        found = self._buckets.get(key)
        if found is None:
            if len(self._buckets) >= MOST_BUCKETS:
                self._buckets = {k: b for k, b in self._buckets.items() if not b.idle(now)}
            found = self._buckets[key] = _Bucket(self._rate(key))
        return found


def key_of(request: Request, host: str, authorization: str) -> Key:
    """What is counted together: the requests of one credential for one operation at one host."""
    return host, authorization, TRACKING if request.api is Api.TRACKING else operation(request.method, request.path)


def operation(method: str, path: str) -> str:
    """`GET /sources/*/settings`: the path with its ids hidden, which are no part of the operation."""
    words = (word if _WORD.fullmatch(word) else "*" for word in path.strip("/").split("/"))
    return f"{method} /{'/'.join(words)}"
