"""From an event to its rows: which tables, which columns, which values."""

from __future__ import annotations

from typing import Any

import pytest

from segment_toolkit.sandbox.warehouse.names import MAX_DEPTH, Names
from segment_toolkit.sandbox.warehouse.rows import Columns, rows

NOW = "2026-03-18T10:30:00.000Z"


def event(call: str = "track", **fields: Any) -> dict[str, Any]:
    """A stored event; a track is called Order Completed."""
    times = dict.fromkeys(["timestamp", "originalTimestamp", "sentAt", "receivedAt"], NOW)
    name = {"event": "Order Completed"} if call == "track" else {}
    return {"type": call, "messageId": "m-1", "userId": "u-1", **times, **name, **fields}


def properties(**values: Any) -> Columns:
    """The columns that these properties add to the table of their event."""
    tracks, completed = rows(event(properties=values))
    return {name: value for name, value in completed.columns.items() if name not in tracks.columns}


@pytest.mark.parametrize(
    ("message", "tables"),
    [
        (event("track"), ["tracks", "order_completed"]),
        (event("identify"), ["identifies", "users"]),
        (event("identify", userId=None, anonymousId="a-1"), ["identifies"]),
        (event("group", groupId="g-1"), ["groups", "accounts"]),
        (event("group"), ["groups"]),
        (event("page"), ["pages"]),
        (event("screen"), ["screens"]),
        (event("alias", previousId="u-0"), ["aliases"]),
        (event("track", event="Users"), ["tracks", "_users"]),
        (event("track", event="注文"), ["tracks"]),
        (event("track", event=None), ["tracks"]),
        (event("nonsense"), []),
        (event(["track"]), []),  # type: ignore[arg-type]  # hostile on purpose
        (event("track", messageId=None), []),
    ],
    ids=[
        "track",
        "identify",
        "identify of an anonymous visitor",
        "group",
        "group without id",
        "page",
        "screen",
        "alias",
        "track named like a table of Segment's",
        "track whose name has no ASCII letter",
        "track without name",
        "unknown call",
        "call that is no string",
        "no message id",
    ],
)
def test_each_call_fills_its_tables(message: dict[str, Any], tables: list[str]) -> None:
    assert [row.table for row in rows(message)] == tables


def test_a_track_has_the_common_columns_in_both_tables_and_its_properties_in_one() -> None:
    message = event(anonymousId="a-1", context={"ip": "10.0.0.1"}, properties={"total": 9.5})

    tracks, completed = rows(message)

    assert tracks.columns == {
        "id": "m-1",
        "received_at": NOW,
        "sent_at": NOW,
        "timestamp": NOW,
        "original_timestamp": NOW,
        "user_id": "u-1",
        "anonymous_id": "a-1",
        "event": "order_completed",
        "event_text": "Order Completed",
        "context_ip": "10.0.0.1",
    }
    assert completed.columns == {**tracks.columns, "total": 9.5}


def test_a_user_has_the_latest_traits_and_nothing_of_the_message() -> None:
    message = event("identify", anonymousId="a-1", context={"ip": "10.0.0.1"}, traits={"plan": "pro", "id": "x"})

    _, users = rows(message)

    assert users.columns == {"id": "u-1", "received_at": NOW, "context_ip": "10.0.0.1", "plan": "pro"}


def test_an_account_is_the_group_with_its_latest_traits() -> None:
    groups, accounts = rows(event("group", groupId="g-1", traits={"employees": 20}))

    assert groups.columns["group_id"] == "g-1"
    assert accounts.columns == {"id": "g-1", "received_at": NOW, "employees": 20}


def test_an_alias_has_the_previous_id() -> None:
    (aliases,) = rows(event("alias", previousId="u-0"))

    assert aliases.columns["previous_id"] == "u-0"


@pytest.mark.parametrize(
    "fields",
    [{"name": "Home"}, {"properties": {"name": "Home"}}, {"name": "Home", "properties": {"name": "Other"}}],
    ids=["at the top", "in the properties", "in both"],
)
def test_a_page_has_its_name(fields: dict[str, Any]) -> None:
    (pages,) = rows(event("page", **fields))

    assert pages.columns["name"] == "Home"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"accountType": "Facebook"}, {"account_type": "Facebook"}),
        ({"address": {"street": "6th Street"}}, {"address_street": "6th Street"}),
        ({"a": {"nestedA": {"nestedB": 1}}}, {"a_nested_a_nested_b": 1}),
        ({"1st": {"2nd": 1}}, {"_1st_2nd": 1}),
        ({"ids": ["507f1", 2]}, {"ids": '["507f1",2]'}),
        ({"products": [{"sku": "é"}]}, {"products": '[{"sku":"é"}]'}),
        ({"gift": True, "paid": False}, {"gift": 1, "paid": 0}),
        ({"coupon": None, "address": {}}, {}),
        ({"user_id": "x", "userId": "x", "Event": "x", "timestamp": "x", "uuid": "x"}, {}),
        ({"fooBar": 1, "foo_bar": 2, "FOO BAR": 3}, {"foo_bar": 1}),
        ({"fooBar": None, "foo_bar": 2}, {"foo_bar": 2}),
        ({"a": {"b": 1}, "a_b": 2}, {"a_b": 1}),
        ({"注文": 1, "": 2, "!": {"a": 3}}, {}),
        ({"long": "x" * 600}, {"long": "x" * 512}),
        ({"list": ["x" * 600]}, {"list": '["' + "x" * 510}),
        ({"text": "\ud800"}, {"text": "\\ud800"}),
        ({"n": 2**63 - 1, "m": 2**63}, {"n": 2**63 - 1, "m": float(2**63)}),
        ({"n": 10**400, "list": [10**5000], "f": float("inf")}, {}),
    ],
    ids=[
        "camel case",
        "object",
        "object in an object",
        "digit in front",
        "array",
        "array of objects",
        "booleans",
        "nothing in it",
        "names of Segment's own columns",
        "three ways to write one name",
        "null takes no name",
        "flattened name that another property has",
        "names without ASCII letters or digits",
        "long string",
        "long array",
        "lone surrogate",
        "integers of 64 bits and more",
        "numbers that no column holds",
    ],
)
def test_a_property_becomes_a_column(values: dict[str, Any], expected: Columns) -> None:
    assert properties(**values) == expected


def test_a_context_field_is_prefixed_at_every_depth() -> None:
    (pages,) = rows(event("page", context={"userAgent": "x", "library": {"name": "y"}, "1": 2, "uuid": "z"}))

    context = {name: value for name, value in pages.columns.items() if name.startswith("context_")}
    assert context == {"context_user_agent": "x", "context_library_name": "y", "context_1": 2, "context_uuid": "z"}


def test_a_property_does_not_replace_a_context_field() -> None:
    _, completed = rows(event(context={"ip": "10.0.0.1"}, properties={"context_ip": "forged"}))

    assert completed.columns["context_ip"] == "10.0.0.1"


def test_objects_too_deep_are_written_as_json() -> None:
    nested: Any = {"z": 1}
    for _ in range(MAX_DEPTH - 1):
        nested = {"a": nested}

    assert properties(a=nested) == {"_".join("a" * MAX_DEPTH): '{"z":1}'}


def test_names_that_were_forgotten_midway_are_found_again() -> None:
    message = event(context={"page": {"path": "/"}}, properties={"a": {"b": 1, "c": 2}, "d": 3})

    assert rows(message, Names(size=1)) == rows(message)
