"""Set-ups that the Public API takes but nobody means well, met by traffic; hostile calls to the smaller services."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segment_toolkit.sandbox import Sandbox
from segment_toolkit.sandbox.store import ledger
from tests.sandbox.pipeline.pipeline_world import Event, World, track
from tests.sandbox.pipeline.pipeline_world import world as new_world
from tests.sandbox.pipeline.test_sandbox_pipeline_hostile_events import VALUES, deep, places

FEW = settings(max_examples=40, deadline=None)
ALL_SORTS: list[Event] = [*places("track", VALUES["list of all"]), *places("identify", VALUES["both"])]

SCHEMAS: dict[str, Any] = {
    "refers to itself": {"$ref": "#"},
    "refers into nothing": {"properties": {"properties": {"$ref": "#/definitions/none"}}},
    "refers in a ring": {
        "definitions": {"a": {"$ref": "#/definitions/b"}, "b": {"$ref": "#/definitions/a"}},
        "properties": {"properties": {"$ref": "#/definitions/a"}},
    },
    "forbids everything": {"not": {}},
    "names are hostile": {"properties": {"\0": False, "\ud800": False, "": False}},
    "required names are hostile": {"required": ["\0", "\ud800", ""]},
    "150 levels": {"properties": {"properties": deep(150)}},
    "unknown keywords": {"x-\ud800": deep(20), "format": "\0"},
    "pattern with a surrogate": {"properties": {"properties": {"patternProperties": {"\ud800": False}}}},
    "numbers too large": {
        "properties": {"properties": {"properties": {"k": {"minimum": 10**400, "multipleOf": 1e-300}}}}
    },
    "enum of all": {"properties": {"userId": {"enum": [VALUES["list of all"], "u"]}}},
    "another dialect": {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "properties": {"a": {"$id": "http://x/"}},
    },
}


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
@pytest.mark.parametrize(
    "settings_of_track",
    [{}, {"allowEventOnViolations": False}, {"allowPropertiesOnViolations": False}],
    ids=["allow", "block", "omit"],
)
def test_a_rule_with_a_hostile_schema_is_refused_or_judges_every_event(
    world: World, schema: Any, settings_of_track: dict[str, bool]
) -> None:
    plan_id = world.plan(track=settings_of_track, forwardingViolationsTo=world.source("forwarded"))
    rules = [{"type": kind, "key": "E", "version": 1, "jsonSchema": schema} for kind in ("TRACK", "COMMON", "IDENTIFY")]
    headers = {"authorization": f"Bearer {world.box.token}"}
    with httpx.Client(transport=world.box.transport(), headers=headers) as client:
        url = f"https://api.segmentapis.com/tracking-plans/{plan_id}/rules"
        answer = client.put(url, content=json.dumps({"rules": rules}).encode())

    for start in range(0, len(ALL_SORTS), 10):
        world.send(*ALL_SORTS[start : start + 10])

    stored = [event for event in world.box.events if event["sourceId"] == world.box.sources["shop-web"]]
    assert answer.status_code in (200, 422)
    assert len(stored) + len(world.box.dropped) == len(ALL_SORTS)
    assert json.dumps([world.box.events, world.box.violations])
    assert world.sql("PRAGMA integrity_check") == [("ok",)]


CONDITIONS = [
    "all", "type", "!!!(userId)", "userId = '\ud800'", "contains(properties.k, '\0')", "match(event, '[[[*?\\')",
    "match(event, '" + "*a" * 60 + "b')", "length(properties) > 99999999999999999999", "properties.k in properties.k",
    "('x' in [1, 'x', null]) = true", "lowercase(event) = uppercase(event)", "typeof(properties.k) = 'list'",
    "number(properties.k) > -1e308", "snakecase(titlecase(event)) != event", "(" * 100 + "all" + ")" * 100,
    "properties\\ k.\\. = 1", "bool(string(userId))", "a.b.c.d.e.f.g = null",
]  # fmt: skip
ACTIONS: list[Event] = [
    {"type": "DROP"},
    {"type": "SAMPLE", "percent": 0.5, "path": "properties.k"},
    {"type": "SAMPLE", "percent": 1e-300},
    {"type": "DROP_PROPERTIES", "fields": {"": ["userId", "type", "messageId"], "properties.k": ["a"], "..": ["\0"]}},
    {"type": "ALLOW_PROPERTIES", "fields": {"": [], "properties": ["\ud800"], "context.\0": []}},
]


@pytest.mark.parametrize("condition", CONDITIONS, ids=range(len(CONDITIONS)))
def test_a_hostile_filter_is_refused_or_decides_about_every_event(world: World, condition: str) -> None:
    slack = world.box.destinations["slack"]
    body = {"if": condition, "actions": ACTIONS[1:], "title": "t", "enabled": True}
    body["sourceId"] = world.box.sources["shop-web"]
    headers = {"authorization": f"Bearer {world.box.token}"}
    with httpx.Client(transport=world.box.transport(), headers=headers) as client:
        url = f"https://api.segmentapis.com/destination/{slack}/filters"
        answer = client.post(url, content=json.dumps(body).encode())

    for start in range(0, len(ALL_SORTS), 10):
        world.send(*ALL_SORTS[start : start + 10])

    assert answer.status_code in (200, 422)
    assert sum(world.outcomes(slack).values()) == world.counted(ledger.RECEIVED)


SETTINGS: list[Any] = [
    {"url": "http://"}, {"url": "http://[::1"}, {"url": "http://\ud800/"}, {"url": "http://localhost:99999/"},
    {"url": "https://127.0.0.1:1/\0"}, {"url": "http://127.0.0.1:1/", "headers": {"\n": "x", "a": "b\r\nc: d"}},
    {"url": "http://127.0.0.1:1/", "headers": {"": "", "Content-Length": "-1", "é": "\ud800"}},
    {"url": "http://127.0.0.1:1/", "sharedSecret": "\ud800\0"}, {"url": "http://u:p@127.0.0.1:1/#f?q"},
    {"url": "http://" + "a" * 70_000}, {"url": "http://xn--\u0130.example/"},
]  # fmt: skip


@pytest.mark.parametrize("chosen", SETTINGS, ids=range(len(SETTINGS)))
def test_a_hostile_webhook_is_refused_or_fails_its_deliveries_alone(world: World, chosen: Any) -> None:
    hook = world.destination("webhook", url="http://127.0.0.1:1/")
    headers = {"authorization": f"Bearer {world.box.token}"}
    with httpx.Client(transport=world.box.transport(), headers=headers) as client:
        url = f"https://api.segmentapis.com/destinations/{hook}"
        answer = client.patch(url, content=json.dumps({"settings": chosen}).encode())

    world.send(track(properties={"k": "\ud800"}), track())

    assert world.box.settle()
    waiting = world.box._backend.dispatch.courier.waiting().get(hook, 0)
    assert answer.status_code in (200, 422)
    assert world.outcomes(hook).get(ledger.FAILED_DELIVERY, 0) + waiting == 2
    assert world.outcomes(world.box.destinations["slack"]) == {ledger.DELIVERED: 2}


# The smaller services.

hostile_text = st.text(max_size=20) | st.sampled_from(
    ["", "\0", "user_id:", ":", "user_id:u", "email:\ud800", "%", "..", "use_" + "9" * 27]
)
documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | hostile_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(hostile_text, inner, max_size=3),
    max_leaves=8,
)
QUERY = ["limit", "next", "include", "exclude", "class", "verbose", "start", "end", "sort", "x"]
numbers = st.sampled_from(
    ["1", "0", "-1", "9" * 30, "1e3", "MA==", "map_" + "0" * 27, "2026-01-01", "9999-12-31", "asc"]
)


@FEW
@given(
    path=st.lists(hostile_text, min_size=3, max_size=3),
    view=st.sampled_from(["traits", "events", "external_ids", "links", "metadata"]) | hostile_text,
    query=st.dictionaries(st.sampled_from(QUERY), numbers | hostile_text, max_size=3),
    known=st.booleans(),
)
def test_any_call_of_the_profile_api_is_answered(
    path: list[str], view: str, query: dict[str, str], known: bool
) -> None:
    with new_world() as world:
        world.send({"type": "identify", "userId": "u", "traits": {"\ud800": "\0"}}, track(user="u"))
        parts = [world.box.space_id, "users", "user_id:u"] if known else path
        space, collection, person, shown = (quote(part, safe="", errors="surrogatepass") for part in (*parts, view))
        access = base64.b64encode(f"{world.box.profile_token}:".encode()).decode()
        url = f"https://profiles.segment.com/v1/spaces/{space}/collections/{collection}/profiles/{person}/{shown}"
        asked = "&".join(f"{name}={quote(value, errors='surrogatepass')}" for name, value in query.items())
        with httpx.Client(transport=world.box.transport()) as client:
            response = client.get(f"{url}?{asked}", headers={"authorization": f"Basic {access}"})

        assert response.status_code in (200, 400, 401, 404, 405)
        assert known <= (response.status_code != 401)


FORM = ["grant_type", "client_assertion_type", "client_assertion", "scope", "x"]
JWTS = ["a.b.c", "..", "e30.e30.", "eyJhbGciOiJub25lIn0.e30.", "\0", "é" * 50, "." * 5_000]


@FEW
@given(
    form=st.dictionaries(st.sampled_from(FORM), st.sampled_from([*JWTS, "client_credentials", "tracking_api:write"])),
    raw=st.none() | st.binary(max_size=200),
    method=st.sampled_from(["POST", "GET", "PUT"]),
)
def test_any_call_of_the_token_server_is_answered(form: dict[str, str], raw: bytes | None, method: str) -> None:
    with httpx.Client(transport=Sandbox().transport()) as client:
        body: dict[str, Any] = {"data": form} if raw is None else {"content": raw}
        if method == "GET":
            body = {}
        headers = {"content-type": "application/x-www-form-urlencoded"}
        response = client.request(method, "https://oauth2.segment.io/token", headers=headers, **body)

    assert 400 <= response.status_code < 500


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
    "seed",
]


@FEW
@given(
    method=st.sampled_from(["GET", "POST", "DELETE", "PUT"]),
    path=st.sampled_from(["faults", "faults/x", "faults/%00", "health", "", "../v1/track"]) | hostile_text,
    body=documents | st.dictionaries(st.sampled_from(MEMBERS), documents, max_size=3),
)
def test_any_call_that_steers_the_sandbox_is_answered(method: str, path: str, body: Any) -> None:
    box = Sandbox()
    with httpx.Client(transport=box.transport()) as client:
        url = f"http://127.0.0.1/_sandbox/{quote(path, safe='/', errors='surrogatepass')}"
        response = client.request(method, url, content=json.dumps(body).encode())
        cleared = client.delete("http://127.0.0.1/_sandbox/faults")

    assert response.status_code < 500
    assert cleared.status_code == 200
    assert box.faults == []
