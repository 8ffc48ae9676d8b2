"""The judge: Segment's own Python client gets a token over a real socket and sends with it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import uvicorn
from oauth_world import KeyPair
from segment.analytics import client as official
from segment.analytics.request import APIError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from segment_toolkit.sandbox import wire
from segment_toolkit.sandbox.tracking_api.oauth import TokenServer
from segment_toolkit.sandbox.tracking_api.oauth_answers import OAuthApp
from segment_toolkit.sandbox.tracking_api.oauth_assertion import UsedAssertions
from segment_toolkit.sandbox.tracking_api.oauth_calls import bearer_write_key, refusal

# The client calls datetime.utcnow(), which Python 3.12 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")


class TinySegment:
    """A token server and a source that enforces OAuth, with a clock that may differ from the client's."""

    def __init__(self, app: OAuthApp, skew: timedelta = timedelta()) -> None:
        self.server = TokenServer(secret=b"only for this test", workspace_id="ws_1", region="us")
        self.app = app
        self.skew = skew
        self.used = UsedAssertions()
        self.exchanges: list[int] = []
        self.calls: list[int] = []
        self.events: list[dict[str, Any]] = []

    def now(self) -> datetime:
        return datetime.now(UTC) + self.skew

    async def token(self, request: Request) -> Response:
        answer = self.server.exchange(
            await request.body(),
            request.headers.get("content-type", ""),
            now=self.now(),
            audience=str(request.base_url).rstrip("/"),
            apps={self.app.id: self.app},
            used=self.used,
        )
        self.exchanges.append(answer.status)
        return answer.response()

    async def batch(self, request: Request) -> Response:
        document = wire.decode(await request.body())
        refused = refusal(self.server, request.headers.get("authorization", ""), self.app.id, self.now())
        self.calls.append(refused.status if refused else 200)
        if refused:
            return refused.response()
        assert bearer_write_key(document) == "wk"
        self.events += document["batch"]
        return wire.JsonAnswer({"success": True})

    def asgi(self) -> Starlette:
        routes = [
            Route("/token", self.token, methods=["POST"]),
            Route("/v1/batch", self.batch, methods=["POST"]),
        ]
        return Starlette(routes=routes)


@contextlib.contextmanager
def listening(segment: TinySegment) -> Iterator[str]:
    # Without date_header=False uvicorn adds a Date of its own, and the client can read neither.
    config = uvicorn.Config(segment.asgi(), lifespan="off", ws="none", log_level="critical", date_header=False)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@contextlib.contextmanager
def client_of(url: str, key: str, **changes: Any) -> Iterator[official.Client]:
    settings: dict[str, Any] = {
        "oauth_client_id": "app_1",
        "oauth_client_key": key,
        "oauth_key_id": "key_1",
        "oauth_auth_server": url,
        **changes,
    }
    client = official.Client("wk", host=url, sync_mode=True, max_retries=1, **settings)
    try:
        yield client
    finally:
        if client.oauth_manager is not None and client.oauth_manager.thread is not None:
            client.oauth_manager.thread.cancel()


def test_the_official_client_gets_a_token_and_sends_with_it(oauth_app: OAuthApp, keys: KeyPair) -> None:
    segment = TinySegment(oauth_app)

    with listening(segment) as url, client_of(url, keys.private_pem) as client:
        client.track("u-1", "Order Completed")
        client.track("u-1", "Order Refunded")

    assert [event["event"] for event in segment.events] == ["Order Completed", "Order Refunded"]
    assert segment.exchanges == [200]


SKEWS = {"an hour fast": timedelta(hours=-1), "an hour slow": timedelta(hours=1)}


@pytest.mark.parametrize("skew", SKEWS.values(), ids=SKEWS)
def test_the_official_client_mends_its_clock(oauth_app: OAuthApp, keys: KeyPair, skew: timedelta) -> None:
    segment = TinySegment(oauth_app, skew)

    with listening(segment) as url, client_of(url, keys.private_pem) as client:
        client.track("u-1", "Order Completed")

    assert segment.exchanges == [400, 200]
    assert len(segment.events) == 1


def test_the_official_client_gives_up_with_a_wrong_key(oauth_app: OAuthApp, other_keys: KeyPair) -> None:
    segment = TinySegment(oauth_app)

    with (
        listening(segment) as url,
        client_of(url, other_keys.private_pem) as client,
        pytest.raises(APIError, match="invalid_client"),
    ):
        client.track("u-1", "Order Completed")

    assert segment.exchanges == [401]
    assert segment.events == []


def test_the_official_client_drops_a_token_that_is_refused(oauth_app: OAuthApp, keys: KeyPair) -> None:
    segment = TinySegment(oauth_app)

    with listening(segment) as url, client_of(url, keys.private_pem) as client:
        client.track("u-1", "Order Completed")
        segment.server = TokenServer(secret=b"a new secret", workspace_id="ws_1", region="us")
        with pytest.raises(APIError, match="unauthorized"):
            client.track("u-1", "Order Refunded")
        client.track("u-1", "Order Refunded")

    assert segment.calls == [200, 401, 200]
    assert segment.exchanges == [200, 200]


def test_the_official_client_without_oauth_is_refused(oauth_app: OAuthApp) -> None:
    segment = TinySegment(oauth_app)

    with (
        listening(segment) as url,
        client_of(url, "", oauth_client_id=None) as client,
        pytest.raises(APIError, match="unauthorized"),
    ):
        client.track("u-1", "Order Completed")

    assert segment.calls == [401]


def test_the_official_client_fetches_anew_before_its_token_expires(oauth_app: OAuthApp, keys: KeyPair) -> None:
    short = OAuthApp(oauth_app.id, oauth_app.key_id, keys.public_pem, token_seconds=1)
    segment = TinySegment(short)

    with listening(segment) as url, client_of(url, keys.private_pem) as client:
        client.track("u-1", "Order Completed")
        deadline = time.monotonic() + 10
        while len(segment.exchanges) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)

    assert set(segment.exchanges) == {200}
    assert len(segment.exchanges) >= 2
