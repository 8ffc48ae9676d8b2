"""Auth configs: hardly more than a name, and never a secret."""

from __future__ import annotations

from typing import Any

import pytest
from account_samples import TOKEN, shows_a_secret, token_config

from segment_toolkit.accounts import AuthConfigs, ConnectedAccounts
from segment_toolkit.errors import AccountNotFound, InvalidParams


def test_a_created_auth_config_is_enabled_and_found(auth_configs: AuthConfigs) -> None:
    made = auth_configs.create("SEGMENT", {"type": "use_custom_auth", "auth_scheme": "API_KEY", "name": "Shop"})

    assert made.id.startswith("ac_")
    assert (made.name, made.auth_scheme, made.enabled, made.toolkit.slug) == ("Shop", "API_KEY", True, "segment")
    assert auth_configs.get(made.id) == made
    assert auth_configs.list().items == [made]
    assert made.to_dict()["toolkit"] == {"slug": "segment"}


@pytest.mark.parametrize(
    ("toolkit", "options", "says"),
    [
        pytest.param("segmnt", {}, "did you mean 'segment'", id="a misspelt toolkit"),
        pytest.param("gmail", {}, "There is one: 'segment'", id="another toolkit"),
        pytest.param("segment", {"type": "use_composio_managed_auth"}, "use_custom_auth", id="managed"),
        pytest.param("segment", {"auth_scheme": "OAUTH2"}, "'API_KEY'", id="another scheme"),
        pytest.param("segment", {"nam": "Shop"}, "did you mean 'name'", id="a misspelt option"),
        pytest.param("segment", {"name": " "}, "name must be", id="a blank name"),
        pytest.param("segment", {"credentials": {"generic_api_key": TOKEN}}, "no credentials", id="a secret"),
    ],
)
def test_a_wrong_auth_config_is_refused(
    auth_configs: AuthConfigs, toolkit: str, options: dict[str, Any], says: str
) -> None:
    with pytest.raises(InvalidParams) as raised:
        auth_configs.create(toolkit, options)

    assert says in raised.value.text
    assert not shows_a_secret(raised.value.text)
    assert auth_configs.list().items == []


def test_an_auth_config_is_renamed(auth_configs: AuthConfigs) -> None:
    made = auth_configs.create("segment", {})

    renamed = auth_configs.update(made.id, options={"type": "custom", "name": "Shop"})

    assert renamed.name == "Shop"
    assert auth_configs.get(made.id) == renamed


def test_a_disabled_auth_config_keeps_its_accounts_working(
    auth_configs: AuthConfigs, accounts: ConnectedAccounts
) -> None:
    made = auth_configs.create("segment", {})
    accounts.initiate("u1", made.id, config=token_config())

    off = auth_configs.disable(made.id)

    assert off.success
    found = accounts.credentials_for("u1", None)
    assert not off.enabled
    assert found is not None
    assert found.public_api_token == TOKEN


def test_a_deleted_auth_config_is_gone_and_its_accounts_stay(
    auth_configs: AuthConfigs, accounts: ConnectedAccounts
) -> None:
    made = auth_configs.create("segment", {})
    accounts.initiate("u1", made.id, config=token_config())

    answer = auth_configs.delete(made.id)

    assert answer.success
    assert len(accounts.list(auth_config_ids=[made.id])) == 1
    with pytest.raises(AccountNotFound):
        auth_configs.get(made.id)


@pytest.mark.parametrize("name", ["get", "delete", "enable", "disable"])
@pytest.mark.parametrize("nanoid", ["ac_none", "", None], ids=repr)
def test_an_unknown_id_is_not_found_by(auth_configs: AuthConfigs, name: str, nanoid: Any) -> None:
    with pytest.raises(AccountNotFound, match="No auth config has that id"):
        getattr(auth_configs, name)(nanoid)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        pytest.param({}, ["Shop", "Site"], id="the enabled, newest first"),
        pytest.param({"show_disabled": True}, ["Off", "Shop", "Site"], id="all"),
        pytest.param({"search": "sho"}, ["Shop"], id="a part of the name"),
        pytest.param({"toolkit_slug": "SEGMENT", "limit": 1}, ["Shop"], id="one of the toolkit"),
        pytest.param({"toolkit_slug": "gmail"}, [], id="another toolkit"),
        pytest.param({"is_composio_managed": True}, [], id="managed: none is"),
    ],
)
def test_auth_configs_are_found_by(auth_configs: AuthConfigs, query: dict[str, Any], names: list[str]) -> None:
    made = [auth_configs.create("segment", {"name": name}) for name in ("Site", "Shop", "Off")]
    auth_configs.disable(made[2].id)

    page = auth_configs.list(**query)

    assert [config.name for config in page] == names


def test_a_misspelt_query_names_the_nearest(auth_configs: AuthConfigs) -> None:
    with pytest.raises(InvalidParams, match="did you mean 'toolkit_slug'"):
        auth_configs.list(toolkit_slugs="segment")
