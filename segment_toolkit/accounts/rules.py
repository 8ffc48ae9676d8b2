"""What must hold of a new or changed account: one alias a user, one active account unless more are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from ..errors import InvalidParams, SeveralAccounts
from .account import ConnectedAccount
from .config import merged, read_connection


def refuse_second(account: ConnectedAccount, owned: Iterable[ConnectedAccount]) -> None:
    """Raises SeveralAccounts if the user has an active account of the same auth config."""
    for other in owned:
        if other.status == "ACTIVE" and other.auth_config_id == account.auth_config_id:
            raise SeveralAccounts(
                f"This user has an active Segment account already: {other.name}.",
                hint="Update it, or pass allow_multiple=True (and an alias to tell them apart).",
            )


def refuse_taken(account: ConnectedAccount, owned: Iterable[ConnectedAccount]) -> None:
    """Raises InvalidParams if another of the user's accounts has the alias."""
    for other in owned:
        if account.alias is not None and other.alias == account.alias and other.id != account.id:
            raise InvalidParams(f"This user's account {other.name} has that alias.", hint="Choose another alias.")


def reconnected(account: ConnectedAccount, connection: Mapping[str, Any]) -> ConnectedAccount:
    """The account with what `connection` gives. An INACTIVE one stays so: the host switched it off."""
    if account.status == "REVOKED":
        raise InvalidParams(f"Account {account.name} was revoked.", hint="Connect again with initiate.")
    given = read_connection(connection)
    credentials = merged(given.credentials, account.credentials)
    arrived = "ACTIVE" if given.credentials.secrets() and account.status != "INACTIVE" else account.status
    status = given.status or arrived
    if status == "ACTIVE" and not credentials.secrets():
        raise InvalidParams("An account without a key cannot be active.", hint="Give generic_api_key in connection.")
    return replace(account, credentials=credentials, status=status)
