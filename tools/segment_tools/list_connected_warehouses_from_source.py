"""SEGMENT_LIST_CONNECTED_WAREHOUSES_FROM_SOURCE: which warehouses a source loads into.

Sends    GET /sources/{sourceId}/connected-warehouses (Public API)
Returns  {"warehouses": [...], "pagination": {...}}
Fails    404 resource not found; 422; 429
Source   Segment Public API reference, "List Connected Warehouses from Source"
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field

from segment_toolkit.errors import Problem
from segment_toolkit.tool import Api, Arguments, Effect, Flow, Request, Result, Tool, marked

from ._impact import OF_SOURCE
from ._public import PageOf, Pagination, Warehouse, holding, id_problems, pagination_problems, path


class ListConnectedWarehouses(Arguments):
    source_id: str = Field(description="From the source's settings")
    pagination: Pagination = Field(description="Page")


class Warehouses(Result):
    warehouses: list[Warehouse] = Field(description="The warehouses of this page.")
    pagination: PageOf = Field(description="Where this page stands.")


def rules(document: Mapping[str, Any]) -> Iterator[Problem]:
    yield from id_problems(document, "sourceId")
    yield from pagination_problems(document)


def run(args: ListConnectedWarehouses) -> Flow:
    query = args.pagination.query()
    response = yield Request("GET", path("sources", args.source_id, "connected-warehouses"), query=query)
    return marked(holding(response, "warehouses", list))


TOOL = Tool(
    slug="SEGMENT_LIST_CONNECTED_WAREHOUSES_FROM_SOURCE",
    title="List Connected Warehouses From Source",
    toolset="sources",
    description=("List the warehouses that a source's events are loaded into."),
    example={"sourceId": "nR7kq2Zt4WmX9bVc1sLd8P", "pagination": {"count": 10}},
    effect=Effect.READ,
    api=Api.PUBLIC,
    arguments=ListConnectedWarehouses,
    result=Warehouses,
    run=run,
    rules=rules,
    scope=OF_SOURCE,
)
