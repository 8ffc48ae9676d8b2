"""Connected accounts, under Composio's names and signatures, kept on this machine; sync first, then async."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NoReturn

from ..credentials import Credentials
from ..errors import AccountNotFound, InvalidParams
from ..secrecy.discreet import discreet, discreet_async
from .account import ConnectedAccount, Deleted, new_id, now
from .auth_configs import registered
from .choice import chosen
from .config import HINT, read_config
from .listing import only, ordered, selected
from .page import Page, paged
from .request import AsyncConnectionRequest, ConnectionRequest
from .rules import reconnected, refuse_second, refuse_taken
from .store import AccountStore
from .texts import alias_named, is_text, text_named
from .threads import in_thread


class ConnectedAccounts:
    """Whose Segment each user's calls reach. Only `credentials_for` chooses an account, from the user's own."""

    def __init__(self, store: AccountStore) -> None:
        self._store = store

    @discreet
    def initiate(
        self,
        user_id: str,
        auth_config_id: str,
        *,
        callback_url: str | None = None,  # noqa: ARG002 - Composio's; an API key needs no page to come back from
        allow_multiple: bool = False,
        config: Mapping[str, Any] | None = None,
        alias: str | None = None,
    ) -> ConnectionRequest:
        """Connect a user's Segment: `config={"auth_scheme": "API_KEY", "val": {...}}`, see `config`.

        Active at once, unless `val` says `"status": "INITIATED"`: then `update` brings the key and makes it active.
        Raises InvalidParams; SeveralAccounts if the user has an active account of this auth config already.
        """
        given = read_config(config)
        created = now()
        account = ConnectedAccount(
            id=new_id("ca"),
            user_id=text_named("user_id", user_id),
            auth_config_id=text_named("auth_config_id", auth_config_id),
            status=given.status or "ACTIVE",
            credentials=given.credentials,
            alias=alias_named(alias),
            created_at=created,
            updated_at=created,
        )
        with self._store.exclusive():
            owned = self._store.all_accounts(account.user_id)
            if not allow_multiple:
                refuse_second(account, owned)
            refuse_taken(account, owned)
            registered(self._store, account.auth_config_id)
            self._store.put_account(account)
        return ConnectionRequest(account, self.get)

    def link(
        self,
        user_id: str,  # noqa: ARG002 - the signature is Composio's
        auth_config_id: str,  # noqa: ARG002
        *,
        callback_url: str | None = None,  # noqa: ARG002
        alias: str | None = None,  # noqa: ARG002
        allow_multiple: bool = False,  # noqa: ARG002
        experimental: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> NoReturn:
        """Always raises InvalidParams: no page is hosted on which a user could type a key."""
        raise InvalidParams("There is no hosted page to link on: use connected_accounts.initiate.", hint=HINT)

    def get(self, nanoid: str) -> ConnectedAccount:
        """The account, whoever's it is: for the host, never for a model to choose. Raises AccountNotFound."""
        account = self._found(nanoid)
        if account is None:
            raise AccountNotFound("No connected account has that id.", hint="connected_accounts.list() shows them.")
        return account

    def list(
        self,
        user_ids: Sequence[str] | None = None,
        auth_config_ids: Sequence[str] | None = None,
        toolkit_slugs: Sequence[str] | None = None,
        connected_account_ids: Sequence[str] | None = None,
        statuses: Sequence[str] | None = None,
        cursor: str | None = None,
        limit: float | None = None,
        order_by: str | None = None,
    ) -> Page[ConnectedAccount]:
        """Accounts that match every filter, newest first; `order_by`: created_at, updated_at. Raises InvalidParams."""
        found = selected(
            self._store.all_accounts(only(user_ids)),
            user_ids=user_ids,
            auth_config_ids=auth_config_ids,
            toolkit_slugs=toolkit_slugs,
            connected_account_ids=connected_account_ids,
            statuses=statuses,
        )
        return paged(ordered(found, order_by), cursor=cursor, limit=limit)

    def delete(self, nanoid: str) -> Deleted:
        """Forget the account and its secrets. Segment still honours its keys. Raises AccountNotFound."""
        with self._store.exclusive():
            self.get(nanoid)
            self._store.delete_account(nanoid)
        return Deleted(nanoid)

    def enable(self, nanoid: str) -> ConnectedAccount:
        """Switch a disabled account on. Raises AccountNotFound; InvalidParams if it is neither on nor off."""
        return self.update_status(nanoid, enabled=True)

    def disable(self, nanoid: str) -> ConnectedAccount:
        """Switch an active account off, keeping its secrets. Raises as `enable`."""
        return self.update_status(nanoid, enabled=False)

    def update_status(self, nanoid: str, enabled: bool) -> ConnectedAccount:
        """ACTIVE or INACTIVE. Raises as `enable`."""
        with self._store.exclusive():
            account = self.get(nanoid)
            if account.status not in ("ACTIVE", "INACTIVE"):
                raise InvalidParams(f"Account {account.name} is {account.status}: it cannot be switched on or off.")
            return self._put(account, status="ACTIVE" if enabled else "INACTIVE")

    @discreet
    def update(
        self, nanoid: str, *, alias: str | None = None, connection: Mapping[str, Any] | None = None
    ) -> ConnectedAccount:
        """Give it another alias ("" removes it), or add and replace credentials: `connection` is like `val`.

        A key makes an account that waits for one (or failed) active. Raises AccountNotFound, InvalidParams.
        """
        with self._store.exclusive():
            account = self.get(nanoid)
            changed = account if connection is None else reconnected(account, connection)
            if alias is not None:
                changed = replace(changed, alias=alias_named(alias or None))
                refuse_taken(changed, self._store.all_accounts(account.user_id))
            return self._put(changed)

    def wait_for_connection(
        self,
        id: str,  # noqa: A002 - Composio's name
        timeout: float | None = None,
    ) -> ConnectedAccount:
        """The account once it is active; `timeout` in seconds, 60 when None. Raises AccountTimeout, AccountNotFound."""
        return ConnectionRequest(self.get(id), self.get).wait_for_connection(timeout)

    def revoke(self, nanoid: str) -> ConnectedAccount:
        """End the account for good and forget its secrets here. Raises AccountNotFound.

        Segment still honours its keys: whoever must be kept out, delete the token or write key at Segment too.
        """
        with self._store.exclusive():
            account = self.get(nanoid)
            return self._put(account, status="REVOKED", credentials=Credentials(region=account.credentials.region))

    def credentials_for(self, user_id: str | None, account: str | None) -> Credentials | None:
        """What a call of this user runs with: the account of that id or alias, or the user's only active one.

        None when no account is asked for and the user has none. Without `user_id`, `account` must be an id.
        Raises AccountNotFound (unknown, another user's, not active), SeveralAccounts (the user must choose).
        """
        if user_id is not None:
            owned = self._store.all_accounts(text_named("user_id", user_id))
        else:
            named = self._found(account) if account is not None else None
            owned = [named] if named is not None else []
        found = chosen(owned, account)
        return found.credentials if found is not None else None

    def _found(self, nanoid: str) -> ConnectedAccount | None:
        return self._store.get_account(nanoid) if is_text(nanoid) else None

    def _put(self, account: ConnectedAccount, **changes: Any) -> ConnectedAccount:
        account = replace(account, **changes, updated_at=now())
        self._store.put_account(account)
        return account


