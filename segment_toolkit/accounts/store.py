"""Where accounts and auth configs are kept: what a store must do, and the one in memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from ..reliability.processes import ProcessLock
from .account import AuthConfig, ConnectedAccount


class AccountStore(Protocol):
    """A store is safe to use from several threads. Lists are in order of creation; a put keeps the place."""

    def exclusive(self) -> AbstractContextManager[None]:
        """While it is held no other thread (or process, if it shares the store) changes anything; it may be nested.

        What is put or deleted inside is kept only if the block ends without an exception, where a store can undo.
        """
        ...

    def get_account(self, account_id: str) -> ConnectedAccount | None:
        """The account, or None."""
        ...

    def put_account(self, account: ConnectedAccount) -> None:
        """Add it, or replace the one with its id."""
        ...

    def delete_account(self, account_id: str) -> bool:
        """Forget it and its secrets; False when there was none."""
        ...

    def all_accounts(self, user_id: str | None = None) -> list[ConnectedAccount]:
        """Those of one user, or every one."""
        ...

    def get_auth_config(self, auth_config_id: str) -> AuthConfig | None:
        """The auth config, or None."""
        ...

    def put_auth_config(self, auth_config: AuthConfig) -> None:
        """Add it, or replace the one with its id."""
        ...

    def delete_auth_config(self, auth_config_id: str) -> bool:
        """Forget it; False when there was none."""
        ...

    def all_auth_configs(self) -> list[AuthConfig]:
        """Every one."""
        ...


class MemoryStore:
    """Accounts of this process only, gone when it ends."""

    def __init__(self) -> None:
        self._lock = ProcessLock()
        self._accounts: dict[str, ConnectedAccount] = {}
        self._by_user: dict[str, dict[str, ConnectedAccount]] = {}  # so that a call does not scan all tenants
        self._auth_configs: dict[str, AuthConfig] = {}

    def __repr__(self) -> str:
        return f"<MemoryStore of {len(self._accounts)} accounts>"

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        with self._lock:
            yield

    def get_account(self, account_id: str) -> ConnectedAccount | None:
        with self._lock:
            return self._accounts.get(account_id)

    def put_account(self, account: ConnectedAccount) -> None:
        with self._lock:
            self._accounts[account.id] = account
            self._by_user.setdefault(account.user_id, {})[account.id] = account

    def delete_account(self, account_id: str) -> bool:
        with self._lock:
            account = self._accounts.pop(account_id, None)
            if account is None:
                return False
            del self._by_user[account.user_id][account_id]
            return True

    def all_accounts(self, user_id: str | None = None) -> list[ConnectedAccount]:
        with self._lock:
            held = self._accounts if user_id is None else self._by_user.get(user_id, {})
            return list(held.values())

    def get_auth_config(self, auth_config_id: str) -> AuthConfig | None:
        with self._lock:
            return self._auth_configs.get(auth_config_id)

    def put_auth_config(self, auth_config: AuthConfig) -> None:
        with self._lock:
            self._auth_configs[auth_config.id] = auth_config

    def delete_auth_config(self, auth_config_id: str) -> bool:
        with self._lock:
            return self._auth_configs.pop(auth_config_id, None) is not None

    def all_auth_configs(self) -> list[AuthConfig]:
        with self._lock:
            return list(self._auth_configs.values())


def store_of(accounts: str | os.PathLike[str] | AccountStore | None) -> AccountStore:
    """The store that `accounts=` means: one in memory for None, the SQLite file at a path, or the host's own store."""
    if accounts is None:
        return MemoryStore()
    if isinstance(accounts, str | os.PathLike):
        from .sqlite import SqliteStore

        return SqliteStore(accounts)
    return accounts
