"""The filters and orders of `connected_accounts.list`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..errors import InvalidParams
from .account import ConnectedAccount, status_named
from .texts import is_text


def selected(
    accounts: Iterable[ConnectedAccount],
    *,
    user_ids: Sequence[str] | None,
    auth_config_ids: Sequence[str] | None,
    toolkit_slugs: Sequence[str] | None,
    connected_account_ids: Sequence[str] | None,
    statuses: Sequence[str] | None,
) -> list[ConnectedAccount]:
    """The accounts that match every filter that is given; an empty filter matches none. Raises InvalidParams."""
    users = _among("user_ids", user_ids)
    configs = _among("auth_config_ids", auth_config_ids)
    slugs = _among("toolkit_slugs", toolkit_slugs)
    ids = _among("connected_account_ids", connected_account_ids)
    words = _among("statuses", statuses)
    folded = None if slugs is None else {slug.lower() for slug in slugs}
    wanted = None if words is None else {status_named(word) for word in words}
    return [
        account
        for account in accounts
        if (users is None or account.user_id in users)
        and (configs is None or account.auth_config_id in configs)
        and (folded is None or account.toolkit.slug in folded)
        and (ids is None or account.id in ids)
        and (wanted is None or account.status in wanted)
    ]


def ordered(accounts: Sequence[ConnectedAccount], order_by: str | None) -> list[ConnectedAccount]:
    """Newest first, or last changed first; `accounts` come oldest first. Raises InvalidParams."""
    if order_by not in (None, "created_at", "updated_at"):
        raise InvalidParams("order_by must be 'created_at' or 'updated_at'.")
    newest_first = list(reversed(accounts))
    if order_by == "updated_at":
        newest_first.sort(key=lambda account: account.updated_at, reverse=True)
    return newest_first


def only(user_ids: Sequence[str] | None) -> str | None:
    """The user, when one alone is asked for: a store need not open every tenant's secrets to find that one's."""
    return user_ids[0] if isinstance(user_ids, list | tuple) and len(user_ids) == 1 and is_text(user_ids[0]) else None


def _among(name: str, values: Sequence[str] | None) -> frozenset[str] | None:
    """A bare string is refused: "u1" would otherwise read as the users "u" and "1"."""
    if values is None:
        return None
    if isinstance(values, str) or not all(isinstance(value, str) for value in values):
        raise InvalidParams(f"{name} must be a list of strings.")
    return frozenset(values)
