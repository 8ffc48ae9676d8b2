"""`toolkit.tools.get` and its filters, and the two forms in which OpenAI gets the tools."""

from __future__ import annotations

import json
from typing import Any

import pytest

from segment_toolkit import OpenAIProvider, SegmentToolkit
from segment_toolkit.errors import InvalidParams, UnknownTool
from segment_tools import TOOLS


def names(tools: list[dict[str, Any]]) -> list[str]:
    return [tool["function"]["name"] for tool in tools]


def test_no_filter_gives_all_seventeen_in_a_stable_order(toolkit: SegmentToolkit) -> None:
    first, second = names(toolkit.tools.get()), names(SegmentToolkit(environ={}).tools.get("another"))

    assert len(first) == len(TOOLS)
    assert first == second == sorted(first)


def test_listing_needs_no_credentials_and_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.setattr(socket, "socket", lambda *_, **__: pytest.fail("opened a socket"))

    assert len(SegmentToolkit(environ={}).tools.get(user_id="u1", toolkits=["SEGMENT"])) == len(TOOLS)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        pytest.param(
            {"tools": ["SEGMENT_TRACK", "SEGMENT_PAGE"]}, ["SEGMENT_TRACK", "SEGMENT_PAGE"], id="tools, as asked"
        ),
        pytest.param({"slug": "SEGMENT_TRACK"}, ["SEGMENT_TRACK"], id="slug"),
        pytest.param({"limit": 2}, ["SEGMENT_ADD_LABELS_TO_SOURCE", "SEGMENT_ALIAS"], id="limit"),
        pytest.param({"limit": -1}, [], id="a limit below none"),
        pytest.param({"tags": ["usage"]}, ["SEGMENT_GET_DAILY_PER_SOURCE_API_CALLS_USAGE"], id="toolset"),
        pytest.param(
            {"tags": ["destructive"]}, ["SEGMENT_DELETE_SOURCE", "SEGMENT_REMOVE_SOURCE_WRITE_KEY"], id="effect"
        ),
        pytest.param(
            {"toolkits": ["segment"], "tags": ["readOnlyHint"], "limit": 1},
            ["SEGMENT_GET_DAILY_PER_SOURCE_API_CALLS_USAGE"],
            id="together",
        ),
        pytest.param({"tools": []}, [], id="none asked for"),
    ],
)
def test_filters_narrow_the_list(toolkit: SegmentToolkit, filters: dict[str, Any], found: list[str]) -> None:
    assert names(toolkit.tools.get("u", **filters)) == found


def test_unknown_slugs_and_toolkits_are_refused_with_the_nearest(toolkit: SegmentToolkit) -> None:
    with pytest.raises(UnknownTool, match="SEGMENT_TRACK"):
        toolkit.tools.get("u", tools=["SEGMENT_PAGE", "SEGMENT_TRACKS"])
    with pytest.raises(InvalidParams, match="segment"):
        toolkit.tools.get("u", toolkits=["GITHUB"])


@pytest.mark.parametrize(
    ("query", "slug"),
    [
        ("merge users", "ALIAS"),
        ("merge two profiles", "ALIAS"),
        ("who is this customer", "IDENTIFY"),
        ("record an event", "TRACK"),
        ("page view on a website", "PAGE"),
        ("mobile app screen", "SCREEN"),
        ("put user in a company", "GROUP"),
        ("send many events at once", "BATCH"),
        ("backfill old events", "IMPORT_HISTORICAL_DATA"),
        ("remove a source", "DELETE_SOURCE"),
        ("revoke a leaked key", "REMOVE_SOURCE_WRITE_KEY"),
        ("tag a source", "ADD_LABELS_TO_SOURCE"),
        ("rename a source", "UPDATE_SOURCE"),
        ("read a destination", "GET_DESTINATION"),
        ("was it delivered", "LIST_DELIVERY_METRICS_SUMMARY_FROM_DESTINATION"),
        ("which warehouses", "LIST_CONNECTED_WAREHOUSES_FROM_SOURCE"),
        ("why are events missing or blocked by schema", "LIST_SCHEMA_SETTINGS_IN_SOURCE"),
        ("billing volume per month", "GET_DAILY_PER_SOURCE_API_CALLS_USAGE"),
    ],
)
def test_search_has_the_right_tool_among_its_first_three(toolkit: SegmentToolkit, query: str, slug: str) -> None:
    found = names(toolkit.tools.get("u", search=query))[:3]

    assert f"SEGMENT_{slug}" in found


def test_a_search_for_merging_users_finds_alias_first(toolkit: SegmentToolkit) -> None:
    assert names(toolkit.tools.get("u", search="merge users"))[0] == "SEGMENT_ALIAS"


def test_raw_definitions_carry_what_composio_tools_carry(toolkit: SegmentToolkit) -> None:
    (raw,) = toolkit.tools.get_raw_composio_tools(tools=["SEGMENT_DELETE_SOURCE"])

    assert (raw.slug, raw.name, raw.toolkit.slug) == ("SEGMENT_DELETE_SOURCE", "Delete Source", "segment")
    assert raw.hints["destructiveHint"] is True
    assert raw.output_parameters["properties"]["status"]["type"] == "string"
    assert toolkit.tools.get_raw_composio_tool_by_slug("SEGMENT_DELETE_SOURCE") == raw


def test_the_loose_form_is_openais_function_definition(toolkit: SegmentToolkit) -> None:
    (tool,) = toolkit.tools.get("u", tools=["SEGMENT_ALIAS"])

    assert list(tool) == ["type", "function"]
    assert list(tool["function"]) == ["name", "description", "parameters"]
    assert tool["function"]["parameters"]["properties"]["context"]["type"] == "object"


def test_the_strict_form_keeps_free_form_objects_usable(toolkit: SegmentToolkit) -> None:
    strict = SegmentToolkit.sandbox(provider=OpenAIProvider(strict=True))
    (tool,) = strict.tools.get("u", tools=["SEGMENT_TRACK"])
    parameters = tool["function"]["parameters"]
    arguments = dict.fromkeys(parameters["properties"])
    arguments |= {"event": "E", "userId": "u", "properties": json.dumps({"revenue": 9.5, "items": [1]})}

    envelope = strict.tools.execute("SEGMENT_TRACK", json.dumps(arguments))

    assert tool["function"]["strict"] is True
    assert parameters["required"] == list(parameters["properties"])
    assert "encoded as a string" in parameters["properties"]["properties"]["description"]
    assert envelope.successful, envelope
