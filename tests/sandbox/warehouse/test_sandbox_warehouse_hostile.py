"""Whatever an event holds, it is loaded, and nothing but tables of the warehouse comes into being."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segment_toolkit.sandbox.warehouse.names import MAX_LENGTH
from segment_toolkit.sandbox.warehouse.tables import WarehouseTables
from segment_toolkit.sandbox.warehouse.values import MAX_TEXT

MANY = settings(max_examples=150, deadline=None)

CALLS = ["track", "identify", "page", "screen", "group", "alias"]
TABLES = ["tracks", "identifies", "pages", "screens", "groups", "aliases"]
FIELDS = [
    "event", "properties", "traits", "context", "userId", "anonymousId", "groupId", "previousId", "name", "category",
    "timestamp", "originalTimestamp", "sentAt", "receivedAt", "integrations",
]  # fmt: skip

characters = st.text(st.characters(), max_size=8)
keys = characters | st.sampled_from(["id", "ID", "user_id", "userId", "sqlite_x", "Total", "total", '"; --', "1", "_"])
scalars = st.none() | st.booleans() | st.integers() | st.floats() | characters | st.sampled_from(["\ud800", 10**400])
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
)
fields = st.dictionaries(st.sampled_from(FIELDS), values | st.dictionaries(keys, values, max_size=5), max_size=8)


@MANY
@given(batches=st.lists(st.lists(st.tuples(st.sampled_from(CALLS), fields), max_size=5), max_size=3))
def test_any_event_is_loaded(batches: list[list[tuple[str, dict[str, Any]]]]) -> None:
    numbered = [
        [{**item, "type": call, "messageId": f"m-{batch}-{index}"} for index, (call, item) in enumerate(events)]
        for batch, events in enumerate(batches)
    ]

    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        warehouse = WarehouseTables(database, "postgres")
        for events in numbered:
            warehouse.write("shop-web", events)
        loaded = ids(database)

    assert loaded == {event["messageId"] for events in numbered for event in events}


@MANY
@given(message_id=st.text(st.characters(), min_size=1, max_size=100), schema=characters, event=characters)
def test_any_name_is_no_more_than_a_name(message_id: str, schema: str, event: str) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        warehouse = WarehouseTables(database, "postgres")
        warehouse.write(schema, [{"type": "track", "messageId": message_id, "event": event, "properties": {event: 1}}])
        tables = names(database)

    assert len(tables) in (1, 2)
    assert all(re.fullmatch("postgres__[a-z0-9_]+__[a-z0-9_]+", name) for name in tables)


@pytest.mark.parametrize(
    "name",
    [
        'x" (id); DROP TABLE y; --',
        "x'; --",
        "x]; --",
        "x\0y",
        "x\ud800",
        "x" * 30_000,
        "sqlite_x",
        "main.x",
        "x?",
        ":x",
    ],
    ids=["quote", "apostrophe", "bracket", "NUL", "surrogate", "long", "sqlite_", "qualified", "mark", "named mark"],
)
def test_a_name_injects_nothing(database: sqlite3.Connection, name: str) -> None:
    event = {"type": "track", "messageId": name, "event": name, "properties": {name: name}, "context": {name: name}}

    WarehouseTables(database, name).write(name, [event])

    assert len(names(database)) == 2
    for table in names(database):
        columns = [column for (column,) in database.execute("SELECT name FROM pragma_table_info(?)", (table,))]
        assert all(re.fullmatch("[a-z0-9_]+", column) and len(column) <= MAX_LENGTH for column in columns)


def test_an_event_of_great_depth_is_loaded(database: sqlite3.Connection, warehouse: WarehouseTables) -> None:
    value: Any = 1
    for _ in range(200):
        value = {"k" * 20: [value]} if _ % 2 else {"k" * 20: value}

    warehouse.write("shop-web", [{"type": "page", "messageId": "m-1", "properties": value, "context": value}])

    (row,) = database.execute("SELECT * FROM postgres__shop_web__pages").fetchall()
    assert max(len(cell) for cell in row if isinstance(cell, str)) <= MAX_TEXT


def names(database: sqlite3.Connection) -> list[str]:
    return [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]


def ids(database: sqlite3.Connection) -> set[str]:
    """The ids in the tables of calls."""
    found = [f"postgres__shop_web__{table}" for table in TABLES if f"postgres__shop_web__{table}" in names(database)]
    return {key for table in found for (key,) in database.execute(f'SELECT id FROM "{table}"')}
