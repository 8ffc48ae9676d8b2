"""What `key=value` and -d mean: the schema decides, and a mistake is named without its value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cli_runner import Cli

from segment_toolkit.cli.arguments import from_data, from_pairs
from segment_toolkit.cli.exits import CommandError
from segment_toolkit.registry import Registry


def arguments(slug: str, *pairs: str, base: dict[str, Any] | None = None) -> dict[str, Any]:
    return from_pairs(pairs, Registry().definition(slug).input_parameters, base or {})


@pytest.mark.parametrize(
    ("slug", "pair", "meant"),
    [
        ("SEGMENT_TRACK", "userId=42", {"userId": "42"}),
        ("SEGMENT_TRACK", "event=", {"event": ""}),
        ("SEGMENT_TRACK", "event=a=b:=c", {"event": "a=b:=c"}),
        ("SEGMENT_UPDATE_SOURCE", "enabled=False", {"enabled": False}),
        ("SEGMENT_UPDATE_SOURCE", "enabled=yes", {"enabled": "yes"}),
        ("SEGMENT_GET_DAILY_PER_SOURCE_API_CALLS_USAGE", "pagination.count=10", {"pagination": {"count": 10}}),
        ("SEGMENT_GET_DAILY_PER_SOURCE_API_CALLS_USAGE", "pagination.cursor=10", {"pagination": {"cursor": "10"}}),
        ("SEGMENT_GET_DAILY_PER_SOURCE_API_CALLS_USAGE", "pagination.count=ten", {"pagination": {"count": "ten"}}),
        ("SEGMENT_TRACK", 'properties={"a": [1]}', {"properties": {"a": [1]}}),
        ("SEGMENT_TRACK", "properties.revenue=9.5", {"properties": {"revenue": 9.5}}),
        ("SEGMENT_TRACK", "properties.a.b=-3e2", {"properties": {"a": {"b": -300.0}}}),
        ("SEGMENT_TRACK", "properties.paid=true", {"properties": {"paid": True}}),
        ("SEGMENT_TRACK", "properties.paid=True", {"properties": {"paid": "True"}}),
        ("SEGMENT_TRACK", "properties.coupon=null", {"properties": {"coupon": None}}),
        ("SEGMENT_TRACK", "properties.zip=02134", {"properties": {"zip": "02134"}}),
        ("SEGMENT_TRACK", "properties.n=NaN", {"properties": {"n": "NaN"}}),
        ("SEGMENT_TRACK", "properties.n=1e999", {"properties": {"n": "1e999"}}),
        ("SEGMENT_TRACK", "properties.list=[1]", {"properties": {"list": "[1]"}}),
        ("SEGMENT_TRACK", "properties.list:=[1]", {"properties": {"list": [1]}}),
        ("SEGMENT_TRACK", 'properties.id:="7"', {"properties": {"id": "7"}}),
        ("SEGMENT_TRACK", r"properties.page\.url=x", {"properties": {"page.url": "x"}}),
        ("SEGMENT_TRACK", "user_id=42", {"userId": "42"}),
        ("SEGMENT_TRACK", "nonsense=1", {"nonsense": 1}),
        ("SEGMENT_BATCH", "batch[0].userId=1", {"batch": [{"userId": "1"}]}),
        ("SEGMENT_BATCH", "batch[0].traits.seats=3", {"batch": [{"traits": {"seats": 3}}]}),
    ],
)
def test_a_value_is_what_the_schema_says(slug: str, pair: str, meant: dict[str, Any]) -> None:
    assert arguments(slug, pair) == meant


def test_pairs_come_on_top_of_the_data() -> None:
    base = {"event": "A", "properties": {"plan": "free", "seats": 1}}

    merged = arguments("SEGMENT_TRACK", "event=B", "properties.plan=pro", base=base)

    assert merged == {"event": "B", "properties": {"plan": "pro", "seats": 1}}


def test_array_items_are_added_in_order() -> None:
    pairs = ("labels[0].key=team", "labels[0].value=growth", "labels[1].key=tier", "labels[1].value=critical")

    assert arguments("SEGMENT_ADD_LABELS_TO_SOURCE", *pairs)["labels"] == [
        {"key": "team", "value": "growth"},
        {"key": "tier", "value": "critical"},
    ]


@pytest.mark.parametrize(
    ("pairs", "wrong"),
    [
        (("secret",), "not of the form key=value"),
        (("=secret",), "not of the form key=value"),
        ((":=1",), "not of the form key=value"),
        (("a..b=secret",), "a key is not of the form"),
        (("a.=secret",), "a key is not of the form"),
        (("a[x]=secret",), "a key is not of the form"),
        ((".".join("a" * 100) + "=secret",), "a key is not of the form"),
        (("batch[1].type=secret",), "leaves a gap"),
        (("batch={secret",), "batch is not valid JSON"),
        (("context:=secret",), "context is not valid JSON"),
        (("context:=NaN",), "context is not valid JSON"),
        (("userId=secret", "userId.x=secret"), "leads into something that is no object"),
        (("userId=secret", "userId[0]=secret"), "leads into something that is no array"),
    ],
    ids=lambda value: value[-1][:24] if isinstance(value, tuple) else "",
)
def test_a_mistake_is_named_without_its_value(pairs: tuple[str, ...], wrong: str) -> None:
    with pytest.raises(CommandError, match=wrong) as raised:
        arguments("SEGMENT_BATCH", *pairs)

    assert "secret" not in str(raised.value)


def test_data_is_read_as_it_is_and_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "call.json"
    file.write_text('{"userId": "é"}', "utf-8")

    assert from_data('{"userId": "u"}') == {"userId": "u"}
    assert from_data(f"@{file}") == {"userId": "é"}
    assert from_data(None) == {}


@pytest.mark.parametrize("data", ["", " ", "[]", "3", "{", '{"a": 1, "a": 2}', "@/nowhere/at/all", "@/", "@\0"])
def test_data_that_is_no_object_is_a_mistake(cli: Cli, data: str) -> None:
    ended = cli("run", "track", "--sandbox", "-d", data)

    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("segment-toolkit: -d")
    assert ended.err.count("\n") == 1


def test_a_file_that_is_not_utf_8_is_a_mistake(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "call.json"
    file.write_bytes(b'{"userId": "\xff"}')

    assert cli("run", "track", "--sandbox", "-d", f"@{file}").code == 2
