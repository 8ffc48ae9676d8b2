"""Connected accounts: whose Segment a user's tool calls reach, and where that is kept.

Read in this order: `account` (the values), `config` (what a host may give), `store` and `sqlite` (where it is kept),
`choice` (which account a call is for), `connected_accounts` and `auth_configs` (what a host calls).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .account import AuthConfig, ConnectedAccount, Deleted, Status
from .auth_configs import AsyncAuthConfigs, AuthConfigs
from .connected_accounts import AsyncConnectedAccounts, ConnectedAccounts
from .page import Page
from .request import AsyncConnectionRequest, ConnectionRequest
from .store import AccountStore, MemoryStore

if TYPE_CHECKING:
    from .sqlite import SqliteStore

__all__ = [
    "AccountStore",
    "AsyncAuthConfigs",
    "AsyncConnectedAccounts",
    "AsyncConnectionRequest",
    "AuthConfig",
    "AuthConfigs",
    "ConnectedAccount",
    "ConnectedAccounts",
    "ConnectionRequest",
    "Deleted",
    "MemoryStore",
    "Page",
    "SqliteStore",
    "Status",
]


def __getattr__(name: str) -> Any:
    """`SqliteStore` is loaded when it is used: most toolkits keep no file."""
    if name == "SqliteStore":
        from .sqlite import SqliteStore

        return SqliteStore
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
