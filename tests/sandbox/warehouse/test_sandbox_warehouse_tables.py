"""Rows in the database: tables and columns appear, ids are unique, types hold."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from segment_toolkit.sandbox.warehouse.tables import Limits, WarehouseTables

ORDERS = "postgres__shop_web__order_completed"


def track(message_id: str, event: str = "Order Completed", **properties: Any) -> dict[str, Any]:
    return {"type": "track", "messageId": message_id, "userId": "u-1", "event": event, "properties": properties}


def identify(message_id: str, user_id: str, **traits: Any) -> dict[str, Any]:
    return {"type": "identify", "messageId": message_id, "userId": user_id, "traits": traits}


def numbered(count: int) -> dict[str, Any]:
    """As many properties: p0 is 0, p1 is 1, and so on."""
    return {f"p{number}": number for number in range(count)}


def column(database: sqlite3.Connection, table: str, name: str) -> list[Any]:
    """The values of one column, in the order the rows came."""
    return [value for (value,) in database.execute(f'SELECT "{name}" FROM "{table}" ORDER BY rowid')]


def types(database: sqlite3.Connection, table: str) -> dict[str, str]:
    return dict(database.execute("SELECT name, type FROM pragma_table_info(?)", (table,)).fetchall())


def test_a_batch_fills_one_table_per_event_name(database: sqlite3.Connection, warehouse: WarehouseTables) -> None:
    warehouse.write("shop-web", [track("m-1"), track("m-2", event="Cart Viewed"), track("m-3")])

    assert warehouse.tables("shop-web") == ["cart_viewed", "order_completed", "tracks"]
    assert column(database, ORDERS, "id") == ["m-1", "m-3"]
    assert column(database, "postgres__shop_web__tracks", "id") == ["m-1", "m-2", "m-3"]


def test_a_later_event_adds_its_columns(database: sqlite3.Connection, warehouse: WarehouseTables) -> None:
    warehouse.write("shop-web", [track("m-1", total=1.5)])

    warehouse.write("shop-web", [track("m-2", coupon="SPRING"), track("m-3", total=2.5)])

    assert column(database, ORDERS, "total") == [1.5, None, 2.5]
    assert column(database, ORDERS, "coupon") == [None, "SPRING", None]


def test_many_columns_at_once_keep_the_rows_that_are_there(
    database: sqlite3.Connection, warehouse: WarehouseTables
) -> None:
    warehouse.write("shop-web", [track("m-2", total=1.5), track("m-1", total=2.5)])

    warehouse.write("shop-web", [track("m-3", **numbered(100)), track("m-1")])

    assert column(database, ORDERS, "id") == ["m-2", "m-1", "m-3"]
    assert column(database, ORDERS, "total") == [1.5, 2.5, None]
    assert column(database, ORDERS, "p99") == [None, None, 99]


def test_a_narrow_row_finds_its_columns_in_a_wide_table(
    database: sqlite3.Connection, warehouse: WarehouseTables
) -> None:
    warehouse.write("shop-web", [track("m-1", **numbered(200))])

    warehouse.write("shop-web", [track("m-2", p7=1.5, p199="x"), track("m-3", p8=True)])

    found = database.execute(f"SELECT p7, p8, p199 FROM {ORDERS} ORDER BY rowid").fetchall()
    assert found == [(7, 8, 199), (1, None, None), (None, 1, None)]


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "in two"])
def test_a_second_row_with_the_same_id_is_ignored(
    database: sqlite3.Connection, warehouse: WarehouseTables, together: bool
) -> None:
    first, second = track("m-1", total=1), track("m-1", total=2, coupon="SPRING")

    for batch in [[first, second]] if together else [[first], [second]]:
        warehouse.write("shop-web", batch)

    assert column(database, ORDERS, "total") == [1]


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "in two"])
def test_a_user_keeps_the_latest_value_of_each_trait(
    database: sqlite3.Connection, warehouse: WarehouseTables, together: bool
) -> None:
    calls = [
        identify("m-1", "u-1", plan="free", name="Ada"),
        identify("m-2", "u-1", city="Berlin"),
        identify("m-3", "u-2", plan="pro"),
        identify("m-4", "u-1", plan="team", name=None),
    ]

    for batch in [calls] if together else [[call] for call in calls]:
        warehouse.write("shop-web", batch)

    users = database.execute("SELECT id, plan, name, city FROM postgres__shop_web__users ORDER BY id").fetchall()
    assert users == [("u-1", "team", "Ada", "Berlin"), ("u-2", "pro", None, None)]
    assert column(database, "postgres__shop_web__identifies", "id") == ["m-1", "m-2", "m-3", "m-4"]


@pytest.mark.parametrize(
    ("first", "declared", "later", "stored"),
    [
        ("x", "TEXT", "y", "y"),
        ("x", "TEXT", 2, "2"),
        ("x", "TEXT", 2.5, "2.5"),
        ("x", "TEXT", [1], "[1]"),
        (1, "INTEGER", 2, 2),
        (1, "INTEGER", 2.9, 2),
        (1, "INTEGER", -2.9, -2),
        (1, "INTEGER", 1e300, None),
        (1, "INTEGER", True, 1),
        (1, "INTEGER", "2", None),
        (1, "INTEGER", [1], None),
        (1.5, "REAL", 2, 2.0),
        (1.5, "REAL", "x", None),
        (2**70, "REAL", 1, 1.0),
        (True, "INTEGER", False, 0),
        ([1], "TEXT", "x", "x"),
    ],
)
@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "in two"])
def test_the_first_value_decides_the_type_and_later_ones_are_made_to_fit(
    database: sqlite3.Connection, first: Any, declared: str, later: Any, stored: Any, together: bool
) -> None:
    warehouse = WarehouseTables(database, "postgres")
    events = [track("m-1", value=first), track("m-2", value=later)]

    for batch in [events] if together else [[item] for item in events]:
        warehouse.write("shop-web", batch)

    (found,) = column(database, ORDERS, "value")[1:]
    assert types(database, ORDERS)["value"] == declared
    assert (found, type(found)) == (stored, type(stored))


def test_segments_own_columns_are_text_even_while_they_are_empty(
    database: sqlite3.Connection, warehouse: WarehouseTables
) -> None:
    warehouse.write("shop-web", [track("m-1")])

    assert set(types(database, ORDERS).values()) == {"TEXT"}
    assert {"sent_at", "anonymous_id", "event_text"} <= types(database, ORDERS).keys()


def test_schemas_and_warehouses_do_not_mix(database: sqlite3.Connection, warehouse: WarehouseTables) -> None:
    other = WarehouseTables(database, "snowflake")

    warehouse.write("shop-web", [track("m-1")])
    warehouse.write("shop", [track("m-2", event="Web Tracks")])
    other.write("shop-web", [track("m-3")])

    assert warehouse.tables("shop") == ["tracks", "web_tracks"]
    assert column(database, ORDERS, "id") == ["m-1"]
    assert other.tables("shop") == []


def test_dropping_a_warehouse_leaves_the_others(database: sqlite3.Connection, warehouse: WarehouseTables) -> None:
    other = WarehouseTables(database, "postgres-2")
    for item in (warehouse, other):
        item.write("shop-web", [track("m-1")])

    warehouse.drop()

    assert warehouse.tables("shop-web") == []
    assert other.tables("shop-web") == ["order_completed", "tracks"]


def test_a_dropped_warehouse_can_be_written_again(database: sqlite3.Connection, warehouse: WarehouseTables) -> None:
    warehouse.write("shop-web", [track("m-1", total=1)])
    warehouse.drop()

    warehouse.write("shop-web", [track("m-1", total="x")])

    assert column(database, ORDERS, "total") == ["x"]


def test_writing_does_not_end_the_transaction(database: sqlite3.Connection, warehouse: WarehouseTables) -> None:
    database.execute("BEGIN")
    warehouse.write("shop-web", [track("m-1", total=1)])
    database.execute("ROLLBACK")
    rolled_back = warehouse.tables("shop-web")

    warehouse.forget()
    warehouse.write("shop-web", [track("m-1", total="x")])

    assert rolled_back == []
    assert column(database, ORDERS, "total") == ["x"]


def test_what_is_there_is_found_by_a_newcomer(database: sqlite3.Connection, warehouse: WarehouseTables) -> None:
    warehouse.write("shop-web", [track("m-1", total=1)])

    WarehouseTables(database, "postgres").write("shop-web", [track("m-1", total=2), track("m-2", total=3.5)])

    assert column(database, ORDERS, "total") == [1, 3]


def test_values_for_a_column_too_many_are_left_out(database: sqlite3.Connection) -> None:
    warehouse = WarehouseTables(database, "postgres", Limits(columns=20))

    warehouse.write("shop-web", [track("m-1", **numbered(100))])
    warehouse.write("shop-web", [track("m-2", p0=7, more=8)])

    assert len(types(database, ORDERS)) == 20
    assert column(database, ORDERS, "p0") == [0, 7]


def test_rows_for_a_table_too_many_are_left_out_but_stay_in_tracks(database: sqlite3.Connection) -> None:
    warehouse = WarehouseTables(database, "postgres", Limits(tables=3))

    warehouse.write("shop-web", [track(f"m-{number}", event=f"Event {number}") for number in range(5)])
    warehouse.write("shop-web", [identify("m-9", "u-1")])

    assert warehouse.tables("shop-web") == ["event_0", "event_1", "identifies", "tracks", "users"]
    assert len(column(database, "postgres__shop_web__tracks", "id")) == 5
