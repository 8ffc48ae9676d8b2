"""Access tokens, and the calls of the Tracking API that carry them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oauth_world import NOW, Exchange

from segment_toolkit.sandbox.hosts import Region
from segment_toolkit.sandbox.tracking_api.oauth import TokenServer
from segment_toolkit.sandbox.tracking_api.oauth_calls import bearer_token, bearer_write_key, refusal


@pytest.fixture
def token(exchange: Exchange) -> str:
    issued: str = exchange().body["access_token"]
    return issued


ELSEWHERE: dict[str, tuple[bytes, str, Region]] = {
    "another secret": (b"another", "ws_1", "us"),
    "another workspace": (b"only for this test", "ws_2", "us"),
    "the other region": (b"only for this test", "ws_1", "eu"),
}


@pytest.mark.parametrize(("secret", "workspace", "region"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_a_token_is_good_only_where_it_was_issued(token: str, secret: bytes, workspace: str, region: Region) -> None:
    elsewhere = TokenServer(secret=secret, workspace_id=workspace, region=region)

    assert elsewhere.check(token, NOW) is None


def test_a_token_with_any_character_changed_is_no_token(token: str, server: TokenServer) -> None:
    forged = [token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :] for at in range(len(token))]

    assert server.check(token, NOW) == "app_1"
    assert {server.check(text, NOW) for text in forged} == {None}


@given(text=st.text(max_size=60))
def test_no_text_is_taken_for_a_token(text: str) -> None:
    server = TokenServer(secret=b"s", workspace_id="ws", region="us")

    assert server.check(text, NOW) is None


def test_two_tokens_of_one_moment_differ(exchange: Exchange) -> None:
    first, second = exchange(), exchange(claims={"jti": "j-2"})

    assert first.body["access_token"] != second.body["access_token"]


def test_nothing_that_is_printed_shows_a_secret(exchange: Exchange, server: TokenServer) -> None:
    answer = exchange()

    assert answer.body["access_token"] not in repr(answer)
    assert "only for this test" not in repr(server)


HEADERS = {
    "a token": ("Bearer abc", "abc"),
    "a scheme in lower case": ("bearer abc", "abc"),
    "spaces around": ("Bearer   abc ", "abc"),
    "no token": ("Bearer ", None),
    "the scheme alone": ("Bearer", None),
    "a write key": ("Basic abc", None),
    "nothing": ("", None),
}


@pytest.mark.parametrize(("header", "token"), HEADERS.values(), ids=HEADERS)
def test_a_token_is_read_from_a_bearer_header_only(header: str, token: str | None) -> None:
    assert bearer_token(header) == token


def test_a_source_that_enforces_oauth_lets_a_token_of_its_app_pass(token: str, server: TokenServer) -> None:
    assert refusal(server, f"Bearer {token}", "app_1", NOW) is None


REFUSED = {
    "no header": ("", "app_1", "Bearer"),
    "a write key instead": ("Basic abc", "app_1", "Bearer"),
    "no token of ours": ("Bearer abc", "app_1", 'Bearer error="invalid_token"'),
    "a token of another app": ("Bearer {token}", "app_2", 'Bearer error="invalid_token"'),
}


@pytest.mark.parametrize(("header", "app", "challenge"), REFUSED.values(), ids=REFUSED)
def test_a_source_that_enforces_oauth_answers_401_to_the_rest(
    token: str, server: TokenServer, header: str, app: str, challenge: str
) -> None:
    answer = refusal(server, header.format(token=token), app, NOW)

    assert answer is not None
    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, challenge)
    assert answer.body.keys() == {"success", "message", "code"}


BODIES = {
    "a key": ({"writeKey": " wk "}, "wk"),
    "no key": ({}, ""),
    "a key that is no text": ({"writeKey": ["wk"]}, ""),
}


@pytest.mark.parametrize(("document", "key"), BODIES.values(), ids=BODIES)
def test_with_a_bearer_token_the_write_key_is_in_the_body(document: dict[str, object], key: str) -> None:
    assert bearer_write_key(document) == key
