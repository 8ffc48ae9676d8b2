"""SEGMENT_LIST_SCHEMA_SETTINGS_IN_SOURCE: what a source does with unplanned or invalid events.

Sends    GET /sources/{sourceId}/settings (Public API)
Returns  {"sourceId": str, "settings": {"track": {...}, "identify": {...}, "group": {...}, ...}}
Fails    404 resource not found; 422; 429
Source   Segment Public API reference, "List Schema Settings in Source": one object, despite the name
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import Field

from segment_toolkit.errors import Problem
from segment_toolkit.tool import Api, Arguments, Effect, Flow, Request, Result, Tool

from ._impact import OF_SOURCE
from ._public import holding, id_problems, path


class ListSchemaSettings(Arguments):
    source_id: str = Field(description="From the source's settings")


class SchemaSettings(Result):
    source_id: str = Field(description="Id of the source.")
    settings: dict[str, Any] = Field(
        description="For track, identify and group: what is allowed, and what happens on violations."
    )


def rules(document: Mapping[str, Any]) -> Iterable[Problem]:
    return id_problems(document, "sourceId")


def run(args: ListSchemaSettings) -> Flow:
    response = yield Request("GET", path("sources", args.source_id, "settings"))
    return holding(response, "settings", dict)


TOOL = Tool(
    slug="SEGMENT_LIST_SCHEMA_SETTINGS_IN_SOURCE",
    title="List Schema Settings in Source",
    toolset="sources",
    description=("Read what a source does with unplanned or invalid events. Use when accepted events are missing."),
    example={"sourceId": "nR7kq2Zt4WmX9bVc1sLd8P"},
    effect=Effect.READ,
    api=Api.PUBLIC,
    arguments=ListSchemaSettings,
    result=SchemaSettings,
    run=run,
    rules=rules,
    scope=OF_SOURCE,
)
