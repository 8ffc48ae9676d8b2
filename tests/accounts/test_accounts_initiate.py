"""Connecting: what is accepted, what is refused and how, what the account then says of itself."""

from __future__ import annotations

from typing import Any

import pytest
from account_samples import OTHER_WRITE_KEY, TOKEN, WRITE_KEY, config, shows_a_secret, token_config

from segment_toolkit.accounts import AuthConfigs, ConnectedAccounts
from segment_toolkit.errors import InvalidParams, SeveralAccounts
from segment_toolkit.types import auth_scheme


def test_an_account_with_a_key_is_active_at_once(accounts: ConnectedAccounts) -> None:
    request = accounts.initiate("u1", "ac_made_elsewhere", config=token_config("eu"))

    account = request.wait_for_connection(timeout=0)
    assert (request.status, request.redirect_url) == ("ACTIVE", None)
    assert account.id == request.id
    assert account.id.startswith("ca_")
    assert (account.user_id, account.status, account.toolkit.slug) == ("u1", "ACTIVE", "segment")
    assert (account.auth_config.id, account.auth_config.auth_scheme) == ("ac_made_elsewhere", "API_KEY")
    assert account.credentials.public_api_token == TOKEN
    assert account.credentials.region == "eu"


def test_an_unknown_auth_config_id_is_registered(accounts: ConnectedAccounts, auth_configs: AuthConfigs) -> None:
    accounts.initiate("u1", "ac_made_elsewhere", config=token_config())

    assert auth_configs.get("ac_made_elsewhere").enabled


def test_a_disabled_auth_config_takes_no_new_account(accounts: ConnectedAccounts, auth_configs: AuthConfigs) -> None:
    made = auth_configs.create("segment", {"type": "use_custom_auth", "auth_scheme": "API_KEY"})
    auth_configs.disable(made.id)

    with pytest.raises(InvalidParams, match="disabled"):
        accounts.initiate("u1", made.id, config=token_config())

    assert accounts.list().items == []


@pytest.mark.parametrize(
    ("val", "kinds"),
    [
        pytest.param({"generic_api_key": TOKEN}, ("public_api_token",), id="a bare token"),
        pytest.param({"generic_api_key": WRITE_KEY}, ("write_key",), id="a bare write key"),
        pytest.param({"generic_api_key": TOKEN, "write_key": WRITE_KEY}, ("public_api_token", "write_key"), id="both"),
        pytest.param({"generic_api_key": TOKEN, "public_api_token": TOKEN}, ("public_api_token",), id="the same twice"),
        pytest.param({"write_keys": {"web": WRITE_KEY, "ios": OTHER_WRITE_KEY}}, ("write_key",), id="by source"),
        pytest.param({"generic_api_key": TOKEN, "write_key": None}, ("public_api_token",), id="None is absent"),
    ],
)
def test_a_key_is_filed_by_its_form(accounts: ConnectedAccounts, val: dict[str, Any], kinds: tuple[str, ...]) -> None:
    request = accounts.initiate("u1", "ac_x", config=config(region="us", **val))

    assert accounts.get(request.id).recognised == kinds


@pytest.mark.parametrize(
    ("val", "starts"),
    [
        pytest.param({"generic_api_key": TOKEN}, ["region not set", "no write key"], id="token without region"),
        pytest.param({"generic_api_key": TOKEN, "region": ""}, ["region not set", "no write key"], id="blank region"),
        pytest.param({"generic_api_key": WRITE_KEY, "region": "eu"}, ["no Public API token"], id="write key only"),
        pytest.param({"public_api_token": TOKEN, "write_key": WRITE_KEY, "region": "us-west-2"}, [], id="complete"),
    ],
)
def test_an_account_notes_what_it_lacks(accounts: ConnectedAccounts, val: dict[str, Any], starts: list[str]) -> None:
    request = accounts.initiate("u1", "ac_x", config=config(**val))

    notes = accounts.get(request.id).notes
    assert len(notes) == len(starts)
    assert all(note.startswith(start) for note, start in zip(notes, starts, strict=True))


def test_what_auth_scheme_answers_is_a_config(accounts: ConnectedAccounts) -> None:
    made = auth_scheme.api_key({"generic_api_key": TOKEN, "region": "us"})

    request = accounts.initiate("u1", "ac_x", config=made)

    assert made == config(status="ACTIVE", generic_api_key=TOKEN, region="us")
    assert accounts.get(request.id).credentials.public_api_token == TOKEN


