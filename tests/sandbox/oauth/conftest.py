"""An OAuth app with a key pair made for the run, a token server, and a way to ask it for tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import oauth_world
import pytest
from oauth_world import AUDIENCE, FORM, JWT_BEARER, NOW, Exchange, KeyPair

from segment_toolkit.sandbox.tracking_api.oauth import TokenServer
from segment_toolkit.sandbox.tracking_api.oauth_answers import Answer, OAuthApp
from segment_toolkit.sandbox.tracking_api.oauth_assertion import UsedAssertions


@pytest.fixture(scope="session")
def keys() -> KeyPair:
    return oauth_world.make_key_pair()


@pytest.fixture(scope="session")
def other_keys() -> KeyPair:
    return oauth_world.make_key_pair()


@pytest.fixture
def oauth_app(keys: KeyPair) -> OAuthApp:
    return OAuthApp("app_1", "key_1", keys.public_pem)


@pytest.fixture
def server() -> TokenServer:
    return TokenServer(secret=b"only for this test", workspace_id="ws_1", region="us")


@pytest.fixture
def used() -> UsedAssertions:
    return UsedAssertions()


@pytest.fixture
def exchange(server: TokenServer, oauth_app: OAuthApp, used: UsedAssertions, keys: KeyPair) -> Exchange:
    """Ask for a token as the official clients do, with any part changed; a part that is None is left out."""

    def ask(
        *,
        claims: dict[str, Any] | None = None,
        header: dict[str, Any] | None = None,
        fields: dict[str, str] | None = None,
        key: str = keys.private_pem,
        algorithm: str = "RS256",
        content_type: str = FORM,
        now: datetime = NOW,
        apps: dict[str, OAuthApp] | None = None,
    ) -> Answer:
        assertion = oauth_world.make_assertion(claims or {}, header or {}, key, algorithm)
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": JWT_BEARER,
            "client_assertion": assertion,
            "scope": "tracking_api:write",
        }
        body = urlencode(oauth_world.without_nones({**form, **(fields or {})})).encode()
        known = {oauth_app.id: oauth_app} if apps is None else apps
        return server.exchange(body, content_type, now=now, audience=AUDIENCE, apps=known, used=used)

    return ask
