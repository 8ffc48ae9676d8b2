"""What pages get of the Tracking API and the CDN, and what they do not get."""

from __future__ import annotations

import json

import httpx
import pytest

from segment_toolkit.sandbox import Sandbox, StoppedClock
from segment_toolkit.sandbox.rate_limits import RateLimits

PAGE = "https://shop.example"
LETTERS = {"t": "track", "i": "identify", "p": "page", "s": "screen", "g": "group", "a": "alias"}


def client(box: Sandbox, base_url: str, **headers: str) -> httpx.Client:
    return httpx.Client(transport=box.transport(), base_url=base_url, headers=headers)


@pytest.mark.parametrize("letter", LETTERS)
def test_the_first_letter_of_a_call_is_a_path_too(box: Sandbox, tracking: httpx.Client, letter: str) -> None:
    body = {"writeKey": box.write_key, "userId": "u", "previousId": "p", "groupId": "g", "event": "E", "name": "N"}

    answer = tracking.post(f"/{letter}", content=json.dumps(body), headers={"content-type": "text/plain"})

    assert answer.json() == {"success": True}
    assert [event["type"] for event in box.events] == [LETTERS[letter]]


def test_the_letter_of_batches_takes_them_with_the_limit_of_batches(box: Sandbox, tracking: httpx.Client) -> None:
    batch = [{"type": "track", "event": "E", "userId": "u", "properties": {"text": "x" * 20_000}}] * 3

    answer = tracking.post("/b", json={"writeKey": box.write_key, "batch": batch})

    assert answer.json() == {"success": True}
    assert len(box.events) == 3


def test_the_metrics_of_the_sdk_are_taken_and_thrown_away(box: Sandbox, tracking: httpx.Client) -> None:
    answer = tracking.post("/m", content='{"series": [{"type": "Counter"}]}', headers={"content-type": "text/plain"})

    assert answer.json() == {"success": True}
    assert box.events == []
    assert box.dropped == []


def test_a_page_may_send_what_it_asks_for(tracking: httpx.Client) -> None:
    asked = {
        "origin": PAGE,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,x-retry-count",
    }

    answer = tracking.options("/t", headers=asked)

    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert answer.headers["access-control-allow-methods"] == "POST"
    assert answer.headers["access-control-allow-headers"] == "authorization,x-retry-count"


@pytest.mark.parametrize("body", ["{", '{"writeKey": "k", "event": "E", "userId": "u"}'], ids=["refused", "taken"])
def test_a_page_sees_the_answer_to_its_call(tracking: httpx.Client, body: str) -> None:
    answer = tracking.post("/t", content=body, headers={"origin": PAGE})

    assert answer.headers["access-control-allow-origin"] == PAGE


def test_a_page_sees_how_long_to_wait(clock: StoppedClock) -> None:
    box = Sandbox(clock=clock, rate_limits=RateLimits(tracking_per_second=2))
    event = {"writeKey": box.write_key, "userId": "u", "event": "E"}
    with client(box, "https://api.segment.io/v1", origin=PAGE) as page:
        answers = [page.post("/t", json=event) for _ in range(3)]

    refused = next(answer for answer in answers if answer.status_code == 429)
    assert "retry-after" in refused.headers
    assert refused.headers["access-control-expose-headers"] == "Retry-After"


def test_who_is_no_page_gets_no_headers_for_pages(tracking: httpx.Client) -> None:
    answer = tracking.post("/t", json={"writeKey": "k", "event": "E", "userId": "u"})

    assert not [name for name in answer.headers if name.startswith("access-control") or name == "vary"]


def test_pages_may_read_neither_the_public_api_nor_the_sandbox_itself(box: Sandbox) -> None:
    asked = {"origin": PAGE, "authorization": f"Bearer {box.token}"}
    with client(box, "http://127.0.0.1", **asked) as page:
        answers = [
            page.get("/sources"),
            page.options("/sources", headers={"access-control-request-method": "GET"}),
            page.get("/_sandbox/events"),
            page.options("/_sandbox/reset", headers={"access-control-request-method": "POST"}),
        ]

    assert [answer.status_code for answer in answers] == [200, 405, 403, 403]
    assert not [name for answer in answers for name in answer.headers if name.startswith("access-control")]


HOSTS = {
    "https://cdn.segment.com": {"apiHost": "api.segment.io/v1"},
    "https://cdn-settings.segment.com": {"apiHost": "api.segment.io/v1"},
    "http://127.0.0.1:8765": {"apiHost": "127.0.0.1:8765/v1", "protocol": "http"},
}


@pytest.mark.parametrize("base_url", HOSTS)
def test_the_settings_of_a_source_say_where_its_events_go(box: Sandbox, base_url: str) -> None:
    with client(box, base_url, origin=PAGE) as page:
        answer = page.get(f"/v1/projects/{box.write_key}/settings")

    assert answer.headers["access-control-allow-origin"] == "*"
    settings = answer.json()["integrations"]["Segment.io"]
    assert settings.items() >= {"apiKey": box.write_key, **HOSTS[base_url]}.items()


def test_the_settings_of_a_european_source_name_its_host() -> None:
    box = Sandbox(region="eu")
    with client(box, "https://cdn.segment.com") as page:
        answer = page.get(f"/v1/projects/{box.write_key}/settings")

    assert answer.json()["integrations"]["Segment.io"]["apiHost"] == "events.eu1.segmentapis.com/v1"


def test_there_are_no_settings_for_a_key_that_is_none_and_no_key_is_shown_by_the_record(box: Sandbox) -> None:
    with client(box, "https://cdn.segment.com") as page:
        answers = [page.get(f"/v1/projects/{key}/settings") for key in ("k" * 32, "%00", box.write_key)]

    assert [answer.status_code for answer in answers] == [404, 404, 200]
    assert box.write_key not in repr(box.requests)
