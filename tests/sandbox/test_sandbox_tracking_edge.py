"""The Tracking API's edge: the few things its caller gets to see."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import httpx
import pytest

from segment_toolkit.sandbox import Sandbox

MALFORMED = {"success": False, "message": "malformed JSON", "code": "invalid_request"}
NO_KEY = {"success": False, "message": "An invalid write key was provided", "code": "invalid_request"}
CALLS: dict[str, dict[str, Any]] = {
    "identify": {"userId": "u-1", "traits": {"plan": "pro"}},
    "track": {"userId": "u-1", "event": "Order Completed", "properties": {"revenue": 14.99}},
    "page": {"anonymousId": "a-1", "name": "Pricing", "category": "Docs"},
    "screen": {"anonymousId": "a-1", "name": "Cart"},
    "group": {"userId": "u-1", "groupId": "g-1", "traits": {"name": "Initech"}},
    "alias": {"userId": "u-1", "previousId": "a-1"},
}


def basic(user: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(user.encode()).decode()}


@pytest.mark.parametrize("call", CALLS)
def test_a_single_call_is_taken_in(box: Sandbox, tracking: httpx.Client, call: str) -> None:
    response = tracking.post(f"/{call}", json={"writeKey": box.write_key, **CALLS[call]})

    assert response.status_code == 200
    assert response.json() == {"success": True}
    [event] = box.events
    assert event.items() >= {**CALLS[call], "type": call, "sourceId": box.sources["shop-web"]}.items()
    assert "writeKey" not in event


@pytest.mark.parametrize("call", ["batch", "import"])
def test_batch_and_its_legacy_alias_take_many_events(box: Sandbox, tracking: httpx.Client, call: str) -> None:
    batch = [{"type": name, **body} for name, body in CALLS.items()]

    response = tracking.post(f"/{call}", json={"writeKey": box.write_key, "batch": batch})

    assert response.json() == {"success": True}
    assert [event["type"] for event in box.events] == list(CALLS)


@pytest.mark.parametrize(
    "body",
    [
        {"writeKey": "k" * 32, "userId": "u", "event": "Unknown key"},
        {"writeKey": "k" * 32},
        {"writeKey": "k" * 32, "userId": 7, "event": [], "properties": "wrong types"},
        {"writeKey": "k" * 32, "batch": []},
    ],
    ids=["unknown key", "nothing but a key", "wrong types", "empty batch"],
)
@pytest.mark.parametrize("call", ["track", "batch"])
def test_what_is_wrong_behind_the_edge_is_answered_200(tracking: httpx.Client, call: str, body: dict[str, Any]) -> None:
    response = tracking.post(f"/{call}", json=body)

    assert (response.status_code, response.json()) == (200, {"success": True})


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"7", b"null", b'"text"', b'{"a": NaN}', b'{"a": 1e999}', b"\xff\xfe", b'{"a":' * 5000],
    ids=["empty", "cut", "array", "number", "null", "string", "NaN", "overflow", "not UTF-8", "too deep"],
)
@pytest.mark.parametrize("call", ["track", "batch"])
def test_what_is_no_json_object_is_malformed(tracking: httpx.Client, call: str, body: bytes) -> None:
    response = tracking.post(f"/{call}", content=body)

    assert (response.status_code, response.json()) == (400, MALFORMED)


def test_get_is_answered_like_an_empty_body(tracking: httpx.Client) -> None:
    response = tracking.get("/track")

    assert (response.status_code, response.json()) == (400, MALFORMED)


@pytest.mark.parametrize("key", [None, "", "  ", 7], ids=["absent", "empty", "blank", "number"])
def test_a_body_without_a_key_is_refused(tracking: httpx.Client, key: object) -> None:
    response = tracking.post("/track", json={"writeKey": key, "userId": "u", "event": "E"})

    assert (response.status_code, response.json()) == (400, NO_KEY)


@pytest.mark.parametrize("credentials", ["{key}:", "{key}"], ids=["with colon", "without colon"])
def test_the_key_may_come_as_a_basic_user_name(box: Sandbox, tracking: httpx.Client, credentials: str) -> None:
    headers = basic(credentials.format(key=box.write_key))

    tracking.post("/track", json={"userId": "u", "event": "E"}, headers=headers)

    assert len(box.events) == 1


def test_basic_and_body_key_together_are_accepted(box: Sandbox, tracking: httpx.Client) -> None:
    body = {"writeKey": box.write_key, "userId": "u", "event": "E"}

    tracking.post("/track", json=body, headers=basic(f"{box.write_key}:"))

    assert len(box.events) == 1


@pytest.mark.parametrize("header", ["Basic", "Basic ?", "Basic =", "Bearer x", "Basic é"])
def test_unreadable_credentials_are_no_key(tracking: httpx.Client, header: str) -> None:
    response = tracking.post("/track", json={}, headers={b"authorization": header.encode()})

    assert response.json() == NO_KEY


def test_a_zipped_body_is_read(box: Sandbox, tracking: httpx.Client) -> None:
    body = gzip.compress(
        json.dumps({"writeKey": box.write_key, "batch": [{"type": "alias", **CALLS["alias"]}]}).encode()
    )

    response = tracking.post("/batch", content=body, headers={"content-encoding": "gzip"})

    assert response.status_code == 200
    assert len(box.events) == 1


def test_a_body_that_is_not_the_zip_it_claims_is_malformed(tracking: httpx.Client) -> None:
    response = tracking.post("/batch", content=b"{}", headers={"content-encoding": "gzip"})

    assert response.json() == MALFORMED


def test_a_zip_of_several_members_is_one_body(box: Sandbox, tracking: httpx.Client) -> None:
    body = json.dumps({"writeKey": box.write_key, "userId": "u", "event": "E"}).encode()

    response = tracking.post(
        "/track", content=gzip.compress(body[:20]) + gzip.compress(body[20:]), headers={"content-encoding": "gzip"}
    )

    assert response.status_code == 200
    assert [event["event"] for event in box.events] == ["E"]


@pytest.mark.parametrize("rest", [b"", gzip.compress(b"") * 1000, b"no zip"], ids=["cut off", "many", "something else"])
def test_a_zip_that_does_not_end_as_it_should_is_malformed(tracking: httpx.Client, rest: bytes) -> None:
    zipped = gzip.compress(b'{"userId": "u", "event": "E"}')
    content = zipped + rest if rest else zipped[:-4]

    response = tracking.post("/track", content=content, headers={"content-encoding": "gzip"})

    assert (response.status_code, response.json()) == (400, MALFORMED)


def body_of(size: int, **members: object) -> bytes:
    """A JSON object of exactly this many bytes."""
    empty = json.dumps({**members, "pad": ""})
    return json.dumps({**members, "pad": "x" * (size - len(empty))}).encode()


def test_a_single_event_over_32_kb_is_refused(box: Sandbox, tracking: httpx.Client) -> None:
    body = {"writeKey": box.write_key, "userId": "u", "event": "E"}

    at_limit = tracking.post("/track", content=body_of(32 * 1024, **body))
    over = tracking.post("/track", content=body_of(32 * 1024 + 1, **body))

    assert at_limit.status_code == 200
    assert over.status_code == 400
    assert over.json()["message"] == "Exceed payload limit"


def test_a_batch_over_500_kb_is_refused_in_plain_text(box: Sandbox, tracking: httpx.Client) -> None:
    at_limit = tracking.post("/batch", content=body_of(500 * 1024, writeKey=box.write_key))
    over = tracking.post("/batch", content=body_of(500 * 1024 + 1, writeKey=box.write_key))

    assert at_limit.status_code == 200
    assert (over.status_code, over.text) == (400, "Bad Request")
    assert over.headers["content-type"].startswith("text/plain")


def test_a_zip_bomb_is_too_large_and_is_not_unpacked(tracking: httpx.Client) -> None:
    body = gzip.compress(b" " * 50_000_000)

    response = tracking.post("/batch", content=body, headers={"content-encoding": "gzip"})

    assert (response.status_code, response.text) == (400, "Bad Request")


def test_a_call_that_does_not_exist_is_404(tracking: httpx.Client) -> None:
    assert tracking.post("/merge", json={}).status_code == 404


def test_the_tracking_host_serves_no_public_api(box: Sandbox, tracking: httpx.Client) -> None:
    response = tracking.get("https://api.segment.io/sources", headers={"authorization": f"Bearer {box.token}"})

    assert response.status_code == 404


def test_the_other_region_drops_in_silence(box: Sandbox, tracking: httpx.Client) -> None:
    body = {"writeKey": box.write_key, "userId": "u", "event": "E"}

    response = tracking.post("https://events.eu1.segmentapis.com/v1/track", json=body)

    assert response.json() == {"success": True}
    assert box.events == []
    assert box.dropped[0]["reason"] == "unknown_source"


def test_a_european_sandbox_is_at_home_on_the_european_host() -> None:
    box = Sandbox(region="eu")
    body = {"writeKey": box.write_key, "userId": "u", "event": "E"}

    with httpx.Client(transport=box.transport()) as client:
        client.post("https://events.eu1.segmentapis.com/v1/track", json=body)

    assert len(box.events) == 1
