"""Names of tables and columns, as a table of what becomes of each."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_toolkit.sandbox.warehouse.names import MAX_LENGTH, Names, identifier, schema_name, snake


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Order Completed", "order_completed"),
        ("order_completed", "order_completed"),
        ("order-completed", "order_completed"),
        ("orderCompleted", "order_completed"),
        ("order___completed", "order_completed"),
        ("  Order   2 Completed ", "order_2_completed"),
        ("ORDER 2 COMPLETED", "order_2_completed"),
        ("userID", "user_id"),
        ("HTTPServer", "httpserver"),
        ("$email", "email"),
        ("example.com", "example_com"),
        ("Base64Encode", "base64_encode"),
        ("step1Done", "step_1done"),
        ("_internal", "_internal"),
        ("Prix € TTC", "prix_ttc"),
        ("注文", ""),
        ("!?", ""),
        ("", ""),
        ('x"; DROP TABLE y; --', "x_drop_table_y"),
        ("a\0b", "a_b"),
        ("a\ud800b", "a_b"),
    ],
)
def test_a_name_is_written_in_snake_case(name: str, expected: str) -> None:
    assert snake(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("3doctors", "_3doctors"), ("doctors3", "doctors3"), ("x" * MAX_LENGTH, "x" * MAX_LENGTH)],
    ids=["digit in front", "digit behind", "as long as can be"],
)
def test_an_identifier_starts_with_no_digit(name: str, expected: str) -> None:
    assert identifier(name) == expected


def test_long_names_are_cut_and_stay_different() -> None:
    names = {identifier("x" * length) for length in range(MAX_LENGTH, MAX_LENGTH + 50)}

    assert len(names) == 50
    assert max(map(len, names)) == MAX_LENGTH


@pytest.mark.parametrize(
    ("slug", "expected"),
    [
        ("shop-web", "shop_web"),
        ("3doctors", "_3doctors"),
        ("a__b", "a_b"),
        ("a 1 b__2", "a_1_b_2"),
        ("sqlite_stat", "_sqlite_stat"),
    ],
)
def test_a_schema_is_named_after_the_slug_of_its_source(slug: str, expected: str) -> None:
    assert schema_name(slug) == expected


@given(st.text())
def test_every_slug_makes_a_schema_name_that_needs_no_escape(slug: str) -> None:
    name = schema_name(slug)

    assert re.fullmatch(r"[a-z_][a-z0-9_]*", name)
    assert "__" not in name


@given(st.text(st.characters()))
def test_no_table_name_needs_an_escape(event: str) -> None:
    assert re.fullmatch(r"([a-z_][a-z0-9_]*)?", Names().table(event))


def test_a_full_memory_changes_no_name() -> None:
    names = Names(size=3)
    events = ["Order Completed", "Cart Viewed", "Signed Up", "3rd Step", "Order Completed"]

    found = [names.table(event) for event in events * 3]

    assert found == ["order_completed", "cart_viewed", "signed_up", "_3rd_step", "order_completed"] * 3


def test_the_memory_for_names_is_bounded() -> None:
    names = Names(size=10)

    for number in range(100):
        names.learn(names.properties, f"key {number}")
        names.table(f"event {number}")

    assert len(names.properties.known) <= 10


def test_a_very_long_key_is_not_remembered() -> None:
    names = Names()

    column, _ = names.learn(names.properties, "x" * 30_000)

    assert column is not None
    assert names.properties.known == {}