class AsyncConnectedAccounts:
    """`ConnectedAccounts`, awaited: same names, arguments, answers and errors."""

    def __init__(self, accounts: ConnectedAccounts) -> None:
        self._accounts = accounts

    @discreet_async
    async def initiate(
        self,
        user_id: str,
        auth_config_id: str,
        *,
        callback_url: str | None = None,
        allow_multiple: bool = False,
        config: Mapping[str, Any] | None = None,
        alias: str | None = None,
    ) -> AsyncConnectionRequest:
        """As `ConnectedAccounts.initiate`."""
        request = await in_thread(
            self._accounts.initiate,
            user_id,
            auth_config_id,
            callback_url=callback_url,
            allow_multiple=allow_multiple,
            config=config,
            alias=alias,
        )
        return AsyncConnectionRequest(request)

    async def link(
        self,
        user_id: str,
        auth_config_id: str,
        *,
        callback_url: str | None = None,
        alias: str | None = None,
        allow_multiple: bool = False,
        experimental: Mapping[str, Any] | None = None,
    ) -> NoReturn:
        """As `ConnectedAccounts.link`: always raises."""
        self._accounts.link(
            user_id,
            auth_config_id,
            callback_url=callback_url,
            alias=alias,
            allow_multiple=allow_multiple,
            experimental=experimental,
        )

    async def get(self, nanoid: str) -> ConnectedAccount:
        """As `ConnectedAccounts.get`."""
        return await in_thread(self._accounts.get, nanoid)

    async def list(
        self,
        user_ids: Sequence[str] | None = None,
        auth_config_ids: Sequence[str] | None = None,
        toolkit_slugs: Sequence[str] | None = None,
        connected_account_ids: Sequence[str] | None = None,
        statuses: Sequence[str] | None = None,
        cursor: str | None = None,
        limit: float | None = None,
        order_by: str | None = None,
    ) -> Page[ConnectedAccount]:
        """As `ConnectedAccounts.list`."""
        return await in_thread(
            self._accounts.list,
            user_ids=user_ids,
            auth_config_ids=auth_config_ids,
            toolkit_slugs=toolkit_slugs,
            connected_account_ids=connected_account_ids,
            statuses=statuses,
            cursor=cursor,
            limit=limit,
            order_by=order_by,
        )

    async def delete(self, nanoid: str) -> Deleted:
        """As `ConnectedAccounts.delete`."""
        return await in_thread(self._accounts.delete, nanoid)

    async def enable(self, nanoid: str) -> ConnectedAccount:
        """As `ConnectedAccounts.enable`."""
        return await in_thread(self._accounts.enable, nanoid)

    async def disable(self, nanoid: str) -> ConnectedAccount:
        """As `ConnectedAccounts.disable`."""
        return await in_thread(self._accounts.disable, nanoid)

    async def update_status(self, nanoid: str, enabled: bool) -> ConnectedAccount:
        """As `ConnectedAccounts.update_status`."""
        return await in_thread(self._accounts.update_status, nanoid, enabled)

    @discreet_async
    async def update(
        self, nanoid: str, *, alias: str | None = None, connection: Mapping[str, Any] | None = None
    ) -> ConnectedAccount:
        """As `ConnectedAccounts.update`."""
        return await in_thread(self._accounts.update, nanoid, alias=alias, connection=connection)

    async def wait_for_connection(
        self,
        id: str,  # noqa: A002 - Composio's name
        timeout: float | None = None,
    ) -> ConnectedAccount:
        """As `ConnectedAccounts.wait_for_connection`; it may be cancelled."""
        account = await self.get(id)
        return await AsyncConnectionRequest(ConnectionRequest(account, self._accounts.get)).wait_for_connection(timeout)

    async def revoke(self, nanoid: str) -> ConnectedAccount:
        """As `ConnectedAccounts.revoke`."""
        return await in_thread(self._accounts.revoke, nanoid)

    async def credentials_for(self, user_id: str | None, account: str | None) -> Credentials | None:
        """As `ConnectedAccounts.credentials_for`."""
        return await in_thread(self._accounts.credentials_for, user_id, account)