@pytest.mark.parametrize(
    ("given", "says"),
    [
        pytest.param(None, "config is missing", id="no config"),
        pytest.param("API_KEY", "config must be an object", id="a string"),
        pytest.param({"auth_scheme": "OAUTH2", "val": {}}, "must be 'API_KEY'", id="another scheme"),
        pytest.param({"val": {"generic_api_key": TOKEN}}, "must be 'API_KEY'", id="no scheme"),
        pytest.param({"auth_scheme": "API_KEY"}, "has no val", id="no val"),
        pytest.param({"generic_api_key": TOKEN}, "config takes no 'generic_api_key'", id="val not nested"),
        pytest.param(config(generic_apikey=TOKEN), "did you mean 'generic_api_key'", id="a misspelt name"),
        pytest.param(config(api_key=TOKEN), "did you mean 'generic_api_key'", id="another product's name"),
        pytest.param(config(**{TOKEN: "us"}), "takes no", id="a key where a name belongs"),
        pytest.param(config(tracking_url="https://evil.example", write_key=WRITE_KEY), "takes no", id="a host"),
        pytest.param(config(), "holds no key", id="nothing"),
        pytest.param(config(region="us"), "holds no key", id="no key"),
        pytest.param(config(generic_api_key=None), "holds no key", id="None"),
        pytest.param(config(generic_api_key=""), "generic_api_key is empty", id="an empty key"),
        pytest.param(config(generic_api_key=TOKEN, write_key=" "), "write_key is empty", id="a blank write key"),
        pytest.param(config(write_keys={"web": ""}), "write_keys must be", id="an empty key of a source"),
        pytest.param(config(write_keys={WRITE_KEY: "web"}), "a source name belongs", id="source and key swapped"),
        pytest.param(config(generic_api_key="hunter2"), "neither a Public API token", id="no known form"),
        pytest.param(config(generic_api_key=7), "neither a Public API token", id="not a string"),
        pytest.param(config(generic_api_key=WRITE_KEY, write_key=OTHER_WRITE_KEY), "another value", id="two values"),
        pytest.param(config(write_key=TOKEN), "form of a Public API token", id="a token as write key"),
        pytest.param(config(generic_api_key=TOKEN, region="mars"), "No Segment region", id="no such region"),
        pytest.param(config(generic_api_key=TOKEN, status="ACTVE"), "did you mean 'ACTIVE'", id="a misspelt status"),
        pytest.param(config(generic_api_key=TOKEN, status="REVOKED"), "status may be given as", id="a final status"),
    ],
)
def test_a_wrong_config_is_refused_and_never_quoted(accounts: ConnectedAccounts, given: Any, says: str) -> None:
    with pytest.raises(InvalidParams) as raised:
        accounts.initiate("u1", "ac_x", config=given)

    assert says in raised.value.text
    assert not shows_a_secret(raised.value.text)
    assert "hunter2" not in raised.value.text
    assert accounts.list().items == []


@pytest.mark.parametrize("user_id", ["", "  ", None, 1, "a\nb", "\ud800"], ids=repr)
def test_a_user_id_is_a_printable_string(accounts: ConnectedAccounts, user_id: Any) -> None:
    with pytest.raises(InvalidParams, match="user_id"):
        accounts.initiate(user_id, "ac_x", config=token_config())

    assert accounts.list().items == []


def test_a_second_active_account_must_be_asked_for(accounts: ConnectedAccounts) -> None:
    first = accounts.initiate("u1", "ac_x", config=token_config(), alias="production")

    with pytest.raises(SeveralAccounts) as raised:
        accounts.initiate("u1", "ac_x", config=token_config())

    assert f"production ({first.id})" in raised.value.message
    assert "allow_multiple=True" in raised.value.hint
    assert len(accounts.list()) == 1


@pytest.mark.parametrize(
    ("user_id", "auth_config_id", "options"),
    [
        pytest.param("u1", "ac_x", {"allow_multiple": True}, id="asked for"),
        pytest.param("u1", "ac_y", {}, id="another auth config"),
        pytest.param("u2", "ac_x", {}, id="another user"),
    ],
)
def test_a_second_account_is_fine_when(
    accounts: ConnectedAccounts, user_id: str, auth_config_id: str, options: dict[str, Any]
) -> None:
    accounts.initiate("u1", "ac_x", config=token_config())

    accounts.initiate(user_id, auth_config_id, config=token_config(), **options)

    assert len(accounts.list()) == 2


def test_an_account_that_is_not_active_does_not_stand_in_the_way(accounts: ConnectedAccounts) -> None:
    first = accounts.initiate("u1", "ac_x", config=token_config())
    accounts.disable(first.id)

    second = accounts.initiate("u1", "ac_x", config=token_config())

    assert accounts.get(second.id).status == "ACTIVE"


def test_an_alias_is_taken_once_per_user(accounts: ConnectedAccounts) -> None:
    accounts.initiate("u1", "ac_x", config=token_config(), alias="production")
    accounts.initiate("u2", "ac_x", config=token_config(), alias="production")

    with pytest.raises(InvalidParams, match="has that alias"):
        accounts.initiate("u1", "ac_x", config=token_config(), alias=" production ", allow_multiple=True)

    assert len(accounts.list()) == 2


@pytest.mark.parametrize("alias", ["", " ", TOKEN, WRITE_KEY, "ca_1", "x" * 65, "a\nb", 7], ids=repr)
def test_an_alias_is_a_name_and_no_secret(accounts: ConnectedAccounts, alias: Any) -> None:
    with pytest.raises(InvalidParams, match="alias") as raised:
        accounts.initiate("u1", "ac_x", config=token_config(), alias=alias)

    assert not shows_a_secret(raised.value.text)


def test_linking_says_to_initiate(accounts: ConnectedAccounts) -> None:
    with pytest.raises(InvalidParams, match=r"connected_accounts\.initiate"):
        accounts.link("u1", "ac_x", callback_url="https://app.example", alias="a")
