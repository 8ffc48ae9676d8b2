"""Hostile input never gives a 500, and never an exception: in process, a bug would be raised out of the call."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from segment_toolkit.sandbox import Sandbox
from segment_toolkit.sandbox.public_api.routes import OPERATIONS

FEW = settings(max_examples=150, deadline=None)

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("\ud800")
documents = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)
NAMES = [
    "type",
    "userId",
    "anonymousId",
    "previousId",
    "groupId",
    "event",
    "name",
    "category",
    "properties",
    "traits",
    "context",
    "integrations",
    "messageId",
    "timestamp",
    "sentAt",
    "slug",
    "enabled",
    "metadataId",
    "settings",
    "label",
    "labels",
    "key",
    "value",
    "track",
    "identify",
    "commonEventOnViolations",
    "forwardingViolationsTo",
    "allowUnplannedEvents",
    "disconnectAllWarehouses",
    "description",
    "batch",
    "sourceId",
    "if",
    "actions",
    "title",
    "filter",
    "payload",
    "rules",
    "disconnectAllSources",
    "regulationType",
    "subjectType",
    "subjectIds",
    "collection",
]
CALLS = ["identify", "track", "page", "screen", "group", "alias"]
REGULATION = ["SUPPRESS_WITH_DELETE", "UNSUPPRESS", "USER_ID", "OBJECT_ID", ["u-1"], ["\ud800", "\0"]]
likely = st.sampled_from([*CALLS, *REGULATION, "u-1", "E", "2026-01-01T00:00:00Z", {"key": "team", "value": "growth"}])
bodies = st.dictionaries(st.sampled_from(NAMES), likely | documents, max_size=8)


def as_json(document: Any) -> bytes:
    """Write JSON the way a careless client does: NaN, Infinity and lone surrogates included."""
    return json.dumps(document).encode()


@FEW
@given(call=st.sampled_from([*CALLS, "batch", "import"]), body=bodies, items=st.lists(bodies | documents, max_size=4))
def test_any_tracking_body_is_answered_200_or_400(call: str, body: dict[str, Any], items: list[Any]) -> None:
    box = Sandbox()
    content = as_json({"batch": items, **body, "writeKey": box.write_key})

    with httpx.Client(transport=box.transport()) as client:
        response = client.post(f"https://api.segment.io/v1/{call}", content=content)

    assert response.status_code in (200, 400)
    assert json.dumps([box.events, box.dropped])


@FEW
@given(
    call=st.sampled_from(["track", "batch"]),
    content=st.binary(),
    headers=st.sampled_from([{}, {"content-encoding": "gzip"}]),
)
def test_any_tracking_bytes_are_answered_400(call: str, content: bytes, headers: dict[str, str]) -> None:
    with httpx.Client(transport=Sandbox().transport()) as client:
        response = client.post(f"https://api.segment.io/v1/{call}", content=content, headers=headers)

    assert response.status_code == 400


ids = st.sampled_from(["source", "destination", "warehouse", "key"]) | st.text(min_size=1, max_size=8).filter(
    lambda text: "\ud800" not in text
)
queries = st.dictionaries(
    st.sampled_from(
        [
            "pagination",
            "pagination.count",
            "pagination[count]",
            "pagination.cursor",
            "period",
            "sourceId",
            "startTime",
            "endTime",
            "granularity",
            "type",
            "message",
            "statusCode",
            "triggerError",
            "triggerMultipleErrors",
            "rules",
            "rules.0.type",
            "rules[0][version]",
            "resourceId",
            "destinationConfigId",
            "groupBy",
            "filter",
            "filter.eventName.0",
            "filter[eventName]",
            "eventName",
            "status",
            "regulationTypes",
        ]
    ),
    st.sampled_from(
        [
            "1",
            "true",
            "MA==",
            "TRACK",
            "{'type': 'TRACK', 'version': 1}",
            '{"count":1}',
            "2026-03-01",
            "0001-01-01T00:00:00+23:59",
            "9999-12-31",
            "DAY",
            '{"eventName":["\\ud800"]}',
        ]
    )
    | st.text(max_size=12).filter(lambda text: text.isprintable()),
    max_size=4,
)


def path_of(template: str, box: Sandbox, chosen: str) -> str:
    """Fill the ids of a path: with a known one where the choice says so, else with the hostile text itself."""
    known = {
        "source": box.sources["shop-web"],
        "destination": box.destinations["slack"],
        "warehouse": box.warehouses["postgres"],
        "key": box.write_key,
    }
    value = quote(known.get(chosen, chosen), safe="")
    return re.sub(r"\{\w+\}", lambda _: value, template)


@FEW
@given(operation=st.sampled_from(OPERATIONS), chosen=ids, query=queries, body=bodies | documents)
def test_any_public_api_call_is_answered_with_an_envelope(
    operation: Any, chosen: str, query: dict[str, str], body: Any
) -> None:
    box = Sandbox()
    headers = {"authorization": f"Bearer {box.token}"}

    with httpx.Client(transport=box.transport(), base_url="https://api.segmentapis.com", headers=headers) as client:
        path = path_of(operation.path, box, chosen)
        response = client.request(operation.method, path, params=query, content=as_json(body))
        later = client.get("/sources")

    assert response.status_code < 500
    assert set(response.json()) in ({"data"}, {"errors"})
    assert later.status_code == 200


# Segments as they stand in a path, percent-encoded.
segments = st.sampled_from(["sources", "labels", "v1", "track", "..", "%2F", "%00", "%FF", ""]) | st.text(
    max_size=6
).map(lambda text: quote(text, safe="", errors="replace"))


@FEW
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"]),
    path=st.lists(segments).map("/".join),
    host=st.sampled_from(["api.segmentapis.com", "api.segment.io", "127.0.0.1:1", "[::1", "", "é", "a b:c:d"]),
)
def test_any_path_on_any_host_is_answered(method: str, path: str, host: str) -> None:
    box = Sandbox()
    headers = {b"authorization": f"Bearer {box.token}".encode(), b"host": host.encode()}

    with httpx.Client(transport=box.transport()) as client:
        response = client.request(method, f"http://sandbox/{path}", headers=list(headers.items()))

    assert response.status_code < 500
