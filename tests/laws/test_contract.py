"""The published contract: names, titles, parameters, types and required lists, written out once more as data.

Whoever moves over from the published tools relies on exactly these, so they are compared with nothing of our own.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

import segment_schemas
from segment_toolkit import SegmentToolkit
from segment_tools import TOOLS


class Published(NamedTuple):
    title: str
    parameters: dict[str, str]
    required: set[str]


def published(title: str, **parameters: str) -> Published:
    """`name="type"` is optional, `name="*type"` required."""
    types = {name: kind.removeprefix("*") for name, kind in parameters.items()}
    return Published(title, types, {name for name, kind in parameters.items() if kind.startswith("*")})


PUBLISHED = {
    "SEGMENT_ADD_LABELS_TO_SOURCE": published("Add Labels to Source", labels="*array", sourceId="*string"),
    "SEGMENT_ALIAS": published(
        "Segment Alias",
        anonymousId="string", context="object", integrations="object", previousId="*string", timestamp="string",
        userId="string",
    ),
    "SEGMENT_BATCH": published(
        "Batch Segment Analytics Events",
        batch="*array", context="object", integrations="object", writeKey="string",
    ),
    "SEGMENT_DELETE_SOURCE": published("Delete Source", sourceId="*string"),
    "SEGMENT_GET_DAILY_PER_SOURCE_API_CALLS_USAGE": published(
        "Get Daily Per Source API Calls Usage", pagination="object", period="*string"
    ),
    "SEGMENT_GET_DESTINATION": published("Get Destination", destinationId="*string"),
    "SEGMENT_GROUP": published(
        "Segment Group",
        anonymousId="string", context="object", groupId="*string", integrations="object", timestamp="string",
        traits="object", userId="string", writeKey="string",
    ),
    "SEGMENT_IDENTIFY": published(
        "Segment Identify",
        anonymousId="string", context="object", integrations="object", messageId="string", timestamp="string",
        traits="object", userId="string", writeKey="string",
    ),
    # Published by name only: these parameters are ours.
    "SEGMENT_IMPORT_HISTORICAL_DATA": published(
        "Import Historical Data",
        batch="*array", context="object", integrations="object", timezone="string", writeKey="string",
    ),
    "SEGMENT_LIST_CONNECTED_WAREHOUSES_FROM_SOURCE": published(
        "List Connected Warehouses From Source", pagination="*object", sourceId="*string"
    ),
    "SEGMENT_LIST_DELIVERY_METRICS_SUMMARY_FROM_DESTINATION": published(
        "List Delivery Metrics Summary from Destination",
        destinationId="*string", endTime="string", granularity="string", sourceId="*string", startTime="string",
    ),
    "SEGMENT_LIST_SCHEMA_SETTINGS_IN_SOURCE": published("List Schema Settings in Source", sourceId="*string"),
    "SEGMENT_PAGE": published(
        "Segment Page View",
        anonymousId="string", context="object", integrations="object", messageId="string", name="string",
        properties="object", timestamp="string", userId="string", writeKey="string",
    ),
    "SEGMENT_REMOVE_SOURCE_WRITE_KEY": published("Remove Source Write Key", sourceId="*string", writeKey="*string"),
    "SEGMENT_SCREEN": published(
        "Segment Screen Event",
        anonymousId="string", context="object", integrations="object", name="string", properties="object",
        timestamp="string", userId="string", writeKey="string",
    ),
    "SEGMENT_TRACK": published(
        "Segment Track Event",
        anonymousId="string", context="object", event="*string", integrations="object", properties="object",
        timestamp="string", userId="string", writeKey="string",
    ),
    "SEGMENT_UPDATE_SOURCE": published(
        "Update Source", enabled="boolean", name="string", settings="object", slug="string", sourceId="*string"
    ),
}  # fmt: skip

BY_SLUG = {tool.slug: tool for tool in TOOLS}
every_published_tool = pytest.mark.parametrize("slug", PUBLISHED)


def types_of(schema: dict[str, Any]) -> dict[str, str]:
    return {name: node["type"] for name, node in schema["properties"].items()}


def test_the_seventeen_published_tools_are_there() -> None:
    assert len(PUBLISHED) == 17
    assert set(BY_SLUG) >= set(PUBLISHED)


def test_the_tools_the_definitions_and_the_listing_are_the_same() -> None:
    listed = [tool["function"]["name"] for tool in SegmentToolkit().tools.get(user_id="u1", toolkits=["SEGMENT"])]

    assert sorted(listed) == sorted(segment_schemas.texts()) == sorted(BY_SLUG)


@every_published_tool
def test_a_tool_has_its_published_title(slug: str) -> None:
    assert BY_SLUG[slug].title == PUBLISHED[slug].title


@every_published_tool
def test_a_tool_takes_the_published_parameters_of_the_published_types(slug: str) -> None:
    schema = BY_SLUG[slug].input_schema

    assert types_of(schema) == PUBLISHED[slug].parameters


@every_published_tool
def test_a_tool_requires_what_is_published_as_required_and_nothing_else(slug: str) -> None:
    schema = BY_SLUG[slug].input_schema

    assert set(schema["required"]) == PUBLISHED[slug].required
    assert len(schema["required"]) == len(PUBLISHED[slug].required)


@every_published_tool
def test_a_model_is_shown_the_same_contract(slug: str) -> None:
    [shown] = SegmentToolkit().tools.get(tools=[slug])

    parameters = shown["function"]["parameters"]

    assert types_of(parameters) == PUBLISHED[slug].parameters
    assert set(parameters.get("required", ())) == PUBLISHED[slug].required


def test_the_events_of_an_import_must_say_when_they_happened() -> None:
    event = BY_SLUG["SEGMENT_IMPORT_HISTORICAL_DATA"].input_schema["properties"]["batch"]["items"]

    assert set(event["required"]) == {"type", "timestamp"}
