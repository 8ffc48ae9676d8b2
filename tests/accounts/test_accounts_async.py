"""The awaited twins: same names, same answers, same errors."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

import pytest
from account_samples import TOKEN, config, token_config

from segment_toolkit.accounts import (
    AccountStore,
    AsyncAuthConfigs,
    AsyncConnectedAccounts,
    AuthConfigs,
    ConnectedAccounts,
)
from segment_toolkit.errors import AccountTimeout, InvalidParams, SeveralAccounts
from segment_toolkit.toolkits import AsyncToolkits, Toolkits


@pytest.mark.parametrize(
    ("sync", "awaited"),
    [(ConnectedAccounts, AsyncConnectedAccounts), (AuthConfigs, AsyncAuthConfigs), (Toolkits, AsyncToolkits)],
    ids=["connected_accounts", "auth_configs", "toolkits"],
)
def test_every_method_has_an_awaited_twin_with_the_same_arguments(sync: type, awaited: type) -> None:
    def methods(kind: type) -> dict[str, list[str]]:
        found = inspect.getmembers(kind, inspect.isfunction)
        return {name: list(inspect.signature(f).parameters) for name, f in found if not name.startswith("_")}

    assert methods(sync) == methods(awaited)
    assert all(inspect.iscoroutinefunction(getattr(awaited, name)) for name in methods(awaited))


def test_a_life_of_an_account_awaited(accounts: ConnectedAccounts) -> None:
    async def life() -> list[Any]:
        awaited = AsyncConnectedAccounts(accounts)
        request = await awaited.initiate("u1", "ac_x", config=token_config(), alias="production")
        account = await request.wait_for_connection()
        found = await awaited.credentials_for("u1", "production")
        off = await awaited.disable(account.id)
        on = await awaited.update_status(account.id, enabled=True)
        listed = await awaited.list(user_ids=["u1"])
        revoked = await awaited.revoke(account.id)
        deleted = await awaited.delete(account.id)
        return [account.status, found, off.status, on.status, len(listed), revoked.status, deleted.success]

    status, found, *rest = asyncio.run(life())

    assert status == "ACTIVE"
    assert found.public_api_token == TOKEN
    assert rest == ["INACTIVE", "ACTIVE", 1, "REVOKED", True]
    assert accounts.list().items == []


def test_tasks_of_one_user_connect_once(accounts: ConnectedAccounts) -> None:
    async def connect_all() -> list[Any]:
        awaited = AsyncConnectedAccounts(accounts)
        calls = (awaited.initiate("u1", "ac_x", config=token_config()) for _ in range(20))
        return await asyncio.gather(*calls, return_exceptions=True)

    answers = asyncio.run(connect_all())

    assert sum(isinstance(answer, SeveralAccounts) for answer in answers) == 19
    assert len(accounts.list()) == 1


def test_an_awaited_wait_sees_the_key_arrive_and_times_out_without_it(accounts: ConnectedAccounts) -> None:
    async def wait_twice() -> str:
        awaited = AsyncConnectedAccounts(accounts)
        request = await awaited.initiate("u1", "ac_x", config=config(status="INITIATED"))
        with pytest.raises(AccountTimeout):
            await awaited.wait_for_connection(request.id, timeout=0.01)
        waiting = asyncio.create_task(request.wait_for_connection(timeout=10))
        await awaited.update(request.id, connection={"generic_api_key": TOKEN})
        return (await waiting).status

    status = asyncio.run(wait_twice())

    assert status == "ACTIVE"


def test_auth_configs_and_toolkits_awaited(store: AccountStore) -> None:
    configs = AuthConfigs(store)

    async def ask() -> list[Any]:
        awaited = AsyncAuthConfigs(configs)
        made = await awaited.create("segment", {"type": "use_custom_auth"})
        off = await awaited.disable(made.id)
        on = await awaited.enable(made.id)
        renamed = await awaited.update(made.id, options={"type": "custom", "name": "Shop"})
        same = await awaited.get(made.id)
        listed = await awaited.list(search="shop")
        deleted = await awaited.delete(made.id)
        toolkits = AsyncToolkits(Toolkits(lambda: 17, ConnectedAccounts(store), configs))
        with pytest.raises(InvalidParams):
            await toolkits.authorize(user_id="u1", toolkit="segment")
        counted = (await toolkits.get("segment")).tools_count
        fields = await toolkits.get_connected_account_initiation_fields("segment", "API_KEY", required_only=True)
        empty = await toolkits.get_auth_config_creation_fields("segment", "API_KEY")
        kinds = await toolkits.list_categories()
        page = await toolkits.list()
        return [off.status, on.status, renamed == same, len(listed), deleted.success, counted, len(fields), len(empty),
                len(kinds), len(page)]  # fmt: skip

    answers = asyncio.run(ask())

    assert answers == ["DISABLED", "ENABLED", True, 1, True, 17, 2, 0, 2, 1]


def test_linking_awaited_says_to_initiate(accounts: ConnectedAccounts) -> None:
    with pytest.raises(InvalidParams, match="initiate"):
        asyncio.run(AsyncConnectedAccounts(accounts).link("u1", "ac_x"))
