"""Which of a user's accounts a call is for.

Everything here sees only the accounts of the user it was asked for, so another tenant's cannot be chosen, named or
even shown to exist.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import AccountNotFound, SeveralAccounts
from .account import ConnectedAccount

_HINTS = {
    "INACTIVE": "Switch it on with connected_accounts.enable.",
    "REVOKED": "Connect again with connected_accounts.initiate.",
}
_MOST_SHOWN = 8
_GIVE_KEY = "Give its key with connected_accounts.update(id, connection={...})."


def chosen(owned: Sequence[ConnectedAccount], wanted: str | None) -> ConnectedAccount | None:
    """The active account with the id or alias `wanted`; without one, the only active account. None if there is none.

    Raises AccountNotFound when it is unknown or not active, SeveralAccounts when the user must choose.
    """
    if wanted is not None:
        return _active(_named(owned, wanted))
    active = [account for account in owned if account.status == "ACTIVE"]
    if len(active) > 1:
        raise SeveralAccounts(
            f"This user has {len(active)} active Segment accounts: {listed(active)}.",
            hint="Say which: pass connected_account_id.",
        )
    if owned and not active:
        newest = owned[-1]
        message = f"This user has no active Segment account: {newest.name} is {newest.status}."
        raise AccountNotFound(message, hint=_hint(newest))
    return active[0] if active else None


def listed(accounts: Sequence[ConnectedAccount]) -> str:
    """The accounts by alias and id, for a message; the last of very many are counted."""
    shown = [account.name for account in accounts[:_MOST_SHOWN]]
    hidden = len(accounts) - len(shown)
    return ", ".join(shown) + (f" and {hidden} more" if hidden else "")


def _named(owned: Sequence[ConnectedAccount], wanted: str) -> ConnectedAccount:
    for account in owned:
        if wanted in (account.id, account.alias):
            return account
    own = f"The user's accounts: {listed(owned)}." if owned else "Connect one with connected_accounts.initiate."
    raise AccountNotFound("This user has no connected account with that id or alias.", hint=own)


def _active(account: ConnectedAccount) -> ConnectedAccount:
    if account.status != "ACTIVE":
        raise AccountNotFound(f"Account {account.name} is {account.status}, not ACTIVE.", hint=_hint(account))
    return account


def _hint(account: ConnectedAccount) -> str:
    return _HINTS.get(account.status, _GIVE_KEY)
