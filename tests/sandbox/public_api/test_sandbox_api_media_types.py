"""Which media type the Public API answers in, and what it refuses."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_toolkit.sandbox import Sandbox
from segment_toolkit.sandbox.public_api.errors import rate_limited
from segment_toolkit.sandbox.public_api.media_types import negotiated
from segment_toolkit.sandbox.public_api.operation import Operation
from segment_toolkit.sandbox.public_api.routes import OPERATIONS
from segment_toolkit.sandbox.rate_limits import Refusal

V1, BETA, ALPHA = (f"application/vnd.segment.{version}+json" for version in ("v1", "v1beta", "v1alpha"))
JSON = "application/json"


@pytest.mark.parametrize(
    ("accept", "answer"),
    [
        pytest.param(None, V1, id="nothing is asked for"),
        pytest.param("", V1, id="an empty header"),
        pytest.param("*/*", V1, id="anything"),
        pytest.param("application/*", V1, id="any application"),
        pytest.param(JSON, JSON, id="what the TypeScript SDK sends"),
        pytest.param(V1, V1, id="what the Python SDK sends"),
        pytest.param(BETA, BETA, id="an older version"),
        pytest.param(ALPHA.upper(), ALPHA, id="in capitals"),
        pytest.param(f"{JSON}; charset=utf-8", JSON, id="with a parameter"),
        pytest.param(f"{JSON}, text/plain, */*", JSON, id="what axios sends"),
        pytest.param(f"{JSON};q=0.5, {ALPHA}", ALPHA, id="with a preference"),
        pytest.param(f"*/*;q=0.1, {BETA};q=0", V1, id="anything but"),
        pytest.param("text/html, */*;q=0.8", V1, id="what browsers send"),
        pytest.param("text/html", None, id="not JSON"),
        pytest.param("application/vnd.segment.v2+json", None, id="an unknown version"),
        pytest.param(f"{JSON};q=0", None, id="explicitly not"),
    ],
)
def test_the_answer_is_of_the_type_that_was_asked_for(box: Sandbox, accept: str | None, answer: str | None) -> None:
    headers = [("authorization", f"Bearer {box.token}"), *([] if accept is None else [("accept", accept)])]
    with httpx.Client(transport=box.transport()) as client:
        request = httpx.Request("GET", "https://api.segmentapis.com/sources", headers=headers)

        response = client.send(request)

    assert response.status_code == (406 if answer is None else 200)
    assert response.headers["content-type"] == (answer or JSON)


@pytest.mark.parametrize(
    ("path", "versions"),
    [
        pytest.param("/echo?message=m", [V1, ALPHA], id="echo skips beta"),
        pytest.param("/sources", [V1, BETA, ALPHA], id="a stable one"),
        pytest.param("/destinations/{destination}/delivery-metrics?sourceId={source}", [BETA, ALPHA], id="a beta one"),
        pytest.param(
            "/delivery-overview/failed-on-ingest?sourceId={source}&granularity=DAY"
            "&startTime=2026-03-17&endTime=2026-03-18",
            [BETA],
            id="a beta one without alpha",
        ),
    ],
)
def test_an_operation_has_the_versions_of_the_reference(
    box: Sandbox, public: httpx.Client, web: str, path: str, versions: list[str]
) -> None:
    url = path.format(destination=box.destinations["slack"], source=web)

    statuses = {type_: public.get(url, headers={"accept": type_}).status_code for type_ in (V1, BETA, ALPHA, JSON)}

    assert statuses == {type_: 200 if type_ in (*versions, JSON) else 406 for type_ in statuses}


def test_a_refused_type_has_no_effect_and_says_what_there_is(public: httpx.Client) -> None:
    body = {"label": {"key": "new", "value": "one"}}

    refused = public.post("/labels", json=body, headers={"accept": "text/html"})

    assert refused.json()["errors"][0]["type"] == "not-acceptable"
    assert V1 in refused.json()["errors"][0]["message"]
    assert "new" not in public.get("/labels").text


def test_errors_are_plain_json_whatever_is_asked_for(public: httpx.Client) -> None:
    response = public.get("/sources/nosuch", headers={"accept": V1})

    assert response.status_code == 404
    assert response.headers["content-type"] == JSON


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: f"{operation.method} {operation.path}")
def test_every_operation_has_plain_json_and_its_most_stable_version(operation: Operation) -> None:
    types = operation.media_types

    assert types[0] == f"application/vnd.segment.{operation.stability}+json"
    assert types[-1] == JSON


@given(st.lists(st.text(alphabet="aj/*+;,=q01. \t\x00é", max_size=40) | st.just("," * 1000), max_size=3))
def test_any_accept_header_is_read(accept: list[str]) -> None:
    assert negotiated(accept, [V1, JSON]) in (V1, JSON, None)


def test_too_many_requests_say_when_to_try_again() -> None:
    error = rate_limited(Refusal(retry_after_seconds=7, reset_seconds=7))

    assert error.status == 429
    assert error.headers == {"Retry-After": "7", "X-RateLimit-Reset": "7"}
    assert error.envelope()["errors"][0]["type"] == "rate-limited"
