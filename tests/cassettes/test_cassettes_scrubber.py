"""The scrubber: by header, URL and body; by value and by form; the same placeholder for the same value."""

from __future__ import annotations

import gzip
import json
import zlib
from base64 import b64encode
from typing import Any

import pytest

from scripts.cassette_recorder.scrubber import TOKEN, WRITE_KEY, Scrubber, Unreadable
from scripts.cassette_recorder.tape import Tape
from segment_toolkit.credentials import recognised
from segment_toolkit.secrecy.redaction import mask

SECRET_TOKEN = "sgp_" + "q8Zk2Lw9" * 4
KEY, OTHER_KEY = "aB3dE6gH" * 4, "Zz9yX8wV" * 4
FIRST, SECOND = WRITE_KEY.format(1), WRITE_KEY.format(2)
ODD = "an/old key+1"


@pytest.fixture
def scrubber() -> Scrubber:
    return Scrubber([SECRET_TOKEN, KEY, ODD], {"http://127.0.0.1:80": "https://sandbox.invalid"})


def interaction(
    uri: str = "https://x.invalid/",
    headers: dict[str, list[str]] | None = None,
    body: str | bytes = "",
    answer: str | bytes = "",
    answer_headers: dict[str, list[str]] | None = None,
) -> dict[str, Any]:
    request = {"method": "POST", "uri": uri, "body": body, "headers": headers or {}}
    response = {"status": {"code": 200, "message": "OK"}, "headers": answer_headers or {}, "body": {"string": answer}}
    return {"request": request, "response": response}


@pytest.mark.parametrize(
    ("headers", "kept"),
    [
        ({"Authorization": [f"Bearer {SECRET_TOKEN}"]}, {"authorization": ["Bearer REDACTED"]}),
        ({"authorization": ["Basic dW5rbm93bjo="]}, {"authorization": ["Basic REDACTED"]}),
        ({"Cookie": ["a=b"], "Set-Cookie": ["c=d"]}, {}),
        ({"X-Api-Key": ["k"], "x-write-key": ["k"], "Proxy-Authorization": ["Basic eA=="]}, {}),
        ({"Date": ["today"], "Server": ["uvicorn"], "X-Request-Id": ["1"], "Host": ["127.0.0.1"]}, {}),
        ({"Retry-After": ["3"], "X-RateLimit-Reset": ["4"]}, {"retry-after": ["3"], "x-ratelimit-reset": ["4"]}),
        ({"Content-Type": [f"text/plain; k={KEY}"]}, {"content-type": [f"text/plain; k={FIRST}"]}),
    ],
    ids=["bearer", "basic", "cookies", "keys", "volatile", "limits", "a key in a header that is kept"],
)
def test_headers(scrubber: Scrubber, headers: dict[str, list[str]], kept: dict[str, list[str]]) -> None:
    (clean,) = scrubber.interactions([interaction(headers=headers, answer_headers=headers)])

    assert clean["request"]["headers"] == clean["response"]["headers"] == kept


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        (f"https://x.invalid/sources/s/writekey/{KEY}", f"https://x.invalid/sources/s/writekey/{FIRST}"),
        (f"https://x.invalid/sources/s/writekey/{OTHER_KEY}", f"https://x.invalid/sources/s/writekey/{SECOND[:-1]}3"),
        ("https://x.invalid/writekey/an%2Fold%20key%2B1", f"https://x.invalid/writekey/{SECOND}"),
        ("https://x.invalid/?access_token=abc&a=1", "https://x.invalid/?access_token=REDACTED&a=1"),
        ("https://x.invalid/?a=1&writeKey=abc", "https://x.invalid/?a=1&writeKey=REDACTED"),
        ("https://x.invalid/?user=jane%40shop.io", "https://x.invalid/?user=redacted-1@example.com"),
        ("http://127.0.0.1:80/v1/track", "https://sandbox.invalid/v1/track"),
    ],
    ids=["known key", "unknown key", "URL-encoded", "token", "query key", "address", "host"],
)
def test_urls(scrubber: Scrubber, uri: str, expected: str) -> None:
    (clean,) = scrubber.interactions([interaction(uri=uri)])

    assert clean["request"]["uri"] == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"key {KEY}, token {SECRET_TOKEN}", f"key {FIRST}, token {TOKEN}"),
        (b64encode(f"{KEY}:".encode()).decode(), b64encode(f"{FIRST}:".encode()).decode()),
        (mask(KEY), mask(FIRST)),
        ("sgp_unknown", TOKEN),
        ('{"writeKeys":["short","short"]}', '{"writeKeys":["REDACTED-1","REDACTED-1"]}'),
        ('{"writeKey":"an\\u002fold key+1"}', f'{{"writeKey":"{SECOND}"}}'),
        ('{"password":"hunter2","name":"hunter2"}', '{"password":"REDACTED-1","name":"hunter2"}'),
        ('{"settings":{"h":"db.shop.io","a":[{"x":"y"}]}}', '{"settings":{"h":"REDACTED-1","a":[{"x":"REDACTED-2"}]}}'),
        ('{"settings":{"on":"ALLOW","n":1,"b":true}}', '{"settings":{"on":"ALLOW","n":1,"b":true}}'),
        ('{"password":"ALLOW"}', '{"password":"REDACTED-1"}'),
        ('{"a":"{\\"apiKey\\":\\"k\\"}"}', '{"a":"{\\"apiKey\\":\\"REDACTED-1\\"}"}'),
        ("jane@shop.io, cassette@example.com", "redacted-1@example.com, cassette@example.com"),
        (
            '{"messageId":"3f8a2f0e-1c53-4e0f-9a10-52a1a1b1c1d1"}',
            '{"messageId":"00000000-0000-4000-8000-000000000001"}',
        ),
        ('{ "spaces": "stay" }', '{ "spaces": "stay" }'),
    ],
    ids=[
        "by value", "base64", "masked", "token by form", "list of keys", "escaped", "telling name", "settings",
        "enumerated setting", "telling name, enumerated", "JSON in JSON", "addresses", "minted id", "nothing to do",
    ],
)  # fmt: skip
def test_bodies_of_requests_and_answers(scrubber: Scrubber, body: str, expected: str) -> None:
    (clean,) = scrubber.interactions([interaction(body=body, answer=body.encode())])

    assert clean["request"]["body"] == expected
    assert clean["response"]["body"]["string"] == expected


