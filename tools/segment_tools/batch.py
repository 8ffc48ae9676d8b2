"""SEGMENT_BATCH: record many events of any type in one call.

Sends    POST /v1/batch (Tracking API), as often as Segment's limits need
Returns  {"status": "accepted", "accepted": int, "requests": int, "receipts": [...], "note": str, "warnings": [str]?}
Fails    as SEGMENT_TRACK; data.receipts then says which events were accepted, were not, or may have been
Source   Segment documentation, "HTTP Tracking API", sections "Batch" and "Errors"
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from segment_toolkit.tool import Api, Arguments, Effect, Flow, Scope, Tool

from ._batch import BatchAccepted, Event, batch_problems, refused_receipts, send_batch
from ._fields import Integrations, WriteKey


class Batch(Arguments):
    batch: list[Event] = Field(description="Events in order")
    context: Annotated[dict[str, Any] | None, Field(description="Shared by all events")] = None
    integrations: Integrations = None
    write_key: WriteKey = None


def run(args: Batch) -> Flow:
    shared = args.wire()
    events = [event.wire() for event in shared.pop("batch")]
    return (yield from send_batch(events, shared))


TOOL = Tool(
    slug="SEGMENT_BATCH",
    title="Batch Segment Analytics Events",
    toolset="tracking",
    description=(
        "Record several events of any type; all are valid or none is sent. For one use e.g. SEGMENT_TRACK, past "
        "ones SEGMENT_IMPORT_HISTORICAL_DATA."
    ),
    example={
        "batch": [
            {"type": "identify", "userId": "user-42", "traits": {"plan": "pro", "seats": 3}},
            {"type": "track", "userId": "user-42", "event": "Signed Up", "properties": {"plan": "pro"}},
            {"type": "page", "userId": "user-42", "name": "Pricing"},
        ]
    },
    effect=Effect.WRITE,
    api=Api.TRACKING,
    arguments=Batch,
    result=BatchAccepted,
    run=run,
    rules=batch_problems,
    refusal_data=refused_receipts,
    scope=Scope(write_key="writeKey", events="batch"),
)
