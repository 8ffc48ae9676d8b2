"""Every named fault means the same in process, in process for an async client, and over a socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from segment_toolkit.sandbox import Sandbox
from segment_toolkit.sandbox.faults import FAULTS
from segment_toolkit.sandbox.server import serving

Way = Callable[..., httpx.Response]
REAL = {"success": True}
WHOLE = b'{"success":true}'


def in_process(box: Sandbox, method: str, path: str, **options: Any) -> httpx.Response:
    with httpx.Client(transport=box.transport(), base_url="http://127.0.0.1") as client:
        return client.request(method, path, **options)


def in_process_async(box: Sandbox, method: str, path: str, **options: Any) -> httpx.Response:
    async def call() -> httpx.Response:
        async with httpx.AsyncClient(transport=box.async_transport(), base_url="http://127.0.0.1") as client:
            return await client.request(method, path, **options)

    return asyncio.run(call())


def over_a_socket(box: Sandbox, method: str, path: str, **options: Any) -> httpx.Response:
    # The server has ended before the caller looks, so that the record of a lost request is complete.
    with serving(box) as base_url, httpx.Client(base_url=base_url, trust_env=False) as client:
        return client.request(method, path, **options)


every_way = pytest.mark.parametrize(
    "way", [in_process, in_process_async, over_a_socket], ids=["in process", "async", "over a socket"]
)


def track(box: Sandbox, way: Way, **options: Any) -> httpx.Response:
    body = {"writeKey": box.write_key, "userId": "u", "event": "E", "messageId": "m"}
    return way(box, "POST", "/v1/track", json=body, **options)


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What a client gets of a fault, and whether the event is in."""

    status: int
    body: bytes | None = None
    starts: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    processed: bool = False


JSON = {"content-type": "application/json"}
HTML = {"content-type": "text/html; charset=utf-8"}

ANSWERS: dict[str, Answered] = {
    "rate_limited": Answered(
        status=429, starts=b'{"success":false', headers=JSON | {"retry-after": "1", "x-ratelimit-reset": "1"}
    ),
    "rate_limited_without_header": Answered(
        status=429, starts=b'{"success":false', headers=JSON, without=("retry-after", "x-ratelimit-reset")
    ),
    "server_error": Answered(status=500, starts=b'{"success":false', headers=JSON),
    "bad_gateway_html": Answered(status=502, starts=b"<html>", headers=HTML),
    "html_200": Answered(status=200, starts=b"<!DOCTYPE html>", headers=HTML),
    "empty_body": Answered(status=200, body=b"", headers=JSON | {"content-length": "0"}),
    "redirect": Answered(status=307, body=b"", headers={"location": "https://elsewhere.invalid/"}),
    "truncated_json": Answered(status=200, body=WHOLE[:8], headers=JSON | {"content-length": "8"}, processed=True),
    "wrong_content_type": Answered(status=200, body=WHOLE, headers=HTML, processed=True),
    "slow_answer": Answered(status=200, body=WHOLE, headers=JSON, processed=True),
    "slow_body": Answered(status=200, body=WHOLE, headers=JSON | {"content-length": "16"}, processed=True),
}
BREAKS: dict[str, tuple[type[httpx.TransportError], bool, int | None]] = {
    "reset_before": (httpx.ReadError, False, None),
    "reset_after": (httpx.ReadError, True, None),
    "cut_off": (httpx.RemoteProtocolError, True, 200),
}
SLOW = {"slow_answer", "slow_body"}


def test_every_kind_has_its_row_here() -> None:
    assert set(FAULTS) == set(ANSWERS) | set(BREAKS)


@every_way
@pytest.mark.parametrize("kind", ANSWERS)
def test_a_kind_gives_its_answer_once(box: Sandbox, way: Way, kind: str) -> None:
    expected = ANSWERS[kind]
    box.inject(kind=kind, seconds=0.02 if kind in SLOW else None)

    response = track(box, way)

    assert response.status_code == expected.status
    assert response.content.startswith(expected.starts)
    assert expected.body in (None, response.content)
    assert response.headers.items() >= expected.headers.items()
    assert not set(expected.without) & set(response.headers)
    assert bool(box.events) == expected.processed
    assert [request.status for request in box.requests] == [expected.status]
    assert track(box, in_process).json() == REAL


