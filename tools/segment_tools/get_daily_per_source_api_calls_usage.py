"""SEGMENT_GET_DAILY_PER_SOURCE_API_CALLS_USAGE: API calls of each source, day by day, in one month.

Sends    GET /usage/api-calls/sources/daily (Public API)
Returns  {"dailyPerSourceAPICallsUsage": [{"sourceId": str, "apiCalls": str, "timestamp": str}], "pagination": {...}}
Fails    404; 422 validation failure; 429
Source   Segment Public API reference, "Get Daily Per Source API Calls Usage"
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from segment_toolkit.errors import Problem
from segment_toolkit.tool import Api, Arguments, Effect, Flow, Request, Result, Tool

from ._public import PageOf, Pagination, holding, pagination_problems


class GetDailyUsage(Arguments):
    period: str = Field(description="First day of month, YYYY-MM-01")
    pagination: Annotated[Pagination | None, Field(description="Page")] = None


class DailyCalls(Result):
    source_id: str = Field(description="Id of the source.")
    api_calls: str = Field(description="Calls in the month up to and including this day, a decimal string.")
    timestamp: str = Field(description="The day, ISO 8601.")


class Usage(Result):
    daily_per_source_usage: list[DailyCalls] = Field(
        alias="dailyPerSourceAPICallsUsage", description="One entry for each source and day."
    )
    pagination: PageOf = Field(description="Where this page stands.")


def rules(document: Mapping[str, Any]) -> Iterator[Problem]:
    period = document.get("period")
    if isinstance(period, str) and not _is_first_of_month(period):
        yield Problem("period", "is not the first day of a month; expected YYYY-MM-01, for example 2026-03-01")
    yield from pagination_problems(document)


def _is_first_of_month(text: str) -> bool:
    try:
        return bool(re.fullmatch(r"\d{4}-\d\d-01", text, re.ASCII)) and date.fromisoformat(text).day == 1
    except ValueError:
        return False


def run(args: GetDailyUsage) -> Flow:
    query = (("period", args.period), *(args.pagination.query() if args.pagination else ()))
    response = yield Request("GET", "/usage/api-calls/sources/daily", query=query)
    return holding(response, "dailyPerSourceAPICallsUsage", list)


TOOL = Tool(
    slug="SEGMENT_GET_DAILY_PER_SOURCE_API_CALLS_USAGE",
    title="Get Daily Per Source API Calls Usage",
    toolset="usage",
    description=("Read each source's API calls per day of a month, cumulative. Use for volume and billing."),
    example={"period": "2026-03-01", "pagination": {"count": 10}},
    effect=Effect.READ,
    api=Api.PUBLIC,
    arguments=GetDailyUsage,
    result=Usage,
    run=run,
    rules=rules,
)
