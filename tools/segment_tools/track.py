"""SEGMENT_TRACK: record that a person did something.

Sends    POST /v1/track (Tracking API)
Returns  {"status": "accepted", "messageId": str, "note": str, "warnings": [str]?}
Fails    400 too large, invalid key; 429 over rate; what is seen to be dropped is refused before
Source   Segment documentation, "Spec: Track" and "HTTP Tracking API"
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import Field

from segment_toolkit.errors import Problem
from segment_toolkit.tool import Api, Arguments, Effect, Flow, Scope, Tool

from ._event import Accepted, send_event
from ._event_rules import event_problems
from ._fields import AnonymousId, Context, Integrations, Timestamp, UserId, WriteKey


class Track(Arguments):
    event: str = Field(description="Past tense, e.g. Order Completed")
    user_id: UserId = None
    anonymous_id: AnonymousId = None
    properties: Annotated[dict[str, Any] | None, Field(description="revenue, currency, product…")] = None
    context: Context = None
    integrations: Integrations = None
    timestamp: Timestamp = None
    write_key: WriteKey = None


def rules(document: Mapping[str, Any]) -> Iterable[Problem]:
    return event_problems("track", document)


def run(args: Track) -> Flow:
    return (yield from send_event("track", args.wire()))


TOOL = Tool(
    slug="SEGMENT_TRACK",
    title="Segment Track Event",
    toolset="tracking",
    description=(
        "Record one action of a person. Use when someone did something. For several use SEGMENT_BATCH, past ones "
        "SEGMENT_IMPORT_HISTORICAL_DATA, views SEGMENT_PAGE or SEGMENT_SCREEN."
    ),
    example={"userId": "user-42", "event": "Order Completed", "properties": {"revenue": 39.9, "currency": "EUR"}},
    effect=Effect.WRITE,
    api=Api.TRACKING,
    arguments=Track,
    result=Accepted,
    run=run,
    rules=rules,
    scope=Scope(write_key="writeKey", event="event"),
)
