"""Credentials from a function of the host's: kept for each user, and fetched anew when Segment refuses them.

The function is called with the user id and the connected account id of a call, and returns named credentials, as
`custom_auth_params` takes them, or None: then they are looked for in the usual order. What it returns is kept for this
user and account alone. Callers that need it at the same time share one call of it. It must not call the toolkit.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from inspect import isawaitable
from threading import Lock, RLock
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, WeakValueDictionary

from ..credentials import Credentials
from ..errors import InvalidParams, Misconfigured

if TYPE_CHECKING:
    import asyncio

Named = Mapping[str, Any] | None
CredentialsOf = Callable[[str | None, str | None], Named | Awaitable[Named]]
#: Makes complete credentials of what the function returned.
Complete = Callable[[Named], Credentials]
Whose = tuple[str | None, str | None]

#: Users whose credentials are kept; beyond it the oldest is forgotten, and fetched again when needed.
MOST_KEPT = 10_000


class _Kept:
    """What was fetched so far. Each change is one step on a dict, which threads may take at the same time."""

    def __init__(self, function: CredentialsOf) -> None:
        self._function = function
        self._kept: dict[Whose, Credentials] = {}

    def of(self, whose: Whose) -> Credentials | None:
        """What is kept for this user and account."""
        return self._kept.get(whose)

    def _newer(self, whose: Whose, stale: Credentials | None) -> Credentials | None:
        """What somebody else fetched since `stale` was in use."""
        kept = self._kept.get(whose)
        return None if kept is stale else kept

    def _keep(self, whose: Whose, named: Any, complete: Complete) -> Credentials:
        """Keep what the function returned. None is not kept: the user may get credentials any time."""
        if named is None:
            self._kept.pop(whose, None)
            return complete(None)
        if not isinstance(named, Mapping):
            raise Misconfigured("The host's credentials function returned no mapping of names to values.")
        try:
            found = complete(named)
        except InvalidParams as error:
            raise Misconfigured(f"The host's credentials function returned what is wrong: {error.message}") from None
        while len(self._kept) >= MOST_KEPT:
            self._kept.pop(next(iter(self._kept)), None)
        self._kept[whose] = found
        return found


class Provided(_Kept):
    """Sync: threads wait for each other's call."""

    def __init__(self, function: CredentialsOf) -> None:
        super().__init__(function)
        self._lock = Lock()
        self._locks: WeakValueDictionary[Whose, Any] = WeakValueDictionary()  # as long as somebody holds it

    def fetch(self, whose: Whose, stale: Credentials | None, complete: Complete) -> Any:
        """Credentials newer than `stale`: the function is called unless another thread just did."""
        with self._lock:
            users = self._locks.setdefault(whose, RLock())
        with users:
            newer = self._newer(whose, stale)
            if newer is not None:
                return newer
            named = self._function(*whose)
            if isawaitable(named):
                return named  # the driver says what is wrong with it
            return self._keep(whose, named, complete)


class AsyncProvided(_Kept):
    """Async: tasks of one event loop wait for each other's call; a cancelled one leaves it to the next."""

    def __init__(self, function: CredentialsOf) -> None:
        super().__init__(function)
        self._locks: WeakKeyDictionary[asyncio.AbstractEventLoop, WeakValueDictionary[Whose, asyncio.Lock]]
        self._locks = WeakKeyDictionary()

    async def fetch(self, whose: Whose, stale: Credentials | None, complete: Complete) -> Credentials:
        """As `Provided.fetch`."""
        import asyncio

        locks = self._locks.setdefault(asyncio.get_running_loop(), WeakValueDictionary())
        async with locks.setdefault(whose, asyncio.Lock()):
            newer = self._newer(whose, stale)
            if newer is not None:
                return newer
            named = self._function(*whose)
            return self._keep(whose, await named if isawaitable(named) else named, complete)
