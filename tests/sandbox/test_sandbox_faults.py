"""Faults on demand: the answers and losses that a client has to survive."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from segment_toolkit.sandbox import Sandbox


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 200, "body": b"<html>sorry</html>", "headers": {"content-type": "text/html"}},
        {"status": 503, "body": "try later"},
        {"status": 429, "headers": {"retry-after": "3"}, "body": '{"errors": []}'},
        {"status": 200, "body": b'{"data": {"sou'},
        {"status": 200, "body": b""},
    ],
    ids=["HTML with 200", "5xx", "429", "truncated JSON", "empty body"],
)
def test_the_next_answer_is_the_injected_one(box: Sandbox, public: httpx.Client, fault: dict[str, Any]) -> None:
    box.inject(**fault)

    faulty, next_one = public.get("/"), public.get("/")

    body = fault.get("body", b"")
    assert faulty.status_code == fault["status"]
    assert faulty.content == (body.encode() if isinstance(body, str) else body)
    assert faulty.headers.items() >= fault.get("headers", {}).items()
    assert next_one.status_code == 200
    assert [request.status for request in box.requests] == [fault["status"], 200]


def test_a_fault_lasts_as_many_times_as_asked(box: Sandbox, public: httpx.Client) -> None:
    box.inject(status=500, times=2)

    assert [public.get("/").status_code for _ in range(3)] == [500, 500, 200]


def test_faults_come_in_the_order_of_injection(box: Sandbox, public: httpx.Client) -> None:
    box.inject(status=500)
    box.inject(status=503)

    assert [public.get("/").status_code for _ in range(3)] == [500, 503, 200]


@pytest.mark.parametrize(
    ("condition", "hit"),
    [
        ({"method": "get"}, True),
        ({"method": "POST"}, False),
        ({"path": "/sources"}, True),
        ({"path": "/labels"}, False),
        ({"path": "*/settings"}, True),
        ({"path": "/*/labels"}, False),
        ({"host": "api.segmentapis.com"}, True),
        ({"host": "api.segment.io"}, False),
    ],
)
def test_a_fault_meets_only_what_it_is_meant_for(
    box: Sandbox, public: httpx.Client, web: str, condition: dict[str, Any], hit: bool
) -> None:
    box.inject(status=500, **condition)

    response = public.get(f"/sources/{web}/settings")

    assert response.status_code == (500 if hit else 200)


@pytest.mark.parametrize("after", [False, True])
def test_with_after_the_work_is_done_and_only_the_answer_is_lost(
    box: Sandbox, public: httpx.Client, web: str, after: bool
) -> None:
    box.inject(status=500, after=after)

    response = public.delete(f"/sources/{web}")

    assert response.status_code == 500
    assert ("shop-web" in box.sources) == (not after)
    assert len(box.requests) == 1


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("error", [httpx.ReadTimeout, httpx.ConnectError("refused")], ids=["class", "instance"])
def test_an_injected_error_is_raised_by_the_transport(
    box: Sandbox, tracking: httpx.Client, error: Any, after: bool
) -> None:
    box.inject(error=error, after=after)
    body = {"writeKey": box.write_key, "userId": "u", "event": "E"}

    with pytest.raises(httpx.TransportError) as caught:
        tracking.post("/track", json=body)

    assert caught.value.request.url.path == "/v1/track"
    assert len(box.events) == int(after)
    assert [request.status for request in box.requests] == [None]


def test_a_fault_that_could_never_happen_is_refused(box: Sandbox) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        box.inject(times=0)
