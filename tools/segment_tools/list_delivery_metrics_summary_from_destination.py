"""SEGMENT_LIST_DELIVERY_METRICS_SUMMARY_FROM_DESTINATION: how many events a destination took, refused or discarded.

Sends    GET /destinations/{destinationId}/delivery-metrics (Public API, beta), then as SEGMENT_GET_DESTINATION
Returns  {"deliveryMetricsSummary": {"sourceId": str, "destinationMetadataId": str, "metrics": [...]}, ...}
Fails    404 resource not found; 422; 429. Unreadable: the asked id, "degraded": true
Source   Segment Public API reference, "List Delivery Metrics Summary from Destination", with its window limits
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field

from segment_toolkit.errors import Problem
from segment_toolkit.tool import Api, Arguments, Effect, Flow, Request, Result, Tool

from ._event import utc
from ._event_rules import timestamp_problem
from ._fallback import read_anywhere
from ._impact import OF_DESTINATION
from ._public import Attempt, id_problems, path

#: granularity -> longest range, oldest start.
WINDOWS: Mapping[str, tuple[timedelta, timedelta]] = {
    "MINUTE": (timedelta(hours=4), timedelta(hours=48)),
    "HOUR": (timedelta(days=7), timedelta(days=7)),
    "DAY": (timedelta(days=14), timedelta(days=14)),
}
# Segment's clock and ours differ, and the request takes its time: stay this far inside a window.
MARGIN = timedelta(minutes=5)


class ListDeliveryMetrics(Arguments):
    destination_id: str = Field(description="From the destination's settings")
    source_id: str = Field(description="The destination's sourceId")
    start_time: Annotated[
        str | None,
        Field(description="ISO 8601, in the last 48 hours (MINUTE), 7 days (HOUR), 14 days (DAY)"),
    ] = None
    end_time: Annotated[
        str | None,
        Field(description="MINUTE: within 4 hours of startTime"),
    ] = None
    granularity: Annotated[
        Literal["MINUTE", "HOUR", "DAY"] | None,
        Field(description="Default MINUTE"),
    ] = None


class Breakdown(Result):
    metric_name: str = Field(description="Name of the part.")
    value: int = Field(description="Events in it.")


class Metric(Result):
    metric_name: str = Field(description="What was counted, e.g. successes.")
    total: int = Field(description="Events in the window.")
    breakdown: list[Breakdown] | None = Field(default=None, description="The total in parts.")


class Summary(Result):
    """`metrics` is not required: a degraded answer has none, and an empty list would say "no deliveries"."""

    source_id: str = Field(description="Id of the source.")
    destination_metadata_id: str | None = Field(default=None, description="Catalog id of the destination's kind.")
    metrics: list[Metric] | None = Field(default=None, description="The counts; their names are an open set.")


class Metrics(Result):
    delivery_metrics_summary: Summary = Field(description="What became of the events in the window.")
    answered_by: str | None = Field(default=None, description="The host that had it, if not the first asked.")
    degraded: bool | None = Field(default=None, description="true: no host gave a readable answer.")
    attempts: list[Attempt] | None = Field(default=None, description="Who was asked, on failure.")


def rules(document: Mapping[str, Any]) -> Iterator[Problem]:
    yield from id_problems(document, "destinationId", "sourceId")
    times = {}
    for name in ("startTime", "endTime"):
        text = document.get(name)
        if isinstance(text, str):
            wrong = timestamp_problem(text)
            if wrong:
                yield Problem(name, wrong)
            else:
                times[name] = datetime.fromisoformat(text.strip())
    granularity = document.get("granularity") or "MINUTE"
    if isinstance(granularity, str) and granularity in WINDOWS:
        yield from _window(granularity, times.get("startTime"), times.get("endTime"))


def _window(granularity: str, start: datetime | None, end: datetime | None) -> Iterator[Problem]:
    longest, oldest = WINDOWS[granularity]
    now = datetime.now(UTC)
    if start and start < now - oldest:
        yield Problem("startTime", f"is too long ago; {granularity} reaches back at most {_words(oldest)}")
    if start and end and end <= start:
        yield Problem("endTime", "is not after startTime; expected a later time")
    if start and (end or now) - start > longest:
        yield Problem(
            "endTime" if end else "startTime",
            f"makes a range over {_words(longest)}, the most for {granularity}",
        )


def _words(span: timedelta) -> str:
    hours = int(span.total_seconds() // 3600)
    return f"{hours} hours" if hours <= 48 else f"{hours // 24} days"


def run(args: ListDeliveryMetrics) -> Flow:
    given = args.wire()
    query: list[tuple[str, str]] = [(name, given[name]) for name in ("sourceId", "granularity") if name in given]
    for name in ("startTime", "endTime"):
        if name in given:
            query.append((name, utc(datetime.fromisoformat(given[name].strip()))))
    if args.granularity == "DAY" and not args.start_time:
        # Segment's own default start for DAY, 30 days ago, lies outside DAY's documented 14 days.
        query.append(("startTime", utc(datetime.now(UTC) - WINDOWS["DAY"][1] + MARGIN)))
    request = Request("GET", path("destinations", args.destination_id, "delivery-metrics"), query=tuple(query))
    minimal = {"deliveryMetricsSummary": {"sourceId": args.source_id}}
    return (yield from read_anywhere(request, member="deliveryMetricsSummary", needs="metrics", minimal=minimal))


TOOL = Tool(
    slug="SEGMENT_LIST_DELIVERY_METRICS_SUMMARY_FROM_DESTINATION",
    title="List Delivery Metrics Summary from Destination",
    toolset="destinations",
    description=(
        "Count what a destination took or discarded of a source's events. For its settings use SEGMENT_GET_DESTINATION."
    ),
    example={"destinationId": "kD4vM8tYq1ZxW6cPn9RbLs", "sourceId": "nR7kq2Zt4WmX9bVc1sLd8P", "granularity": "DAY"},
    effect=Effect.READ,
    api=Api.PUBLIC,
    arguments=ListDeliveryMetrics,
    result=Metrics,
    run=run,
    rules=rules,
    scope=OF_DESTINATION,
)
