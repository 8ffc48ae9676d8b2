"""Queries: what runs, what is refused, and how short names stand for tables."""

from __future__ import annotations

import sqlite3

import pytest

from segment_toolkit.sandbox.warehouse.reader import QueryRefused, WarehouseReader
from segment_toolkit.sandbox.warehouse.tables import WarehouseTables

FULL = '"postgres__shop_web__order_completed"'


@pytest.fixture(autouse=True)
def orders(database: sqlite3.Connection, warehouse: WarehouseTables) -> None:
    """Three orders, and a table that is no part of the warehouse."""
    warehouse.write(
        "shop-web",
        [
            {"type": "track", "messageId": f"m-{total}", "event": "Order Completed", "properties": {"total": total}}
            for total in (1, 2, 3)
        ],
    )
    database.execute("CREATE TABLE tokens (secret TEXT)")


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT id, total FROM shop_web.order_completed WHERE total > 2", [{"id": "m-3", "total": 3}]),
        (f"SELECT total FROM {FULL} WHERE total > 2", [{"total": 3}]),
        ("SELECT o.total FROM Shop_Web . Order_Completed AS o ORDER BY o.total LIMIT 1", [{"total": 1}]),
        ("SELECT shop_web.order_completed.total FROM shop_web.order_completed LIMIT 1", [{"total": 1}]),
        ("SELECT count(*) AS n FROM shop_web.tracks JOIN shop_web.order_completed USING (id)", [{"n": 3}]),
        ("SELECT 'shop_web.tracks' AS text -- shop_web.tracks", [{"text": "shop_web.tracks"}]),
        ("WITH t AS (SELECT total FROM shop_web.order_completed) SELECT sum(total) AS n FROM t", [{"n": 6}]),
        ("WITH t AS (SELECT 1) SELECT count(*) AS n FROM t", [{"n": 1}]),
        ("SELECT value FROM json_each('[7]')", [{"value": 7}]),
        ("SELECT total FROM shop_web.order_completed WHERE total > 3", []),
    ],
    ids=[
        "short name",
        "full name",
        "spaces and capitals",
        "three names",
        "join",
        "string and comment",
        "common table expression",
        "rows of an expression counted",
        "function that gives a table",
        "no rows",
    ],
)
def test_a_select_gives_its_rows(reader: WarehouseReader, sql: str, expected: list[dict[str, object]]) -> None:
    assert reader.query(sql) == expected


def test_parameters_fill_the_places_kept_for_them(reader: WarehouseReader) -> None:
    assert reader.query("SELECT total FROM shop_web.order_completed WHERE id = ?", ("m-2",)) == [{"total": 2}]


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "nonsense",
        "SELECT 1; SELECT 2",
        "SELECT * FROM tokens",
        "SELECT (SELECT count(*) FROM Tokens)",
        "SELECT count(*) FROM sqlite_master",
        "SELECT count(*) FROM pragma_table_list",
        "SELECT * FROM sqlite_master",
        "SELECT * FROM pragma_table_info('tokens')",
        "SELECT * FROM shop_web.nothing",
        "SELECT \ud800",
        "SELECT 1\0",
        "SELECT ?",
        "INSERT INTO tokens VALUES ('x')",
        "DELETE FROM shop_web.order_completed",
        "DROP TABLE shop_web.order_completed",
        "CREATE TEMP TABLE x AS SELECT 1",
        "PRAGMA table_info(tokens)",
        "ATTACH ':memory:' AS x",
        "BEGIN",
        "VACUUM INTO 'copy.db'",
        "SELECT zeroblob(4000000000)",
    ],
)
def test_anything_but_a_select_over_the_warehouse_is_refused(
    database: sqlite3.Connection, reader: WarehouseReader, sql: str
) -> None:
    with pytest.raises(QueryRefused):
        reader.query(sql)

    assert not database.in_transaction
    assert database.execute(f"SELECT count(*) FROM {FULL}").fetchone() == (3,)


def test_a_query_without_end_is_stopped(database: sqlite3.Connection) -> None:
    reader = WarehouseReader(database, "postgres", max_steps=1_000_000)

    with pytest.raises(QueryRefused, match="interrupted"):
        reader.query("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n")


def test_a_table_called_none_is_a_table_like_any_other(warehouse: WarehouseTables, reader: WarehouseReader) -> None:
    warehouse.write("none", [{"type": "track", "messageId": "m-1", "event": "None"}])

    assert reader.query("SELECT id FROM none.none") == [{"id": "m-1"}]


def test_more_rows_than_agreed_are_refused(database: sqlite3.Connection) -> None:
    reader = WarehouseReader(database, "postgres", max_rows=2)

    with pytest.raises(QueryRefused, match="more than 2 rows"):
        reader.query("SELECT id FROM shop_web.order_completed")


def test_another_warehouse_is_out_of_sight(database: sqlite3.Connection) -> None:
    reader = WarehouseReader(database, "snowflake")

    with pytest.raises(QueryRefused):
        reader.query(f"SELECT * FROM {FULL}")


def test_a_refused_query_leaves_the_connection_free(database: sqlite3.Connection, reader: WarehouseReader) -> None:
    with pytest.raises(QueryRefused):
        reader.query("DROP TABLE tokens")

    database.execute("INSERT INTO tokens VALUES ('x')")

    assert database.execute("SELECT secret FROM tokens").fetchall() == [("x",)]
