"""Composio's names for the errors that reach a host, so that `except` clauses move over with the imports."""

from __future__ import annotations

from .errors import (
    AccountNotFound,
    AccountTimeout,
    InvalidParams,
    MissingCredential,
    SeveralAccounts,
    ToolkitError,
    UnknownTool,
)

ComposioError = ToolkitError
ToolNotFoundError = UnknownTool
ApiKeyNotProvidedError = MissingCredential
ConnectedAccountNotFoundError = AccountNotFound
ComposioMultipleConnectedAccountsError = SeveralAccounts
ComposioSDKTimeoutError = AccountTimeout
ValidationError = InvalidParams

__all__ = [
    "ApiKeyNotProvidedError",
    "ComposioError",
    "ComposioMultipleConnectedAccountsError",
    "ComposioSDKTimeoutError",
    "ConnectedAccountNotFoundError",
    "InvalidParams",
    "ToolNotFoundError",
    "ToolkitError",
    "ValidationError",
]
