"""SEGMENT_GET_DESTINATION: read one destination.

Sends    GET /destinations/{destinationId} (Public API), then to the other region, then to a configured legacy host
Returns  {"destination": {...}, "answeredBy": str?}
Fails    404 resource not found; 422; 429. Unreadable: {"destination": {"id": ...}, "degraded": true, ...}
Source   Segment Public API reference, "Get Destination"; the legacy path is assumed to be the same
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import Field

from segment_toolkit.errors import Problem
from segment_toolkit.tool import Api, Arguments, Effect, Flow, Request, Result, Tool, marked

from ._fallback import read_anywhere
from ._impact import OF_DESTINATION
from ._public import Attempt, Destination, id_problems, path


class GetDestination(Arguments):
    destination_id: str = Field(description="From the destination's settings")


class Found(Result):
    destination: Destination = Field(description="The destination.")
    answered_by: str | None = Field(default=None, description="The host that had it, if not the first asked.")
    degraded: bool | None = Field(default=None, description="true: no host gave a readable answer.")
    attempts: list[Attempt] | None = Field(default=None, description="Who was asked, on failure.")


def rules(document: Mapping[str, Any]) -> Iterable[Problem]:
    return id_problems(document, "destinationId")


def run(args: GetDestination) -> Flow:
    request = Request("GET", path("destinations", args.destination_id))
    minimal = {"destination": {"id": args.destination_id}}
    return marked((yield from read_anywhere(request, member="destination", needs="id", minimal=minimal)))


TOOL = Tool(
    slug="SEGMENT_GET_DESTINATION",
    title="Get Destination",
    toolset="destinations",
    description=(
        "Read a destination: its kind, source, settings, whether it is enabled. For counts use "
        "SEGMENT_LIST_DELIVERY_METRICS_SUMMARY_FROM_DESTINATION."
    ),
    example={"destinationId": "kD4vM8tYq1ZxW6cPn9RbLs"},
    effect=Effect.READ,
    api=Api.PUBLIC,
    arguments=GetDestination,
    result=Found,
    run=run,
    rules=rules,
    scope=OF_DESTINATION,
)
