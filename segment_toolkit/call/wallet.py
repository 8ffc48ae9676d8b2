"""Whose credentials a call runs with."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..credentials import Credentials, credentials_from, from_environment, recognised
from ..errors import AccountNotFound, InvalidParams, Misconfigured, RegionMismatch, SeveralAccounts, ToolkitError
from ..tool import HostCall

if TYPE_CHECKING:
    from ..reliability.renewal import AsyncProvided, Named, Provided
    from .run import Caller, Run


class Wallet:
    """Finds the credentials of a call, from one source alone: two workspaces must not meet in one call.

    In order: what the call itself gives; what the host's `credentials` function returns; the connected account that the
    call names; the toolkit's own, if it was made with a secret; the user's connected account; the environment. Region
    and hosts are no secrets: what the source lacks of them comes from the toolkit, then from the environment.
    """

    def __init__(
        self,
        explicit: Credentials | None,
        *,
        environment: Callable[[], Credentials],
        account: Callable[[str | None, str | None], Credentials | None],
        provided: Provided | AsyncProvided | None = None,
    ) -> None:
        self._explicit = explicit or Credentials()
        self._read_environment = environment
        self._account = account
        self._provided = provided

    def resolve(self, caller: Caller) -> Credentials | HostCall:
        """The credentials, or what to call for them.

        Raises AccountNotFound, SeveralAccounts, Misconfigured, RegionMismatch or InvalidParams, never naming a secret.
        """
        if caller.custom_auth_params:
            return _of_one_region(credentials_from(caller.custom_auth_params).hosts_of(self._hosts))
        if self._provided is None:
            return _of_one_region(self._usual(caller))
        return self._provided.of(_whose(caller)) or self._fetching(self._provided, caller, None)

    def renew(self, run: Run) -> HostCall | None:
        """What to call when Segment refused a call's credentials; None if nobody has others."""
        caller, provided = run.caller, self._provided
        if provided is None or caller.custom_auth_params or provided.of(_whose(caller)) is None:
            return None
        return self._fetching(provided, caller, run.credentials)

    def _fetching(self, provided: Provided | AsyncProvided, caller: Caller, stale: Credentials | None) -> HostCall:
        def complete(named: Named) -> Credentials:
            found = self._usual(caller) if named is None else credentials_from(named).hosts_of(self._hosts)
            return _of_one_region(found)

        return HostCall("credentials", provided.fetch, (_whose(caller), stale, complete))

    def _usual(self, caller: Caller) -> Credentials:
        if self._explicit.has_secret and caller.connected_account_id is None:
            return self._hosts
        account = self._connected(caller)
        return self._hosts.or_else(self._environment) if account is None else account.hosts_of(self._hosts)

    def _connected(self, caller: Caller) -> Credentials | None:
        try:
            return self._account(caller.user_id, caller.connected_account_id)
        except (AccountNotFound, SeveralAccounts):
            raise
        except ToolkitError as error:  # the store cannot be opened
            raise Misconfigured(error.message, hint=error.hint) from error

    @cached_property
    def _environment(self) -> Credentials:
        try:
            return self._read_environment()
        except InvalidParams as error:
            raise Misconfigured(
                f"A SEGMENT_* variable is wrong: {error.message}", hint="The host must set it right, or unset it."
            ) from None

    @cached_property
    def _hosts(self) -> Credentials:
        return self._explicit.hosts_of(self._environment)


def _whose(caller: Caller) -> tuple[str | None, str | None]:
    return caller.user_id, caller.connected_account_id


def _of_one_region(found: Credentials) -> Credentials:
    """The credentials, once region and hosts agree: they may come from different places. Raises RegionMismatch."""
    if found.mismatch:
        raise RegionMismatch(found.mismatch, hint="Nothing was sent. The host must set region and URLs of one region.")
    return found


def explicit_credentials(given: Mapping[str, Any]) -> Credentials:
    """The constructor's credentials. `api_key` counts when it is a Segment secret by its form; Composio's is not."""
    named = {name: value for name, value in given.items() if name != "api_key"}
    api_key = given.get("api_key")
    if isinstance(api_key, str) and recognised(api_key):
        named["generic_api_key"] = api_key
    return credentials_from(named)


def environment_credentials(environ: Mapping[str, str] | None) -> Credentials:
    """The credentials in SEGMENT_* variables; those of the process for None. Raises InvalidParams."""
    return from_environment(os.environ if environ is None else environ)
