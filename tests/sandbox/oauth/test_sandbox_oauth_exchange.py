"""What the token server answers to a signed assertion, good or bad."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sys
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oauth_world import AUDIENCE, FORM, JWT_BEARER, NOW, Exchange, KeyPair

from segment_toolkit.sandbox.tracking_api.oauth import TokenServer
from segment_toolkit.sandbox.tracking_api.oauth_answers import OAuthApp
from segment_toolkit.sandbox.tracking_api.oauth_assertion import UsedAssertions

AT = NOW.timestamp()


def test_a_good_assertion_is_exchanged_for_a_token(exchange: Exchange, server: TokenServer) -> None:
    answer = exchange()

    assert answer.status == 200
    assert answer.body == {
        "access_token": answer.body["access_token"],
        "token_type": "Bearer",
        "expires_in": 24 * 60 * 60,
        "scope": "tracking_api:write",
    }
    assert server.check(answer.body["access_token"], NOW) == "app_1"


def test_every_answer_tells_the_time_of_the_server(exchange: Exchange) -> None:
    good, bad = exchange(), exchange(fields={"grant_type": "password"})

    assert good.headers["Date"] == bad.headers["Date"] == "Wed, 18 Mar 2026 10:30:00 GMT"


GOOD = {
    "a content type with a charset": {"content_type": f"{FORM}; charset=utf-8"},
    "times with fractions, as Node sends them": {"claims": {"iat": AT - 5.4, "exp": AT + 54.6}},
    "a life of exactly a minute": {"claims": {"exp": AT + 60}},
    "no iss": {"claims": {"iss": None}},
    "a list of audiences": {"claims": {"aud": ["https://elsewhere.test", AUDIENCE]}},
}


@pytest.mark.parametrize("change", GOOD.values(), ids=GOOD)
def test_what_clients_may_vary_is_taken(exchange: Exchange, change: dict[str, Any]) -> None:
    assert exchange(**change).status == 200


BAD = {
    "JSON instead of a form": ({"content_type": "application/json"}, 415, "invalid_request"),
    "another grant": ({"fields": {"grant_type": "password"}}, 400, "unsupported_grant_type"),
    "no grant": ({"fields": {"grant_type": None}}, 400, "unsupported_grant_type"),
    "another kind of assertion": ({"fields": {"client_assertion_type": "saml"}}, 400, "invalid_request"),
    "no assertion": ({"fields": {"client_assertion": None}}, 400, "invalid_request"),
    "no JWT": ({"fields": {"client_assertion": "a.b"}}, 400, "invalid_request"),
    "a JWT that is not ASCII": ({"fields": {"client_assertion": "\xe9.\xe9.\xe9"}}, 400, "invalid_request"),
    "a huge JWT": ({"fields": {"client_assertion": "a" * 20_000}}, 400, "invalid_request"),
    "a huge form": ({"fields": {"padding": "a" * 70_000}}, 400, "invalid_request"),
    "another algorithm": ({"algorithm": "RS512"}, 400, "invalid_request"),
    "no algorithm": ({"algorithm": "none", "key": None}, 400, "invalid_request"),
    "an extension that must be understood": ({"header": {"crit": ["exp"]}}, 400, "invalid_request"),
    "an unknown key id": ({"header": {"kid": "key_2"}}, 401, "invalid_client"),
    "an unknown app": ({"claims": {"sub": "app_2"}}, 401, "invalid_client"),
    "an app that is no text": ({"claims": {"sub": ["app_1"]}}, 401, "invalid_client"),
    "no app": ({"claims": {"sub": None}}, 401, "invalid_client"),
    "the audience of the other region": (
        {"claims": {"aud": "https://oauth2.eu1.segmentapis.com"}},
        400,
        "invalid_request",
    ),
    "an audience with a trailing slash": ({"claims": {"aud": f"{AUDIENCE}/"}}, 400, "invalid_request"),
    "no audience": ({"claims": {"aud": None}}, 400, "invalid_request"),
    "no iat": ({"claims": {"iat": None}}, 400, "invalid_request"),
    "no exp": ({"claims": {"exp": None}}, 400, "invalid_request"),
    "an exp beyond any clock": ({"claims": {"exp": 10**400}}, 400, "invalid_request"),
    "a true exp": ({"claims": {"exp": True}}, 400, "invalid_request"),
    "a life of over a minute": ({"claims": {"exp": AT + 61}}, 400, "invalid_request"),
    "no jti": ({"claims": {"jti": None}}, 400, "invalid_request"),
    "an empty jti": ({"claims": {"jti": ""}}, 400, "invalid_request"),
    "a huge jti": ({"claims": {"jti": "j" * 256}}, 400, "invalid_request"),
    "no scope": ({"fields": {"scope": None}}, 400, "invalid_scope"),
    "a scope the app does not have": ({"fields": {"scope": "functions:write"}}, 400, "invalid_scope"),
}


@pytest.mark.parametrize(("change", "status", "error"), BAD.values(), ids=BAD)
def test_whatever_is_wrong_is_refused_by_name(
    exchange: Exchange, used: UsedAssertions, change: dict[str, Any], status: int, error: str
) -> None:
    answer = exchange(**change)

    assert (answer.status, answer.body["error"]) == (status, error)
    assert set(answer.body) == {"error", "error_description"}


WRONG_CLOCKS = {
    "the client is slow": ({"iat": AT - 65, "exp": AT}, "Token is expired"),
    "the client is fast": ({"iat": AT + 295, "exp": AT + 355}, "Token used before issued"),
}


@pytest.mark.parametrize(("claims", "description"), WRONG_CLOCKS.values(), ids=WRONG_CLOCKS)
def test_a_wrong_clock_is_named_in_the_words_that_clients_mend_it_by(
    exchange: Exchange, claims: dict[str, Any], description: str
) -> None:
    answer = exchange(claims=claims)

    assert answer.status == 400
    assert answer.body == {"error": "invalid_request", "error_description": description}


def test_a_signature_by_another_key_is_refused(exchange: Exchange, other_keys: KeyPair) -> None:
    answer = exchange(key=other_keys.private_pem)

    assert (answer.status, answer.body["error"]) == (401, "invalid_client")


def test_a_public_key_used_as_a_password_signs_nothing(exchange: Exchange, keys: KeyPair) -> None:
    """The classic confusion: HMAC under the public key, which anybody has."""
    answer = exchange(fields={"client_assertion": _signed_by_hmac(keys.public_pem)})

    assert answer.status == 400


def _signed_by_hmac(key: str) -> str:
    def part(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

    header = part(json.dumps({"alg": "HS256", "kid": "key_1"}).encode())
    claims = part(json.dumps({"sub": "app_1", "aud": AUDIENCE, "iat": AT, "exp": AT + 50, "jti": "j"}).encode())
    signature = hmac.digest(key.encode(), f"{header}.{claims}".encode(), hashlib.sha256)
    return f"{header}.{claims}.{part(signature)}"


def test_an_app_whose_public_key_is_none_is_refused(exchange: Exchange) -> None:
    answer = exchange(apps={"app_1": OAuthApp("app_1", "key_1", "no PEM")})

    assert answer.status == 401


def test_a_form_that_names_a_field_twice_is_refused(server: TokenServer, used: UsedAssertions) -> None:
    body = b"grant_type=client_credentials&grant_type=client_credentials"

    answer = server.exchange(body, FORM, now=NOW, audience=AUDIENCE, apps={}, used=used)

    assert answer.body["error_description"] == "a field is given twice"


def test_an_assertion_is_good_for_one_exchange(exchange: Exchange) -> None:
    first, again, another = exchange(), exchange(), exchange(claims={"jti": "j-2"})

    assert [first.status, again.status, another.status] == [200, 400, 200]
    assert again.body["error_description"] == "the assertion was used before"


def test_an_assertion_that_was_refused_is_not_used_up(exchange: Exchange) -> None:
    exchange(claims={"aud": "elsewhere"})

    assert exchange().status == 200


def test_an_id_may_come_back_once_its_assertion_has_expired() -> None:
    used = UsedAssertions()

    assert used.first_use("app", "j", expires=100.0, now=50.0)
    assert not used.first_use("app", "j", expires=150.0, now=99.0)
    assert used.first_use("app", "j", expires=150.0, now=100.0)


def test_two_apps_may_use_the_same_id() -> None:
    used = UsedAssertions()

    assert used.first_use("app_1", "j", expires=100.0, now=50.0)
    assert used.first_use("app_2", "j", expires=100.0, now=50.0)


def test_ids_of_expired_assertions_are_forgotten() -> None:
    used = UsedAssertions()

    for number in range(1000):
        used.first_use("app", str(number), expires=number + 60.0, now=float(number))

    assert len(used) == 60


@given(form=st.binary(max_size=300), content_type=st.sampled_from([FORM, "text/plain", ""]))
def test_no_bytes_make_the_server_raise(form: bytes, content_type: str) -> None:
    server = TokenServer(secret=b"s", workspace_id="ws", region="us")

    answer = server.exchange(form, content_type, now=NOW, audience=AUDIENCE, apps={}, used=UsedAssertions())

    assert answer.status in (400, 415)


@given(
    parts=st.lists(
        st.one_of(st.text(max_size=20), st.sampled_from(["eyJhbGciOiJSUzI1NiJ9", "e30", "bnVsbA", "W" * 9000])),
        min_size=1,
        max_size=4,
    )
)
def test_no_assertion_makes_the_server_raise(parts: list[str]) -> None:
    server = TokenServer(secret=b"s", workspace_id="ws", region="us")
    fields = {
        "grant_type": "client_credentials",
        "client_assertion_type": JWT_BEARER,
        "client_assertion": ".".join(parts),
    }
    form = urlencode(fields, errors="surrogatepass").encode()

    answer = server.exchange(form, FORM, now=NOW, audience=AUDIENCE, apps={}, used=UsedAssertions())

    assert answer.status in (400, 401)


def test_without_pyjwt_the_error_names_the_extra(exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oauth_world.make_assertion", lambda *_: "a.b.c")
    monkeypatch.setitem(sys.modules, "jwt", None)

    with pytest.raises(ImportError, match=r"pip install 'segment-agent-toolkit\[sandbox\]'"):
        exchange()


def test_the_token_lives_as_long_as_the_app_says(exchange: Exchange, server: TokenServer, keys: KeyPair) -> None:
    app = OAuthApp("app_1", "key_1", keys.public_pem, token_seconds=90)

    answer = exchange(apps={"app_1": app})

    def owner(at: datetime) -> str | None:
        return server.check(answer.body["access_token"], at)

    assert answer.body["expires_in"] == 90
    assert owner(NOW + timedelta(seconds=89)) == "app_1"
    assert owner(NOW + timedelta(seconds=90)) is None
