"""What was read of a workspace, kept for a short time: an event must not cost a dozen reads each.

Light to import: every dispatcher has one.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Generator
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from ..errors import ToolkitError

if TYPE_CHECKING:
    from ..credentials import Credentials

T = TypeVar("T")

FRESH_SECONDS = 60.0
#: A read that failed is tried again sooner; until then an event does not wait for it.
FAILED_SECONDS = 10.0
MOST_KEPT = 500


class Unread(ToolkitError):
    """Something was not read a moment ago, and is not asked for again yet."""


class _Kept(NamedTuple):
    value: Any
    failure: ToolkitError | None
    until: float


class Memory:
    """By account and name; the oldest goes first when it is full. Shared by threads and tasks.

    Two that miss at the same time both read: that costs a request, and nobody waits for another's. What was being read
    while something changed is not kept: it may be of before.
    """

    def __init__(
        self,
        *,
        fresh_seconds: float = FRESH_SECONDS,
        failed_seconds: float = FAILED_SECONDS,
        most: int = MOST_KEPT,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fresh, self._failed, self._most, self._clock = fresh_seconds, failed_seconds, most, clock
        self._kept: OrderedDict[tuple[str, str], _Kept] = OrderedDict()
        self._changes = 0
        self._lock = Lock()

    def recall(
        self, credentials: Credentials, name: str, read: Callable[[], Generator[Any, Any, T]]
    ) -> Generator[Any, Any, T]:
        """What `read` returned for this account less than a minute ago, or returns now. Raises ToolkitError."""
        place = (_account(credentials), name)
        kept = self._found(place)
        if kept is None:
            changes = self._changes
            try:
                kept = self._keep(place, (yield from read()), None, changes)
            except ToolkitError as error:
                self._keep(place, None, error, changes)
                raise
        if kept.failure is not None:
            raise _again(kept.failure)
        return kept.value  # type: ignore[no-any-return]

    def forget(self, credentials: Credentials) -> None:
        """Something of this account was changed: nothing that was read of it counts any more."""
        account = _account(credentials)
        with self._lock:
            self._changes += 1
            for place in [place for place in self._kept if place[0] == account]:
                del self._kept[place]

    def _found(self, place: tuple[str, str]) -> _Kept | None:
        with self._lock:
            kept = self._kept.get(place)
            return kept if kept is not None and self._clock() < kept.until else None

    def _keep(self, place: tuple[str, str], value: Any, failure: ToolkitError | None, changes: int) -> _Kept:
        """What was read, kept unless something was changed since there were `changes`."""
        seconds = self._fresh if failure is None else self._failed
        with self._lock:
            kept = _Kept(value, failure, self._clock() + seconds)
            if changes != self._changes:
                return kept
            self._kept[place] = kept
            self._kept.move_to_end(place)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return kept


def _account(credentials: Credentials) -> str:
    """One workspace, as a digest: a token must not stand in what a debugger shows."""
    told = (credentials.public_api_token or "", credentials.public_api_url or "", credentials.region or "")
    return sha256("\n".join(told).encode()).hexdigest()


def _again(failure: ToolkitError) -> ToolkitError:
    """The failure as a new exception: one that was raised before carries that traceback, in another thread maybe."""
    again = Unread(failure.message, hint=failure.hint)
    again.code = failure.code
    return again
