"""Events that no well-meaning sender would send: each is taken in or dropped, and everything still works afterwards."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from segment_toolkit.sandbox import Sandbox
from tests.sandbox.pipeline.pipeline_world import Event, World, track
from tests.sandbox.pipeline.test_sandbox_pipeline_people import lookup
from tests.sandbox.pipeline.test_sandbox_pipeline_plans import COMMON, ORDER

BRACE, BRACKET = b'{"a":', b"["


def deep(levels: int) -> Any:
    inner: Any = 1
    for _ in range(levels):
        inner = {"a": inner}
    return inner


VALUES: dict[str, Any] = {
    "null": None,
    "true": True,
    "64 bits": 2**63,
    "400 digits": 10**400,
    "largest float": 1e308,
    "empty text": "",
    "NUL": "\0",
    "surrogate": "\ud800",
    "both": "a\0\udfff\0b",
    "SQL": "'\"; DROP TABLE event; --",
    "long text": "x" * 30_000,
    "wide text": "\U0001f600" * 2_000,
    "deep object": deep(150),
    "deep list": json.loads("[" * 150 + "]" * 150),
    "empty key": {"": {"": ""}},
    "NUL keys": {"\0": 1, "a\0": {"\ud800": "\0"}},
    "long key": {"k" * 20_000: {"k" * 5_000: 1}},
    "2,500 keys": {f"p{number}": number for number in range(2_500)},
    "list of all": [None, True, 2**70, -0.5, "\ud800", [], {}],
}
# fmt: off
MEMBERS = (
    "type", "userId", "anonymousId", "previousId", "groupId", "event", "name", "category", "properties", "traits",
    "context", "integrations", "messageId", "timestamp", "sentAt", "originalTimestamp", "receivedAt", "version",
    "sourceId", "channel", "\ud800", "\0",
)
IN_CONTEXT = (
    "app", "device", "consent", "protocols", "traits", "externalIds", "integrations", "groupId", "library", "page",
    "campaign", "active",
)
# fmt: on


def places(kind: str, value: Any) -> Iterator[Event]:
    """Put a value into every place of an event that something reads."""
    base: Event = {"type": kind, "userId": "u", "event": "E", "groupId": "g", "previousId": "p"}
    yield from ({**base, name: value} for name in MEMBERS)
    yield from ({**base, "context": {name: value}} for name in IN_CONTEXT)
    yield {**base, "context": {"app": {"version": value}, "consent": {"categoryPreferences": value}}}
    yield {**base, "context": {"protocols": {"event_version": value}, "traits": {"email": value}}}
    yield {**base, "context": {"device": {"type": "ios", "id": value, "adTrackingEnabled": True, "token": value}}}
    external = {"id": value, "type": value, "collection": "users", "encoding": "none"}
    yield {**base, "context": {"externalIds": [external, {**external, "type": "t"}, value]}}
    yield {**base, "properties": {"k": value, "id": value, "uuid": value}, "traits": {"k": value, "email": value}}
    if isinstance(value, str):
        yield {**base, "properties": {value: 1}, "traits": {value: {value: 1}}, "integrations": {value: False}}


@pytest.mark.parametrize("source", ["shop-web", "shop-api"], ids=["with a plan", "without a plan"])
@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_a_hostile_value_anywhere_in_an_event_is_stored_or_dropped(world: World, source: str, value: Any) -> None:
    target = world.source("forwarded")
    omit = {"allowUnplannedEventProperties": False, "allowPropertiesOnViolations": False}
    world.plan(ORDER, COMMON, track=omit, forwardingViolationsTo=target)
    world.box.block("shop-api", events=["Off"], traits=["k"])
    world.box.require_consent("slack", "ads")
    world.filter(world.box.destinations["slack"], "contains(event, 'E') and properties.k > 1", {"type": "DROP"})

    sent = 0
    for kind in ("track", "identify", "group", "page", "alias"):
        events = list(places(kind, value))
        for start in range(0, len(events), 12):
            world.send(*events[start : start + 12], source=source)
        sent += len(events)

    assert_all_is_well(world, sent)


def assert_all_is_well(world: World, sent: int) -> None:
    """Check that every message is somewhere, and that everything that reads what was stored can."""
    stored = [event for event in world.box.events if event["sourceId"] != world.box.sources["forwarded"]]
    assert len(stored) + len(world.box.dropped) == sent
    assert json.dumps([world.box.events, world.box.dropped, world.box.violations])
    assert all(profile.traits() is not None and profile.external_ids() for profile in world.box.profiles)
    for view in ("traits", "external_ids", "events", "links", "metadata"):
        assert lookup(world, "user_id:u", view).status_code == 200
    for path in ("usage/api-calls/daily", "usage/mtu/daily", "usage/mtu/sources/daily"):
        world.api("GET", f"/{path}?period=2026-03-01")
    before = world.box.event_count
    world.send(track("Afterwards"))
    assert world.box.event_count == before + 1
    assert world.box.query("select * from shop_web.tracks")
    assert world.sql("PRAGMA integrity_check") == [("ok",)]


def nested(levels: int) -> bytes:
    return b'{"userId":"u","event":"E","properties":' + BRACE * levels + b"1" + b"}" * (levels + 1)


BODIES: dict[str, tuple[bytes, dict[str, str], int]] = {
    "invalid UTF-8": (b'{"userId":"\xff","event":"E"}', {}, 400),
    "overlong UTF-8": (b'{"userId":"\xc0\x80","event":"E"}', {}, 400),
    "UTF-16": ('{"userId":"u","event":"E"}'.encode("utf-16"), {}, 400),
    "byte order mark": (b'\xef\xbb\xbf{"userId":"u","event":"E"}', {}, 400),
    "NaN": (b'{"userId":"u","event":"E","properties":{"a":NaN}}', {}, 400),
    "number too large": (b'{"userId":"u","event":"E","properties":{"a":1e999}}', {}, 400),
    "5,000 digits": (b'{"userId":"u","event":"E","properties":{"a":' + b"9" * 5_000 + b"}}", {}, 400),
    "4,000 digits": (b'{"userId":"u","event":"E","properties":{"a":' + b"9" * 4_000 + b"}}", {}, 200),
    "two values for a key": (b'{"userId":"u","event":"E","event":7,"userId":"v"}', {}, 200),
    "control character in a text": (b'{"userId":"u\x01","event":"E"}', {}, 400),
    "nested as deep as allowed": (nested(198), {}, 200),
    "nested deeper": (nested(200), {}, 400),
    "nested much deeper": (nested(5_000), {}, 400),
    "open brackets": (BRACKET * 30_000, {}, 400),
    "brackets in a text": (b'{"userId":"u","event":"E","properties":{"a":"' + BRACKET * 5_000 + b'"}}', {}, 200),
    "a list": (b"[]", {}, 400),
    "nothing": (b"", {}, 400),
    "trailing comma": (b'{"userId":"u","event":"E",}', {}, 400),
    "zipped": (gzip.compress(b'{"userId":"u","event":"E"}'), {"content-encoding": "gzip"}, 200),
    "zipped, said in capitals": (gzip.compress(b'{"userId":"u","event":"E"}'), {"content-encoding": "GZIP"}, 200),
    "not zipped though said to be": (b'{"userId":"u","event":"E"}', {"content-encoding": "gzip"}, 400),
    "cut zip": (gzip.compress(b'{"userId":"u","event":"' + b"E" * 99 + b'"}')[:-30], {"content-encoding": "gzip"}, 400),
    "a zip of 50 MB": (gzip.compress(b" " * 50_000_000), {"content-encoding": "gzip"}, 400),
    "zip in a zip": (gzip.compress(gzip.compress(b"{}")), {"content-encoding": "gzip"}, 400),
}


@pytest.mark.parametrize("name", BODIES)
def test_hostile_bytes_are_answered_200_or_400_as_ever(world: World, name: str) -> None:
    content, headers, status = BODIES[name]
    key = world.box.write_keys["shop-api"]

    with httpx.Client(transport=world.box.transport()) as client:
        url = "https://api.segment.io/v1/track"
        response = client.post(url, content=content, headers=headers, auth=(key, ""))

    assert response.status_code == status
    assert len(world.box.events) + len(world.box.dropped) == (status == 200)
    world.send(track("Afterwards"))
    assert json.dumps(world.box.events)
    assert world.sql("PRAGMA integrity_check") == [("ok",)]


def test_hostile_ids_of_a_batch_of_the_largest_size_are_kept_apart(world: World) -> None:
    ids = [f"\0{number}\ud800" for number in range(2_500)]

    world.send(*({"type": "track", "event": "E", "userId": id_, "messageId": id_} for id_ in ids))

    assert [event["messageId"] for event in world.box.events] == ids
    assert len(world.box.profiles) == 2_500
    assert world.sql("SELECT count(*) FROM tracked_person") == [(2_500,)]


def test_ten_thousand_names_of_events_and_properties_leave_bounded_tables(world: World) -> None:
    for batch in range(10):
        names = (f"E {batch * 1_000 + number}" for number in range(1_000))
        world.send(*(track(name, properties={f"{name} p": 1, "all": 1}) for name in names))
    for batch in range(20):
        world.send(track("Wide", properties={f"p{batch * 500 + number}": number for number in range(500)}))

    [(tables,)] = world.sql("SELECT count(*) FROM sqlite_schema WHERE type = 'table'")
    [(columns,)] = world.sql(
        "SELECT max(n) FROM (SELECT (SELECT count(*) FROM pragma_table_info(name)) AS n FROM sqlite_schema)"
    )
    assert world.box.event_count == 10_020
    assert tables < 700
    assert columns <= 500
    assert world.box.query("select count(*) as n from shop_web.tracks") == [{"n": 10_020}]


def test_a_sandbox_in_a_file_can_be_opened_again_after_hostile_events(tmp_path: Any) -> None:
    path = tmp_path / "hostile.db"
    box = Sandbox(path=path)
    body = {"batch": [event for value in ("\0", "\ud800", 10**400) for event in places("track", value)]}
    with httpx.Client(transport=box.transport()) as client:
        client.post("https://api.segment.io/v1/batch", content=json.dumps(body).encode(), auth=(box.write_key, ""))
    events, profiles = box.events, len(box.profiles)
    box.close()

    again = Sandbox(path=path)

    assert events
    assert (again.events, len(again.profiles)) == (events, profiles)
    again.close()
