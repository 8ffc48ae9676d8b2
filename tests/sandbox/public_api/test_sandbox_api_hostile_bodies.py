"""Bodies that are nearly right, with one hostile value in them: refused or taken, never an exception and no 500."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segment_toolkit.sandbox import Sandbox
from segment_toolkit.sandbox.recording import MAX_BODY_BYTES
from tests.sandbox.public_api.answers import data

FEW = settings(max_examples=60, deadline=None)

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.just("\ud800\0")
documents = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)
ACTION = {"type": "DROP_PROPERTIES", "fields": {"properties": ["a"]}, "percent": 0.5, "path": "userId"}
FILTER = {"if": "all", "actions": [ACTION], "title": "t", "enabled": True, "description": "d"}
RULE = {"type": "TRACK", "key": "k", "jsonSchema": {"type": "object"}, "version": 1, "newKey": "n"}
# Method, path and a body that is fine.
CALLS: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/destinations", {"metadataId": "614a3c7d791c91c41bae7599", "settings": {}, "name": "n", "enabled": True}),
    ("PATCH", "/destinations/{slack}", {"settings": {"a": 1}, "name": "n", "enabled": True}),
    ("POST", "/destination/{slack}/filters", FILTER),
    ("POST", "/destination/filters/preview", {"filter": FILTER, "payload": {"userId": "u"}}),
    ("POST", "/warehouses", {"metadataId": "55d3d3aea3c", "settings": {}, "name": "n", "disconnectAllSources": True}),
    ("PATCH", "/warehouses/{postgres}", {"settings": {}, "name": "n", "enabled": True}),
    ("POST", "/warehouses/validation", {"metadataId": "55d3d3aea3c", "settings": {"hostname": "h"}}),
    ("POST", "/tracking-plans", {"name": "n", "type": "LIVE", "description": "d"}),
    ("PUT", "/tracking-plans/{plan}/rules", {"rules": [RULE]}),
    ("PATCH", "/tracking-plans/{plan}/rules", {"rules": [RULE]}),
    ("POST", "/tracking-plans/{plan}/sources", {"sourceId": "s"}),
    ("POST", "/labels", {"label": {"key": "k", "value": "v", "description": "d"}}),
]


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the ways to every value inside a document."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(place for step, inner in steps for place in places(inner, (*at, step)))]


def put(document: Any, place: tuple[Any, ...], value: Any) -> Any:
    """Return a copy of a document with another value at a place."""
    if not place:
        return value
    copy = document.copy()
    copy[place[0]] = put(document[place[0]], place[1:], value)
    return copy


@pytest.mark.parametrize(("method", "path", "body"), CALLS, ids=lambda value: value if isinstance(value, str) else "")
@FEW
@given(choose=st.data(), value=documents)
def test_one_hostile_value_in_a_body_is_refused_or_taken(
    method: str, path: str, body: dict[str, Any], choose: st.DataObject, value: Any
) -> None:
    box = Sandbox()
    headers = {"authorization": f"Bearer {box.token}"}
    with httpx.Client(transport=box.transport(), base_url="https://api.segmentapis.com", headers=headers) as client:
        plan = data(client.get("/tracking-plans"))["trackingPlans"][0]["id"]
        where = path.format(slack=box.destinations["slack"], postgres=box.warehouses["postgres"], plan=plan)
        fine = {"sourceId": box.sources["shop-web"], **body}
        sent = put(fine, choose.draw(st.sampled_from(places(fine))), value)

        response = client.request(method, where, content=json.dumps(sent).encode())
        # Undoing reads everything back from the database.
        undone = client.delete("/labels/team/growth")
        lists = [client.get(name) for name in ("/destinations", "/warehouses", "/tracking-plans", "/audit-events")]

    assert response.status_code in (200, 201, 422)
    assert undone.status_code == 422
    assert {answer.status_code for answer in lists} == {200}


def test_settings_as_deep_as_a_body_may_be_are_kept(public: httpx.Client, box: Sandbox) -> None:
    deep: Any = 1
    for _ in range(198):
        deep = {"a": deep}
    path = f"/destinations/{box.destinations['slack']}"

    data(public.patch(path, json={"settings": deep}))
    assert public.delete("/labels/team/growth").status_code == 422

    assert data(public.get(path))["destination"]["settings"]["a"] == deep["a"]


def test_a_body_that_is_too_large_is_refused_and_only_its_beginning_is_kept(box: Sandbox, public: httpx.Client) -> None:
    body = b'{"name": "' + b"n" * (MAX_BODY_BYTES + 1_000) + b'"}'

    answer = public.post("/sources", content=body)

    assert answer.status_code == 413
    assert answer.json()["errors"][0]["type"] == "payload-too-large"
    assert len(box.requests[-1].body) == MAX_BODY_BYTES + 1