@pytest.mark.parametrize(("encoding", "zipped"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_a_zipped_body_is_kept_unzipped_and_clean(scrubber: Scrubber, encoding: str, zipped: Any) -> None:
    raw = zipped(f'{{"k":"{KEY}"}}'.encode())
    headers = {"Content-Encoding": [encoding], "Content-Length": [str(len(raw))]}

    (clean,) = scrubber.interactions([interaction(headers=headers, body=raw, answer=raw, answer_headers=headers)])

    assert json.loads(clean["request"]["body"]) == json.loads(clean["response"]["body"]["string"]) == {"k": FIRST}
    assert clean["request"]["headers"] == {"content-length": [str(len(clean["request"]["body"]))]}


@pytest.mark.parametrize(
    ("encoding", "body"),
    [("br", b"x"), ("gzip, br", b"x"), ("gzip", b"not zipped"), ("identity", b"\xff\xfe")],
)
def test_a_body_that_cannot_be_looked_into_is_not_recorded(scrubber: Scrubber, encoding: str, body: bytes) -> None:
    with pytest.raises(Unreadable):
        scrubber.interactions([interaction(answer=body, answer_headers={"content-encoding": [encoding]})])


def test_what_an_answer_gave_away_is_taken_out_of_the_request_and_the_call_too() -> None:
    tape = Tape(Scrubber(), {}, "SEGMENT_TRACK", {"userId": "secret-of-old"})
    recorded = interaction(uri="https://x.invalid/secret-of-old", answer='{"password":"secret-of-old"}')

    written = tape.serialize({"interactions": [recorded], "version": 1})

    assert "secret-of-old" not in written
    assert written.count("REDACTED-1") == 3


def test_scrubbing_twice_changes_nothing_more(scrubber: Scrubber) -> None:
    document = {"writeKey": KEY, "settings": {"a": "b"}, "password": "p", "messageId": "x", "email": "jane@shop.io"}

    once = scrubber.document(document)

    assert scrubber.document(once) == once
    assert Scrubber().document(once) == once


def test_placeholders_have_the_form_of_what_they_replace() -> None:
    assert recognised(TOKEN) == "public_api_token"
    assert recognised(FIRST) == "write_key"
