"""Whose credentials a call runs with: one source for each call, in the documented order, never mixed."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit, ToolkitError, auth_scheme
from segment_toolkit.credentials import credentials_from, recognised
from segment_toolkit.errors import InvalidParams
from segment_toolkit.sandbox import Sandbox
from segment_tools import TOOLS

TRACK = {"userId": "u", "event": "E"}


@pytest.fixture
def boxes() -> dict[str, Sandbox]:
    return {name: Sandbox(seed=name) for name in ("one", "two")}


def val(box: Sandbox, **more: Any) -> dict[str, Any]:
    return {"auth_scheme": "API_KEY", "val": {"generic_api_key": box.write_key, "region": box.region, **more}}


def test_the_environment_is_used_where_nothing_else_is_given(box: Sandbox) -> None:
    environ = {"SEGMENT_REGION": "us", "SEGMENT_WRITE_KEY": box.write_key, "SEGMENT_PUBLIC_API_TOKEN": box.token}
    toolkit = SegmentToolkit(environ=environ, transport=box.transport())

    assert toolkit.tools.execute("SEGMENT_TRACK", TRACK).successful
    assert toolkit.tools.execute(
        "SEGMENT_LIST_SCHEMA_SETTINGS_IN_SOURCE", {"sourceId": box.sources["shop-web"]}
    ).successful
    assert {request.host for request in box.requests} == {"api.segment.io", "api.segmentapis.com"}


def test_an_eu_workspace_is_reached_at_the_eu_hosts() -> None:
    box = Sandbox(region="eu")
    toolkit = SegmentToolkit.sandbox(box)

    toolkit.tools.execute("SEGMENT_TRACK", TRACK)
    toolkit.tools.execute("SEGMENT_LIST_SCHEMA_SETTINGS_IN_SOURCE", {"sourceId": box.sources["shop-web"]})

    assert [request.host for request in box.requests] == ["events.eu1.segmentapis.com", "eu1.api.segmentapis.com"]


def test_an_account_is_used_for_its_user_and_the_environment_for_others(boxes: dict[str, Sandbox]) -> None:
    environ = {"SEGMENT_REGION": "us", "SEGMENT_WRITE_KEY": boxes["one"].write_key}
    toolkit = SegmentToolkit(environ=environ, transport=boxes["one"].transport())
    key = boxes["one"].write_keys["shop-api"]
    toolkit.connected_accounts.initiate(
        "u1", "ac_x", config={"auth_scheme": "API_KEY", "val": {"generic_api_key": key, "region": "us"}}
    )

    for user in ("u1", "u2", None):
        assert toolkit.tools.execute("SEGMENT_TRACK", TRACK, user_id=user).successful

    web, server = boxes["one"].sources["shop-web"], boxes["one"].sources["shop-api"]
    assert [event["sourceId"] for event in boxes["one"].events] == [server, web, web]


def test_an_account_never_borrows_the_environments_token(box: Sandbox) -> None:
    toolkit = SegmentToolkit(
        environ={"SEGMENT_REGION": "us", "SEGMENT_PUBLIC_API_TOKEN": box.token}, transport=box.transport()
    )
    toolkit.connected_accounts.initiate("u1", "ac_x", config=val(box))

    envelope = toolkit.tools.execute("SEGMENT_GET_DESTINATION", {"destinationId": "d"}, user_id="u1")

    assert envelope.failure is not None
    assert envelope.failure.code == "auth"
    assert box.requests == []


def test_a_named_account_comes_before_the_toolkits_own_credentials(boxes: dict[str, Sandbox]) -> None:
    box = boxes["one"]
    toolkit = SegmentToolkit.sandbox(box)
    request = toolkit.connected_accounts.initiate(
        "u1", "ac_x", alias="server",
        config={"auth_scheme": "API_KEY", "val": {"write_key": box.write_keys["shop-api"]}},
    )  # fmt: skip

    for account in (None, request.id, "server"):
        toolkit.tools.execute("SEGMENT_TRACK", TRACK, user_id="u1", connected_account_id=account)

    names = {source_id: slug for slug, source_id in box.sources.items()}
    assert [names[event["sourceId"]] for event in box.events] == ["shop-web", "shop-api", "shop-api"]


def test_another_users_account_is_not_found(box: Sandbox) -> None:
    toolkit = SegmentToolkit(environ={}, transport=box.transport())
    request = toolkit.connected_accounts.initiate("u1", "ac_x", config=val(box))

    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK, user_id="u2", connected_account_id=request.id)

    assert not envelope.successful
    assert box.requests == []


@pytest.mark.parametrize(
    "auth",
    [
        pytest.param(lambda key: {"custom_auth_params": {"write_key": key}}, id="by name"),
        pytest.param(
            lambda key: {
                "custom_auth_params": {"parameters": [{"in": "header", "name": "generic_api_key", "value": key}]}
            },
            id="Composio's list",
        ),
        pytest.param(lambda key: {"custom_connection_data": {"val": {"generic_api_key": key}}}, id="connection data"),
        pytest.param(
            lambda key: {"custom_connection_data": auth_scheme.api_key({"generic_api_key": key})}, id="an auth scheme"
        ),
    ],
)
def test_credentials_of_one_call_come_first(box: Sandbox, auth: Any) -> None:
    toolkit = SegmentToolkit.sandbox(box)

    toolkit.tools.execute("SEGMENT_TRACK", TRACK, **auth(box.write_keys["shop-api"]))

    assert box.events[0]["sourceId"] == box.sources["shop-api"]


def test_an_unknown_credential_of_a_call_is_an_envelope_that_does_not_quote_it(box: Sandbox) -> None:
    toolkit = SegmentToolkit.sandbox(box)

    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK, custom_auth_params={box.token: "us"})

    assert not envelope.successful
    assert box.token not in str(envelope)


def test_an_account_without_region_is_taken_and_refused_until_it_is_known(box: Sandbox) -> None:
    toolkit = SegmentToolkit(environ={}, transport=box.transport())
    config = {"auth_scheme": "API_KEY", "val": {"generic_api_key": box.write_key}}
    account = toolkit.connected_accounts.initiate("u1", "ac_x", config=config).id

    before = toolkit.tools.execute("SEGMENT_TRACK", TRACK, user_id="u1")
    toolkit.connected_accounts.update(account, connection={"region": "us"})
    after = toolkit.tools.execute("SEGMENT_TRACK", TRACK, user_id="u1")

    assert before.failure is not None
    assert before.failure.code == "region"
    assert after.successful


def test_accounts_outlive_the_toolkit_in_a_file(box: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "accounts.db"
    with SegmentToolkit(environ={}, accounts=path) as first:
        first.connected_accounts.initiate("u1", "ac_x", config=val(box))

    with SegmentToolkit(environ={}, accounts=str(path), transport=box.transport()) as second:
        envelope = second.tools.execute("SEGMENT_TRACK", TRACK, user_id="u1")

    assert envelope.successful, envelope


def test_async_accounts_are_awaited(box: Sandbox) -> None:
    async def connect_and_track() -> bool:
        async with AsyncSegmentToolkit(environ={}, transport=box.async_transport()) as toolkit:
            request = await toolkit.connected_accounts.initiate("u1", "ac_x", config=val(box))
            await request.wait_for_connection()
            return (await toolkit.tools.execute("SEGMENT_TRACK", TRACK, user_id="u1")).successful

    assert asyncio.run(connect_and_track())


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("sgp_abc", "public_api_token"),
        ("a1" * 16, "write_key"),
        (" " + "a1" * 16, "write_key"),
        ("abc", None),
        ("", None),
    ],
)
def test_a_bare_key_is_recognised_by_its_form(key: str, kind: str | None) -> None:
    assert recognised(key) == kind


@pytest.mark.parametrize(
    ("given", "says"),
    [
        pytest.param({"region": "asia"}, "No Segment region", id="no such region"),
        pytest.param({"public_api_url": "http://api.example.com"}, "must use https", id="plain http"),
        pytest.param({"tracking_url": "https://user:pw@x.test"}, "plain URL", id="user in a URL"),
        pytest.param({"tracking_url": "ftp://x.test"}, "plain URL", id="no http"),
        pytest.param({"public_api_url": "https://x.test:port"}, "not a URL", id="no port"),
        pytest.param({"write_key": "a b"}, "printable ASCII", id="space in a key"),
        pytest.param({"write_key": "a\r\nX-Evil: 1"}, "printable ASCII", id="a header in a key"),
        pytest.param({"write_keys": ["k"]}, "must map", id="no mapping"),
        pytest.param({"write_key": "sgp_x"}, "form of a Public API token", id="a token as write key"),
        pytest.param({"wirte_key": "secret-value"}, "did you mean 'write_key'", id="a misspelt name"),
    ],
)
def test_a_wrong_credential_is_refused_without_quoting_it(given: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidParams, match=says) as refused:
        credentials_from(given)

    assert all(str(value) not in str(refused.value) for value in given.values() if isinstance(value, str))


@pytest.mark.parametrize("given", ["https://x.test", "https://x.test/", "https://x.test/v1", "https://x.test/v1/"])
def test_a_tracking_url_is_brought_to_one_form(given: str) -> None:
    assert credentials_from({"tracking_url": given}).tracking_url == "https://x.test/v1"


def test_no_repr_shows_a_secret(box: Sandbox) -> None:
    toolkit = SegmentToolkit.sandbox(box)
    credentials = credentials_from({"write_key": box.write_key, "public_api_token": box.token})

    for text in (repr(toolkit), repr(credentials), repr(box)):
        assert box.write_key not in text
        assert box.token not in text


def test_a_wrong_option_is_refused_where_it_is_given() -> None:
    with pytest.raises(TypeError, match="did you mean 'write_key'"):
        SegmentToolkit(wirte_key="k")
    with pytest.raises(ToolkitError, match="region"):
        SegmentToolkit(region="mars")
    with pytest.raises(TypeError, match="accounts"):
        SegmentToolkit(accounts=7)


def test_composios_own_options_are_taken_and_mean_nothing(box: Sandbox) -> None:
    toolkit = SegmentToolkit(
        api_key="ak_of_composio", allow_tracking=False, toolkit_versions={"segment": "latest"}, environ={}
    )

    assert len(toolkit.tools.get("u", toolkits=["SEGMENT"])) == len(TOOLS)
    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK)
    assert envelope.failure is not None
    assert envelope.failure.code in {"auth", "region"}


def test_a_client_of_the_wrong_colour_is_refused_when_it_is_given() -> None:
    with pytest.raises(TypeError, match="sync"):
        SegmentToolkit(http_client=httpx.AsyncClient())  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="async"):
        AsyncSegmentToolkit(http_client=httpx.Client())  # type: ignore[arg-type]
