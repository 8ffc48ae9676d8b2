"""Composio's names for the errors that reach a host, so that `except` clauses move over with the imports."""

from __future__ import annotations

from .errors import (
    AccountNotFound,
    AccountTimeout,
    InvalidParams,
    MissingCredential,
    NotFound,
    SeveralAccounts,
    ToolkitError,
    UnknownTool,
)

ComposioError = ToolkitError
NotFoundError = NotFound
ToolNotFoundError = UnknownTool
InvalidModifier = InvalidParams
# There is one version here, so it is never raised; a clause that catches it moves over all the same.
ToolVersionRequiredError = InvalidParams
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
    "InvalidModifier",
    "InvalidParams",
    "NotFoundError",
    "ToolNotFoundError",
    "ToolVersionRequiredError",
    "ToolkitError",
    "ValidationError",
]
