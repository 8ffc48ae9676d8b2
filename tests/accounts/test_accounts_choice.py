"""`credentials_for`: the user's own account or none, and never another's."""

from __future__ import annotations

from typing import Any

import pytest
from account_samples import OTHER_WRITE_KEY, WRITE_KEY, config, shows_a_secret, token_config

from segment_toolkit.accounts import ConnectedAccounts
from segment_toolkit.errors import AccountNotFound, InvalidParams, SeveralAccounts


def connect(accounts: ConnectedAccounts, user_id: str, write_key: str, alias: str | None = None) -> str:
    val = config(write_key=write_key, region="us")
    return accounts.initiate(user_id, "ac_x", config=val, alias=alias, allow_multiple=True).id


def test_a_user_without_accounts_has_no_credentials(accounts: ConnectedAccounts) -> None:
    connect(accounts, "u2", WRITE_KEY)

    found = accounts.credentials_for("u1", None)

    assert found is None


def test_the_only_active_account_is_taken(accounts: ConnectedAccounts) -> None:
    accounts.disable(connect(accounts, "u1", OTHER_WRITE_KEY))
    connect(accounts, "u1", WRITE_KEY)

    found = accounts.credentials_for("u1", None)

    assert found is not None
    assert found.write_key == WRITE_KEY


def test_an_account_is_named_by_id_or_alias(accounts: ConnectedAccounts) -> None:
    connect(accounts, "u1", OTHER_WRITE_KEY, alias="staging")
    production = connect(accounts, "u1", WRITE_KEY, alias="production")

    by_alias = accounts.credentials_for("u1", "production")
    by_id = accounts.credentials_for("u1", production)

    assert by_alias is not None
    assert by_alias.write_key == WRITE_KEY
    assert by_id == by_alias


def test_of_several_active_accounts_none_is_guessed(accounts: ConnectedAccounts) -> None:
    staging = connect(accounts, "u1", OTHER_WRITE_KEY, alias="staging")
    unnamed = connect(accounts, "u1", WRITE_KEY)

    with pytest.raises(SeveralAccounts) as raised:
        accounts.credentials_for("u1", None)

    assert f"staging ({staging}), {unnamed}" in raised.value.message
    assert "connected_account_id" in raised.value.hint


def test_a_list_of_very_many_accounts_stays_readable(accounts: ConnectedAccounts) -> None:
    for _ in range(30):
        connect(accounts, "u1", WRITE_KEY)

    with pytest.raises(SeveralAccounts, match="and 22 more") as raised:
        accounts.credentials_for("u1", None)

    assert len(raised.value.text) < 800


@pytest.mark.parametrize(
    ("stop", "says", "hint"),
    [
        pytest.param("disable", "INACTIVE", "enable", id="switched off"),
        pytest.param("revoke", "REVOKED", "initiate", id="revoked"),
    ],
)
def test_accounts_none_of_which_is_active_are_not_the_same_as_none(
    accounts: ConnectedAccounts, stop: str, says: str, hint: str
) -> None:
    account_id = connect(accounts, "u1", WRITE_KEY, alias="production")
    getattr(accounts, stop)(account_id)

    for wanted in (None, account_id, "production"):
        with pytest.raises(AccountNotFound, match=says) as raised:
            accounts.credentials_for("u1", wanted)
        assert hint in raised.value.hint


def test_another_users_account_looks_exactly_like_one_that_does_not_exist(accounts: ConnectedAccounts) -> None:
    connect(accounts, "u1", WRITE_KEY, alias="mine")
    others = connect(accounts, "u2", OTHER_WRITE_KEY, alias="theirs")

    texts = []
    for wanted in (others, "theirs", "ca_none", ""):
        with pytest.raises(AccountNotFound) as raised:
            accounts.credentials_for("u1", wanted)
        texts.append(raised.value.text)

    assert len(set(texts)) == 1
    assert "theirs" not in texts[0]
    assert others not in texts[0]
    assert "u2" not in texts[0]


def test_without_a_user_only_an_id_finds_an_account(accounts: ConnectedAccounts) -> None:
    account_id = connect(accounts, "u1", WRITE_KEY, alias="production")

    found = accounts.credentials_for(None, account_id)

    assert found is not None
    assert found.write_key == WRITE_KEY
    assert accounts.credentials_for(None, None) is None
    with pytest.raises(AccountNotFound):
        accounts.credentials_for(None, "production")


@pytest.mark.parametrize("user_id", ["", 1, ["u1"], "\ud800"], ids=repr)
def test_a_user_id_that_is_no_text_is_refused(accounts: ConnectedAccounts, user_id: Any) -> None:
    connect(accounts, "1", WRITE_KEY)

    with pytest.raises(InvalidParams, match="user_id"):
        accounts.credentials_for(user_id, None)


@pytest.mark.parametrize("wanted", ["U1 ", "u1%", "u_", "*"])
def test_user_ids_match_exactly(accounts: ConnectedAccounts, wanted: str) -> None:
    connect(accounts, "u1", WRITE_KEY)

    assert accounts.credentials_for(wanted, None) is None


def test_two_tenants_interleaved_a_thousand_times_never_mix(accounts: ConnectedAccounts) -> None:
    keys = {"u1": WRITE_KEY, "u2": OTHER_WRITE_KEY}
    for user_id, key in keys.items():
        connect(accounts, user_id, key, alias="production")

    mixed = []
    for turn in range(1_000):
        for user_id, key in keys.items():
            found = accounts.credentials_for(user_id, "production" if turn % 2 else None)
            mixed += [user_id] if found is None or found.secrets() != (key,) else []

    assert mixed == []


def test_no_secret_shows_in_text(accounts: ConnectedAccounts) -> None:
    val = {**token_config()["val"], "write_key": WRITE_KEY, "write_keys": {"web": OTHER_WRITE_KEY}}
    request = accounts.initiate("u1", "ac_x", config=config(**val), alias="production")
    account = accounts.get(request.id)

    texts = [repr(account), str(account), repr(account.to_dict()), repr(request), repr(accounts.list())]

    assert not any(shows_a_secret(text) for text in texts)
    assert "credentials" not in repr(account)
    assert account.to_dict()["credentials"] == {
        "region": "us",
        "public_api_token": "********",
        "write_key": "********",
        "write_keys": {"web": "********"},
    }