@every_way
@pytest.mark.parametrize("kind", BREAKS)
def test_a_kind_breaks_the_connection_once(box: Sandbox, way: Way, kind: str) -> None:
    error, processed, recorded = BREAKS[kind]
    box.inject(kind=kind)

    with pytest.raises(httpx.TransportError) as caught:
        track(box, way)

    assert type(caught.value) is error
    assert caught.value.request.url.path == "/v1/track"
    assert bool(box.events) == processed
    assert [request.status for request in box.requests] == [recorded]
    assert track(box, in_process).json() == REAL


@every_way
@pytest.mark.parametrize("after", [False, True], ids=["before the work", "after the work"])
def test_an_answer_slower_than_the_clients_patience_is_a_read_timeout(box: Sandbox, way: Way, after: bool) -> None:
    box.inject(kind="slow_answer", seconds=3_600, after=after)

    with pytest.raises(httpx.ReadTimeout):
        track(box, way, timeout=httpx.Timeout(5, read=0.2))

    assert bool(box.events) == after
    assert [request.status for request in box.requests] == [None]


@every_way
def test_a_body_whose_pieces_come_too_slowly_is_a_read_timeout(box: Sandbox, way: Way) -> None:
    box.inject(kind="slow_body", seconds=3_600)

    with pytest.raises(httpx.ReadTimeout):
        track(box, way, timeout=httpx.Timeout(5, read=0.2))

    assert len(box.events) == 1
    assert [request.status for request in box.requests] == [200]


@every_way
def test_a_read_timeout_does_not_notice_a_body_that_trickles(box: Sandbox, way: Way) -> None:
    box.inject(kind="slow_body", seconds=0.6)

    response = track(box, way, timeout=httpx.Timeout(5, read=0.5))

    assert response.content == WHOLE


@every_way
@pytest.mark.parametrize("kind", [name for name in ANSWERS if not ANSWERS[name].processed])
def test_with_after_an_answer_of_its_own_hides_work_that_was_done(box: Sandbox, way: Way, kind: str) -> None:
    box.inject(kind=kind, after=True)

    response = track(box, way)

    assert response.status_code == ANSWERS[kind].status
    assert len(box.events) == 1
    assert len(box.requests) == 1


@every_way
@pytest.mark.parametrize("kind", ["truncated_json", "slow_body", "wrong_content_type"])
def test_faults_made_of_the_real_answer_are_made_of_either_apis(box: Sandbox, way: Way, kind: str) -> None:
    headers = {"authorization": f"Bearer {box.token}"}
    whole = in_process(Sandbox(), "GET", "/sources", headers=headers).content
    box.inject(kind=kind, seconds=0 if kind in SLOW else None)

    response = way(box, "GET", "/sources", headers=headers)

    assert response.content == (whole[: len(whole) // 2] if kind == "truncated_json" else whole)


def test_the_public_api_reports_a_fault_in_its_own_envelope(box: Sandbox, public: httpx.Client) -> None:
    box.inject(kind="rate_limited", seconds=2.5)

    response = public.get("/sources")

    assert json.loads(response.content)["errors"][0]["type"] == "rate-limited"
    assert response.headers["retry-after"] == "3"


@pytest.mark.parametrize(
    ("order", "status", "headers"),
    [
        ({"kind": "server_error", "status": 503}, 503, {}),
        (
            {"kind": "redirect", "status": 302, "location": "http://localhost:1/x"},
            302,
            {"location": "http://localhost:1/x"},
        ),
        (
            {"kind": "html_200", "headers": {"Content-Type": "text/plain"}, "body": "x"},
            200,
            {"content-type": "text/plain"},
        ),
        ({"kind": "wrong_content_type", "headers": {"content-type": "image/png"}}, 200, {"content-type": "image/png"}),
    ],
    ids=["another 5xx", "another redirect", "another page", "another type"],
)
def test_an_order_says_more_than_its_kind(
    box: Sandbox, public: httpx.Client, order: dict[str, Any], status: int, headers: dict[str, str]
) -> None:
    box.inject(**order)

    response = public.get("/sources", follow_redirects=False)

    assert response.status_code == status
    assert response.headers.items() >= headers.items()


def test_a_client_that_follows_a_redirect_shows_what_it_takes_along(box: Sandbox, public: httpx.Client) -> None:
    box.inject(kind="redirect", times=1)

    public.get("/sources", follow_redirects=True)

    first, second = box.requests
    assert (first.host, second.host) == ("api.segmentapis.com", "elsewhere.invalid")
    assert "authorization" in first.headers
    assert "authorization" not in second.headers
