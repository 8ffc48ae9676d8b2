"""A connection asked for. An API key account is active at once; one started without its key is waited for."""

from __future__ import annotations

import time
from collections.abc import Callable

from ..errors import AccountTimeout
from .account import ConnectedAccount, Status
from .threads import in_thread

DEFAULT_TIMEOUT_SECONDS = 60.0
_POLL_SECONDS = 0.05
_FINAL = frozenset({"FAILED", "EXPIRED", "REVOKED"})


class ConnectionRequest:
    """What `initiate` answers: `id` of the account, its `status`, and `redirect_url`, None: no page to visit."""

    redirect_url: None = None

    def __init__(self, account: ConnectedAccount, get: Callable[[str], ConnectedAccount]) -> None:
        self.id = account.id
        self.status: Status = account.status
        self.get = get

    def __repr__(self) -> str:
        return f"<ConnectionRequest {self.id} {self.status}>"

    def wait_for_connection(self, timeout: float | None = DEFAULT_TIMEOUT_SECONDS) -> ConnectedAccount:
        """The account once it is active; `timeout` in seconds. Raises AccountTimeout, AccountNotFound if deleted."""
        wait = Wait(timeout)
        while not wait.over(account := self.get(self.id)):
            time.sleep(_POLL_SECONDS)
        self.status = account.status
        return account


class AsyncConnectionRequest:
    """`ConnectionRequest`, awaited."""

    redirect_url: None = None

    def __init__(self, request: ConnectionRequest) -> None:
        self.id = request.id
        self.status: Status = request.status
        self._get = request.get

    def __repr__(self) -> str:
        return f"<AsyncConnectionRequest {self.id} {self.status}>"

    async def wait_for_connection(self, timeout: float | None = DEFAULT_TIMEOUT_SECONDS) -> ConnectedAccount:
        """As `ConnectionRequest.wait_for_connection`, but cancelling it works and no thread is held between looks."""
        import asyncio

        wait = Wait(timeout)
        while not wait.over(account := await in_thread(self._get, self.id)):
            await asyncio.sleep(_POLL_SECONDS)
        self.status = account.status
        return account


class Wait:
    """A wait for an account to become active, with its deadline; None means the default of 60 seconds."""

    def __init__(self, timeout: float | None) -> None:
        self._seconds = DEFAULT_TIMEOUT_SECONDS if timeout is None else timeout
        self._deadline = time.monotonic() + self._seconds

    def over(self, account: ConnectedAccount) -> bool:
        """True when it is active, False to look again. Raises AccountTimeout when late, or when it never will be."""
        if account.status == "ACTIVE":
            return True
        if account.status in _FINAL:
            raise AccountTimeout(f"Account {account.id} is {account.status} and will not become active by waiting.")
        if time.monotonic() >= self._deadline:
            raise AccountTimeout(
                f"Account {account.id} was still {account.status} after {self._seconds:g} seconds.",
                hint="Give its key with connected_accounts.update, or enable it if it is INACTIVE.",
            )
        return False
