"""OAuth from end to end: Segment's own Python client against a served sandbox with an OAuth app."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from segment.analytics import client as official
from segment.analytics.request import APIError

from segment_toolkit.sandbox import Sandbox, StoppedClock, WorkspaceHandle
from segment_toolkit.sandbox.server import serving
from segment_toolkit.sandbox.state import OAuthClient
from tests.sandbox.oauth.oauth_world import FORM, JWT_BEARER, KeyPair, make_key_pair
from tests.sandbox.state.state_world import closing, names, track, tracking_client

# The client calls datetime.utcnow(), which Python 3.12 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")

TOKEN_SERVERS = {"us": "https://oauth2.segment.io", "eu": "https://oauth2.eu1.segmentapis.com"}


@pytest.fixture(scope="module")
def keys() -> KeyPair:
    return make_key_pair()


@pytest.fixture(scope="module")
def other_keys() -> KeyPair:
    return make_key_pair()


@pytest.fixture
def box() -> Sandbox:
    """A sandbox with the real clock, which the official client has too."""
    return Sandbox()


@pytest.fixture
def shop_api(box: Sandbox, keys: KeyPair) -> OAuthClient:
    """An OAuth app whose tokens the source shop-api asks for."""
    return box.add_oauth_app(keys.public_pem, "shop-api")


@contextmanager
def official_client(url: str, write_key: str, app: OAuthClient | None, key: str = "") -> Iterator[official.Client]:
    """Segment's client, with an OAuth app or without one."""
    oauth: dict[str, Any] = {}
    if app is not None:
        oauth = {
            "oauth_client_id": app.id,
            "oauth_client_key": key,
            "oauth_key_id": app.key_id,
            "oauth_auth_server": url,
        }
    client = official.Client(write_key, host=url, sync_mode=True, max_retries=1, **oauth)
    try:
        yield client
    finally:
        if client.oauth_manager is not None and client.oauth_manager.thread is not None:
            client.oauth_manager.thread.cancel()


def test_the_official_client_sends_with_a_token(box: Sandbox, shop_api: OAuthClient, keys: KeyPair) -> None:
    with (
        serving(box) as url,
        official_client(url, box.write_keys["shop-api"], shop_api, keys.private_pem) as client,
    ):
        client.track("u-1", "Order Completed")
        client.identify("u-1", {"plan": "pro"})

    assert [event["type"] for event in box.events] == ["track", "identify"]
    assert [request.path for request in box.requests] == ["/token", "/v1/batch", "/v1/batch"]


def test_the_official_client_with_another_key_gets_no_token(
    box: Sandbox, shop_api: OAuthClient, other_keys: KeyPair
) -> None:
    with (
        serving(box) as url,
        official_client(url, box.write_keys["shop-api"], shop_api, other_keys.private_pem) as client,
        pytest.raises(APIError, match="invalid_client"),
    ):
        client.track("u-1", "Order Completed")

    assert box.events == []


def test_the_official_client_without_an_app_is_refused_by_that_source_alone(
    box: Sandbox, shop_api: OAuthClient
) -> None:
    with serving(box) as url:
        with (
            official_client(url, box.write_keys["shop-api"], None) as client,
            pytest.raises(APIError, match="unauthorized"),
        ):
            client.track("u-1", "Refused")
        with official_client(url, box.write_keys["shop-web"], None) as client:
            client.track("u-1", "Taken")

    assert names(box) == ["Taken"]


def assertion(app: OAuthClient, key: str, audience: str, at: float, **changes: Any) -> str:
    """Sign an assertion as the official clients do."""
    claims = {"iss": app.id, "sub": app.id, "aud": audience, "iat": int(at) - 5, "exp": int(at) + 55}
    return jwt.encode(
        {**claims, "jti": str(uuid.uuid4()), **changes}, key, algorithm="RS256", headers={"kid": app.key_id}
    )


def exchange(box: Sandbox, region: str, signed: str) -> httpx.Response:
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": JWT_BEARER,
        "client_assertion": signed,
        "scope": "tracking_api:write",
    }
    with httpx.Client(transport=box.transport()) as client:
        return client.post(f"{TOKEN_SERVERS[region]}/token", data=form, headers={"content-type": FORM})


