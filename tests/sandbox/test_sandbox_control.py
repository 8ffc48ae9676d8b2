"""Steering the sandbox over HTTP: the same faults, no trace in the record, and nothing for a hostile web page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segment_toolkit.sandbox import Sandbox
from segment_toolkit.sandbox.faults import FAULTS
from segment_toolkit.sandbox.server import serving

MEMBERS = [
    "kind",
    "status",
    "body",
    "headers",
    "seconds",
    "location",
    "method",
    "path",
    "host",
    "times",
    "after",
    "probability",
    "seed",
]


@pytest.fixture
def control(box: Sandbox) -> Iterator[httpx.Client]:
    """A client of the sandbox itself, in process."""
    with httpx.Client(transport=box.transport(), base_url="http://127.0.0.1:8765/_sandbox") as client:
        yield client


def test_health_says_that_it_is_up(control: httpx.Client) -> None:
    response = control.get("/health")

    assert response.status_code == 200
    assert response.json() == {"status": "ok", "region": "us"}


def test_a_fault_is_injected_listed_played_and_removed_over_a_socket(box: Sandbox) -> None:
    with serving(box) as base_url, httpx.Client(base_url=base_url, trust_env=False) as client:
        made = client.post("/_sandbox/faults", json={"kind": "html_200", "probability": 1, "seed": 7, "path": "/v1/"})
        hit = client.post("/v1/track", json={"writeKey": box.write_key, "userId": "u", "event": "E"})
        listed = client.get("/_sandbox/faults").json()
        removed = client.delete("/_sandbox/faults")

    assert made.status_code == 201
    assert hit.headers["content-type"].startswith("text/html")
    assert listed["faults"] == [made.json() | {"matched": 1, "played": 1}]
    assert listed["kinds"] == dict(FAULTS)
    assert removed.json() == {"removed": 1}
    assert box.faults == []
    assert [request.path for request in box.requests] == ["/v1/track"]


def test_what_is_made_is_described(control: httpx.Client) -> None:
    order = {"kind": "server_error", "status": 503, "probability": 0.25, "seed": 1, "times": 4, "method": "POST"}

    made = control.post("/faults", json=order | {"path": "/v1/*", "host": "api.segment.io", "after": True}).json()

    assert made == {
        "id": "fault_1",
        "kind": "server_error",
        "status": 503,
        "seconds": 0.0,
        "after": True,
        "method": "POST",
        "path": "/v1/*",
        "host": "api.segment.io",
        "probability": 0.25,
        "seed": 1,
        "matched": 0,
        "played": 0,
        "left": 4,
    }


@pytest.mark.parametrize("kind", FAULTS)
def test_every_kind_can_be_ordered(box: Sandbox, control: httpx.Client, kind: str) -> None:
    assert control.post("/faults", json={"kind": kind}).status_code == 201
    assert [item.fault.kind for item in box.faults] == [kind]


def test_without_a_kind_the_answer_is_said_in_full(control: httpx.Client, public: httpx.Client) -> None:
    control.post("/faults", json={"status": 418, "body": "tea", "headers": {"x-pot": "short"}, "kind": None})

    response = public.get("/")

    assert (response.status_code, response.text, response.headers["x-pot"]) == (418, "tea", "short")


def test_one_fault_is_removed_by_its_id(box: Sandbox, control: httpx.Client) -> None:
    first = control.post("/faults", json={"status": 500}).json()["id"]
    second = control.post("/faults", json={"status": 503}).json()["id"]

    removed, again = control.delete(f"/faults/{first}"), control.delete(f"/faults/{first}")

    assert (removed.status_code, removed.json()) == (200, {"removed": 1})
    assert again.status_code == 404
    assert [item.id for item in box.faults] == [second]


def test_faults_never_hit_control_requests_and_these_are_not_recorded(box: Sandbox, control: httpx.Client) -> None:
    box.inject(kind="reset_before", probability=1)

    assert control.get("/health").status_code == 200
    assert control.get("/faults").json()["faults"][0]["matched"] == 0
    assert box.requests == []


@pytest.mark.parametrize("host", ["api.segmentapis.com", "api.segment.io", "app.segment.com"])
def test_at_segments_own_names_there_is_no_control(box: Sandbox, host: str) -> None:
    with httpx.Client(transport=box.transport()) as client:
        response = client.post(f"https://{host}/_sandbox/faults", json={"status": 500})

    assert response.status_code != 201
    assert box.faults == []
    assert len(box.requests) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"host": "evil.example"},
        {"host": "evil.example:8765"},
        {"host": "localhost.evil.example"},
        {"host": "127.0.0.1.evil.example"},
        {"host": "[evil]:80"},
        {"host": ""},
    ],
    ids=str,
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_web_page_is_refused(box: Sandbox, control: httpx.Client, method: str, headers: dict[str, str]) -> None:
    box.inject(status=503)

    response = control.request(method, "/faults", headers=headers, json={"status": 500})

    assert response.status_code == 403
    assert "evil" not in response.text
    assert [item.fault.status for item in box.faults] == [503]


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8765", "sandbox.localhost", "127.0.0.1:1", "10.0.0.7", "[::1]", "[::1]:8765"]
)
def test_this_machine_and_addresses_are_let_in(control: httpx.Client, host: str) -> None:
    assert control.get("/health", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "field", "message"),
    [
        (b"", 400, None, "must be JSON"),
        (b"{", 400, None, "must be JSON"),
        (b"\xff", 400, None, "must be JSON"),
        (b'{"a":' * 300, 400, None, "must be JSON"),
        (b"[]", 422, None, "must be a JSON object with any of: kind, status"),
        (b'{"sp\\ud800eed": 1}', 422, None, "1 unknown member(s); a fault takes: kind, status"),
        (b'{"error": "ReadTimeout"}', 422, None, "unknown member"),
        (b'{"kind": 7}', 422, "kind", "the name of a kind"),
        (b'{"kind": "nope"}', 422, "kind", "must be one of rate_limited"),
        (b'{"status": 99}', 422, "status", "from 200 to 599"),
        (b'{"status": true}', 422, "status", "from 200 to 599"),
        (b'{"status": "500"}', 422, "status", "from 200 to 599"),
        (b'{"body": {}}', 422, "body", "must be text"),
        (b'{"body": "\\ud800"}', 422, "body", "must be text"),
        (b'{"headers": {"a b": "c"}}', 422, "headers", "an object of header names"),
        (b'{"headers": {"a": "b\\r\\nc: d"}}', 422, "headers", "an object of header names"),
        (b'{"headers": {"a": 1}}', 422, "headers", "an object of header names"),
        (b'{"times": 0}', 422, "times", "at least 1"),
        (b'{"times": 1.5}', 422, "times", "a whole number"),
        (b'{"after": 1}', 422, "after", "true or false"),
        (b'{"probability": 2}', 422, "probability", "at most 1"),
        (b'{"seed": "x"}', 422, "seed", "a whole number"),
        (b'{"kind": "slow_body", "seconds": 1e300}', 422, "seconds", "from 0 to 3600"),
        (b'{"kind": "redirect", "location": "\\u2603"}', 422, "location", "printable ASCII"),
    ],
)
def test_a_bad_order_is_refused_with_what_would_be_right(
    box: Sandbox, control: httpx.Client, body: bytes, status: int, field: str | None, message: str
) -> None:
    response = control.post("/faults", content=body)

    error = response.json()["errors"][0]
    assert response.status_code == status
    assert error["field"] == field
    assert message in error["message"]
    assert box.faults == []


@pytest.mark.parametrize(
    ("method", "path", "status", "message"),
    [
        ("GET", "/nothing", 404, "GET /_sandbox/health, GET /_sandbox/faults, POST /_sandbox/faults"),
        ("GET", "/faults/a/b", 405, "this endpoint takes DELETE"),
        ("POST", "/health", 405, "this endpoint takes GET"),
        ("PUT", "/faults", 405, "this endpoint takes GET and POST and DELETE"),
        ("DELETE", "/faults/%00%2F", 404, "no fault with this id"),
    ],
)
def test_a_wrong_endpoint_is_told_the_right_ones(
    control: httpx.Client, method: str, path: str, status: int, message: str
) -> None:
    response = control.request(method, path)

    assert response.status_code == status
    assert message in response.json()["errors"][0]["message"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
good_values = st.sampled_from([*FAULTS, 1, 0.5, 503, True, "/v1/", "*[", {"a": "b"}, "\ud800", 10**300])
orders = st.dictionaries(st.sampled_from(MEMBERS) | st.text(), good_values | json_values, max_size=5)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(order=orders)
def test_any_json_is_answered_and_what_it_makes_can_be_played(
    box: Sandbox, control: httpx.Client, order: dict[str, Any]
) -> None:
    box.reset()

    made = control.post("/faults", content=json.dumps(order).encode())

    assert made.status_code in {201, 422}
    assert control.get("/faults").status_code == 200
    assert len(box.faults) == (made.status_code == 201)
    # Whatever a fault may do to a client is a response or an error of its transport, and never a crash.
    with httpx.Client(transport=box.transport(), timeout=0) as client:
        try:
            answered = client.get("http://127.0.0.1/v1/track").status_code >= 200
        except httpx.TransportError:
            answered = False
    assert answered or made.status_code == 201
