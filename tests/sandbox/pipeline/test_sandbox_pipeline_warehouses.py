"""What is loaded into warehouses, and when."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.pipeline.pipeline_world import World, track


def count(world: World, table: str, warehouse: str = "postgres") -> Any:
    [row] = world.box.query(f"select count(*) as n from {table}", warehouse=warehouse)
    return row["n"]


def test_each_call_is_in_the_table_of_its_type_and_each_track_in_that_of_its_name(world: World) -> None:
    world.send(
        track("Order Completed", properties={"revenue": 12.5, "items": [1], "shipTo": {"zip": "1"}}),
        {"type": "identify", "userId": "u-1", "traits": {"email": "ada@example.com"}},
        {"type": "group", "userId": "u-1", "groupId": "g-1", "traits": {"seats": 3}},
        {"type": "page", "userId": "u-1", "name": "Home"},
        {"type": "screen", "userId": "u-1", "name": "Home"},
        {"type": "alias", "userId": "u-1", "previousId": "a-1"},
    )

    tables = ("tracks", "identifies", "users", "groups", "accounts", "pages", "screens", "aliases", "order_completed")
    [order] = world.box.query("select * from shop_web.order_completed")
    assert [count(world, f"shop_web.{table}") for table in tables] == [1] * len(tables)
    assert (order["revenue"], order["items"], order["ship_to_zip"]) == (12.5, "[1]", "1")
    assert order["id"] == world.box.events[0]["messageId"]


def test_users_and_accounts_have_one_row_each_with_the_latest_traits(world: World) -> None:
    world.send({"type": "identify", "userId": "u-1", "traits": {"plan": "free", "name": "Ada"}})
    world.send({"type": "identify", "userId": "u-1", "traits": {"plan": "pro"}})

    assert [(row["id"], row["plan"], row["name"]) for row in world.box.query("select * from shop_web.users")] == [
        ("u-1", "pro", "Ada")
    ]
    assert count(world, "shop_web.identifies") == 2


def test_columns_appear_with_their_first_value_and_stay(world: World) -> None:
    world.send(track(properties={"a": 1, "b": None}))
    first = set(world.box.query("select * from shop_web.order_completed")[0])

    world.send(track(properties={"b": "x", "a": "no number"}))
    rows = world.box.query("select a, b from shop_web.order_completed order by a")

    assert ("a" in first, "b" in first) == (True, False)
    assert rows == [{"a": None, "b": "x"}, {"a": 1, "b": None}]


def test_a_source_that_is_disconnected_loads_no_more_until_it_is_connected_again(world: World) -> None:
    path = f"/warehouses/{world.box.warehouses['postgres']}/connected-sources/{world.box.sources['shop-web']}"
    world.send(track())

    world.api("DELETE", path)
    world.send(track())
    world.api("POST", path)
    world.send(track())

    assert count(world, "shop_web.tracks") == 2
    assert count(world, "shop_web.tracks", "bigquery") == 3


def test_a_disabled_warehouse_loads_nothing(world: World) -> None:
    path = f"/warehouses/{world.box.warehouses['postgres']}"
    world.api("PATCH", path, {"settings": {}, "enabled": False})

    world.send(track())

    with pytest.raises(ValueError, match="no such table"):
        count(world, "shop_web.tracks")
    assert count(world, "shop_web.tracks", "bigquery") == 1


def test_sources_whose_slugs_look_alike_do_not_share_a_schema(world: World) -> None:
    world.source("my-shop")
    world.source("my_shop")

    world.send(track(), source="my-shop")
    world.send(track(), source="my_shop")

    tables = world.sql("SELECT name FROM sqlite_schema WHERE name LIKE 'postgres%tracks'")
    assert len(tables) == 2


def test_a_source_that_is_renamed_keeps_its_schema(world: World) -> None:
    world.send(track())
    world.api("PATCH", f"/sources/{world.box.sources['shop-web']}", {"slug": "webshop"})

    world.send(track(), source="webshop")

    assert count(world, "shop_web.tracks") == 2


def test_the_tables_of_a_deleted_warehouse_are_there_for_the_next_one_of_its_kind(world: World) -> None:
    old = world.box.warehouses["postgres"]
    kind = world.api("GET", f"/warehouses/{old}")["warehouse"]["metadata"]["id"]
    world.send(track())
    world.api("DELETE", f"/warehouses/{old}")
    world.send(track())

    world.api("POST", "/warehouses", {"metadataId": kind, "settings": {}})
    world.send(track())

    assert count(world, "shop_web.tracks") == 2


def test_the_same_message_after_a_day_is_stored_again_but_stays_one_row(world: World) -> None:
    world.send(track(messageId="m-1"))
    world.later(hours=25)

    world.send(track(messageId="m-1"))

    assert len(world.box.events) == 2
    assert count(world, "shop_web.tracks") == 1


def test_warehouses_of_other_workspaces_are_out_of_sight(world: World) -> None:
    other = world.box.add_workspace("other")
    world.send(track())

    with pytest.raises(ValueError, match="there is no warehouse"):
        world.box.query("select 1 as n", warehouse="postgres_2")
    with pytest.raises(ValueError, match="does not run"):
        other.query("select * from postgres__shop_web__tracks", warehouse="postgres_2")