def with_token(box: Sandbox, workspace: WorkspaceHandle, token: str, source: str = "shop-api") -> httpx.Response:
    with tracking_client(box, workspace.region) as client:
        client.headers["authorization"] = f"Bearer {token}"
        return track(client, workspace.write_keys[source])


def token_of(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    token: str = answer.json()["access_token"]
    return token


def test_an_expired_assertion_gets_no_token(box: Sandbox, shop_api: OAuthClient, keys: KeyPair) -> None:
    old = assertion(shop_api, keys.private_pem, TOKEN_SERVERS["us"], time.time() - 3600)

    answer = exchange(box, "us", old)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert answer.json()["error_description"] == "Token is expired"


def test_an_assertion_is_good_once(box: Sandbox, shop_api: OAuthClient, keys: KeyPair) -> None:
    signed = assertion(shop_api, keys.private_pem, TOKEN_SERVERS["us"], time.time())

    answers = [exchange(box, "us", signed).status_code for _ in range(2)]

    assert answers == [200, 400]


def test_an_app_gets_a_token_in_its_own_region_only(box: Sandbox, keys: KeyPair) -> None:
    globex = box.add_workspace("globex", region="eu")
    app = globex.add_oauth_app(keys.public_pem, "shop-api")

    abroad = exchange(box, "us", assertion(app, keys.private_pem, TOKEN_SERVERS["us"], time.time()))
    home = exchange(box, "eu", assertion(app, keys.private_pem, TOKEN_SERVERS["eu"], time.time()))

    assert abroad.status_code == 401
    assert with_token(box, globex, token_of(home)).status_code == 200
    assert len(globex.events) == 1


def test_a_token_is_good_for_the_source_of_its_app_and_no_other(
    box: Sandbox, shop_api: OAuthClient, keys: KeyPair, other_keys: KeyPair
) -> None:
    initech = box.add_workspace("initech")
    initech.add_oauth_app(other_keys.public_pem, "shop-api")
    token = token_of(exchange(box, "us", assertion(shop_api, keys.private_pem, TOKEN_SERVERS["us"], time.time())))

    ours, theirs = with_token(box, box, token), with_token(box, initech, token)

    assert (ours.status_code, theirs.status_code) == (200, 401)
    assert theirs.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert initech.events == []


def test_a_token_of_the_other_region_is_refused(box: Sandbox, shop_api: OAuthClient, keys: KeyPair) -> None:
    globex = box.add_workspace("globex", region="eu")
    app = globex.add_oauth_app(keys.public_pem, "shop-api")
    token = token_of(exchange(box, "eu", assertion(app, keys.private_pem, TOKEN_SERVERS["eu"], time.time())))

    answer = with_token(box, box, token)

    assert (answer.status_code, box.events) == (401, [])


def test_a_token_expires(keys: KeyPair, clock: StoppedClock) -> None:
    box = Sandbox(clock=clock)
    app = box.add_oauth_app(keys.public_pem, "shop-api")
    at = clock().timestamp()
    token = token_of(exchange(box, "us", assertion(app, keys.private_pem, TOKEN_SERVERS["us"], at)))

    clock.forward(timedelta(hours=23))
    before = with_token(box, box, token)
    clock.forward(timedelta(hours=2))
    after = with_token(box, box, token)

    assert (before.status_code, after.status_code) == (200, 401)


def test_apps_and_their_tokens_outlive_the_process(tmp_path: Path, keys: KeyPair) -> None:
    with closing(Sandbox(path=tmp_path / "a.db", seed="one")) as box:
        app = box.add_oauth_app(keys.public_pem, "shop-api")
        token = token_of(exchange(box, "us", assertion(app, keys.private_pem, TOKEN_SERVERS["us"], time.time())))

    with closing(Sandbox(path=tmp_path / "a.db", seed="another")) as again:
        signed = assertion(app, keys.private_pem, TOKEN_SERVERS["us"], time.time())

        assert with_token(again, again, token).status_code == 200
        assert exchange(again, "us", signed).status_code == 200
