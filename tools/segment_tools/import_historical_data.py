"""SEGMENT_IMPORT_HISTORICAL_DATA: record past events at the times they happened.

Sends    POST /v1/batch (Tracking API), each event with its own `timestamp` and none with `sentAt`, which would move
         it to now. The old /v1/import is an undocumented alias of /batch, so it is not used.
Returns  as SEGMENT_BATCH
Fails    as SEGMENT_BATCH
Source   Segment documentation, "Import Historical Data" guide and "HTTP Tracking API"
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field

from segment_toolkit.errors import Problem
from segment_toolkit.tool import Api, Arguments, Effect, Flow, Scope, Tool

from ._batch import BatchAccepted, EventMembers, batch_problems, refused_receipts, send_batch
from ._event_rules import timestamp_problem
from ._fields import Integrations, WriteKey


class HistoricalEvent(EventMembers):
    """One event; its members count by type"""

    timestamp: str = Field(description="ISO 8601")


class ImportHistoricalData(Arguments):
    batch: list[HistoricalEvent] = Field(description="Events, oldest first")
    timezone: Annotated[str | None, Field(description="IANA zone for times without one")] = None
    context: Annotated[dict[str, Any] | None, Field(description="Shared by all events")] = None
    integrations: Integrations = None
    write_key: WriteKey = None


def zone_named(name: Any) -> ZoneInfo | None:
    """The IANA zone of that name, or None."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, TypeError, KeyError):  # KeyError: ZoneInfoNotFoundError
        return None


def rules(document: Mapping[str, Any]) -> Iterator[Problem]:
    name = document.get("timezone")
    zone = zone_named(name) if isinstance(name, str) else None
    if isinstance(name, str) and zone is None:
        yield Problem("timezone", "is no IANA time zone; expected one such as Europe/Berlin or UTC")
    zoned, problems = _zoned(document, zone)
    yield from problems
    yield from batch_problems(zoned, timestamp_needed=True)


def _zoned(document: Mapping[str, Any], zone: ZoneInfo | None) -> tuple[Mapping[str, Any], list[Problem]]:
    """The document with naive timestamps read in `zone`, and those of them that this zone's clocks do not fix."""
    batch = document.get("batch")
    if zone is None or not isinstance(batch, list):
        return document, []
    events, problems = [], list[Problem]()
    for index, event in enumerate(batch):
        text = event.get("timestamp") if isinstance(event, Mapping) else None
        if isinstance(text, str) and not timestamp_problem(text, naive_allowed=True):
            moment = datetime.fromisoformat(text.strip())
            if moment.tzinfo is None and _ambiguous(moment, zone):
                wrong = "happened twice or never in this timezone (a clock change); expected one with its offset"
                problems.append(Problem(f"batch[{index}].timestamp", wrong))
            event = {**event, "timestamp": in_zone(moment, zone)}
        events.append(event)
    return {**document, "batch": events}, problems


def in_zone(moment: datetime, zone: ZoneInfo) -> str:
    """The instant as ISO 8601 with an offset; a naive one is read in `zone`."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).isoformat()


def _ambiguous(moment: datetime, zone: ZoneInfo) -> bool:
    earlier, later = (moment.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta() for fold in (0, 1))
    return earlier != later


def run(args: ImportHistoricalData) -> Flow:
    zone = zone_named(args.timezone) if args.timezone else None
    document, _ = _zoned({"batch": [event.wire() for event in args.batch]}, zone)
    shared = args.wire()
    del shared["batch"]
    shared.pop("timezone", None)
    return (yield from send_batch(list(document["batch"]), shared))


TOOL = Tool(
    slug="SEGMENT_IMPORT_HISTORICAL_DATA",
    title="Import Historical Data",
    toolset="tracking",
    description=(
        "Record past events at their own times; all are valid or none is sent. For new ones use SEGMENT_BATCH or "
        "SEGMENT_TRACK."
    ),
    example={
        "batch": [
            {"type": "identify", "userId": "user-7", "traits": {"plan": "free"}, "timestamp": "2024-11-01T08:00:00Z"},
            {"type": "track", "userId": "user-7", "event": "Order Completed", "timestamp": "2024-11-03T09:15:00Z"},
        ]
    },
    effect=Effect.WRITE,
    api=Api.TRACKING,
    arguments=ImportHistoricalData,
    result=BatchAccepted,
    run=run,
    rules=rules,
    refusal_data=refused_receipts,
    scope=Scope(write_key="writeKey", events="batch"),
)
