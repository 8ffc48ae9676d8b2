"""After connecting: changing, switching off and on, revoking, deleting, waiting."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from account_samples import OTHER_WRITE_KEY, TOKEN, WRITE_KEY, config, shows_a_secret, token_config

from segment_toolkit.accounts import ConnectedAccounts
from segment_toolkit.errors import AccountNotFound, AccountTimeout, InvalidParams


def test_a_connection_adds_credentials_and_replaces_the_same_kind(accounts: ConnectedAccounts) -> None:
    made = accounts.initiate("u1", "ac_x", config=config(generic_api_key=TOKEN, write_keys={"web": WRITE_KEY}))

    changed = accounts.update(made.id, connection={"region": "eu", "write_keys": {"ios": OTHER_WRITE_KEY}})

    assert changed == accounts.get(made.id)
    assert changed.notes == ()
    assert changed.credentials.region == "eu"
    assert changed.credentials.public_api_token == TOKEN
    assert changed.credentials.write_keys == {"web": WRITE_KEY, "ios": OTHER_WRITE_KEY}


@pytest.mark.parametrize(
    "connection",
    [
        pytest.param({"generic_api_key": OTHER_WRITE_KEY}, id="the members of val"),
        pytest.param(config(generic_api_key=OTHER_WRITE_KEY), id="a whole config"),
        pytest.param({"state": config(generic_api_key=OTHER_WRITE_KEY)}, id="a state"),
    ],
)
def test_a_connection_may_be_given_as(accounts: ConnectedAccounts, connection: dict[str, Any]) -> None:
    made = accounts.initiate("u1", "ac_x", config=config(generic_api_key=WRITE_KEY))

    changed = accounts.update(made.id, connection=connection)

    assert changed.credentials.write_key == OTHER_WRITE_KEY


@pytest.mark.parametrize(
    ("connection", "says"),
    [
        pytest.param({"writekey": WRITE_KEY}, "did you mean 'write_key'", id="a misspelt name"),
        pytest.param({"generic_api_key": " "}, "is empty", id="an empty key"),
        pytest.param(TOKEN, "has no val", id="no object"),
    ],
)
def test_a_wrong_connection_changes_nothing(accounts: ConnectedAccounts, connection: Any, says: str) -> None:
    made = accounts.initiate("u1", "ac_x", config=token_config())
    before = accounts.get(made.id)

    with pytest.raises(InvalidParams) as raised:
        accounts.update(made.id, alias="new", connection=connection)

    assert says in raised.value.text
    assert not shows_a_secret(raised.value.text)
    assert accounts.get(made.id) == before


def test_an_alias_can_be_given_changed_and_removed(accounts: ConnectedAccounts) -> None:
    made = accounts.initiate("u1", "ac_x", config=token_config())

    names = [accounts.update(made.id, alias=alias).alias for alias in ("a", "b", "b", "")]

    assert names == ["a", "b", "b", None]


def test_an_alias_of_another_account_of_the_user_is_refused(accounts: ConnectedAccounts) -> None:
    accounts.initiate("u1", "ac_x", config=token_config(), alias="production")
    second = accounts.initiate("u1", "ac_x", config=token_config(), alias="staging", allow_multiple=True)

    with pytest.raises(InvalidParams, match="has that alias"):
        accounts.update(second.id, alias="production")

    assert accounts.get(second.id).alias == "staging"


def test_disabling_keeps_the_secrets_and_enabling_brings_them_back(accounts: ConnectedAccounts) -> None:
    made = accounts.initiate("u1", "ac_x", config=token_config())

    off = accounts.disable(made.id)
    on = accounts.enable(made.id)

    assert (off.status, off.is_disabled, off.success) == ("INACTIVE", True, True)
    assert (on.status, on.is_disabled) == ("ACTIVE", False)
    assert on.credentials.public_api_token == TOKEN


def test_update_status_is_enable_and_disable(accounts: ConnectedAccounts) -> None:
    made = accounts.initiate("u1", "ac_x", config=token_config())

    states = [accounts.update_status(made.id, enabled=enabled).status for enabled in (False, False, True)]

    assert states == ["INACTIVE", "INACTIVE", "ACTIVE"]


def test_new_credentials_do_not_switch_a_disabled_account_on(accounts: ConnectedAccounts) -> None:
    made = accounts.initiate("u1", "ac_x", config=token_config())
    accounts.disable(made.id)

    changed = accounts.update(made.id, connection={"write_key": WRITE_KEY})

    assert changed.status == "INACTIVE"


def test_revoking_forgets_the_secrets_for_good(accounts: ConnectedAccounts) -> None:
    made = accounts.initiate("u1", "ac_x", config=token_config())

    revoked = accounts.revoke(made.id)

    assert (revoked.status, revoked.recognised) == ("REVOKED", ())
    assert revoked.credentials.secrets() == ()
    with pytest.raises(InvalidParams, match="REVOKED"):
        accounts.enable(made.id)
    with pytest.raises(InvalidParams, match="was revoked"):
        accounts.update(made.id, connection={"generic_api_key": TOKEN})


def test_a_deleted_account_is_gone(accounts: ConnectedAccounts) -> None:
    made = accounts.initiate("u1", "ac_x", config=token_config())

    answer = accounts.delete(made.id)

    assert (answer.id, answer.success) == (made.id, True)
    assert accounts.credentials_for("u1", None) is None
    with pytest.raises(AccountNotFound):
        accounts.delete(made.id)


@pytest.mark.parametrize("name", ["get", "delete", "enable", "disable", "update", "revoke", "wait_for_connection"])
@pytest.mark.parametrize("nanoid", ["ca_none", "", None, {}, "\ud800"], ids=repr)
def test_an_unknown_id_is_not_found_by(accounts: ConnectedAccounts, name: str, nanoid: Any) -> None:
    with pytest.raises(AccountNotFound, match="No connected account has that id"):
        getattr(accounts, name)(nanoid)


def test_an_account_started_without_its_key_becomes_active_with_it(accounts: ConnectedAccounts) -> None:
    request = accounts.initiate("u1", "ac_x", config=config(status="INITIATED", region="us"))
    bring = threading.Timer(0.1, accounts.update, (request.id,), {"connection": {"generic_api_key": TOKEN}})

    bring.start()
    account = request.wait_for_connection(timeout=10)

    bring.join()
    assert (account.status, request.status) == ("ACTIVE", "ACTIVE")
    assert account.credentials.public_api_token == TOKEN


def test_an_account_without_a_key_cannot_be_made_active(accounts: ConnectedAccounts) -> None:
    request = accounts.initiate("u1", "ac_x", config=config(status="INITIATED"))

    with pytest.raises(InvalidParams, match="without a key"):
        accounts.update(request.id, connection={"status": "ACTIVE"})

    assert accounts.get(request.id).status == "INITIATED"


def test_waiting_ends_when_the_time_is_over(accounts: ConnectedAccounts) -> None:
    request = accounts.initiate("u1", "ac_x", config=config(status="INITIATED"))

    with pytest.raises(AccountTimeout, match=r"still INITIATED after 0\.01 seconds") as raised:
        request.wait_for_connection(timeout=0.01)

    assert isinstance(raised.value, TimeoutError)


def test_waiting_for_a_revoked_account_ends_at_once(accounts: ConnectedAccounts) -> None:
    request = accounts.initiate("u1", "ac_x", config=token_config())
    accounts.revoke(request.id)

    with pytest.raises(AccountTimeout, match="is REVOKED"):
        accounts.wait_for_connection(request.id)
