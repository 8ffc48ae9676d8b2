"""What becomes of messages behind the edge: stored and delivered, or dropped without a word to the caller."""

from __future__ import annotations

from datetime import datetime, timedelta

from segment_toolkit.sandbox.instants import format_instant, parse_instant
from segment_toolkit.sandbox.state import Source, UsageCount, Workspace
from segment_toolkit.sandbox.tracking_api.delivery import deliver
from segment_toolkit.sandbox.tracking_api.messages import unpack
from segment_toolkit.sandbox.tracking_api.shape import ingest_fault
from segment_toolkit.sandbox.wire import Json

# "At least 24 hours", over all sources and workspaces, whatever the contents.  [docs: "Handling Duplicate
# Data"]
DEDUPE_WINDOW = timedelta(hours=24)


def ingest(workspace: Workspace, source: Source | None, call: str, document: Json) -> None:
    """Take in every message of a request; `source` is None when nobody here owns the write key."""
    received_at = workspace.clock()
    for message in unpack(call, document):
        fault = _source_fault(source) or message.fault or ingest_fault(message.event)
        if fault is None and source is not None:
            _accept(workspace, source, message.event, received_at)
        else:
            _drop(workspace, fault, message.event)


def _source_fault(source: Source | None) -> str | None:
    if source is None:
        # The real service cannot count such events anywhere; this code is the nearest documented one
        # (assumed).
        return "unknown_source"
    return None if source.enabled else "source_disabled"


def _accept(workspace: Workspace, source: Source, event: Json, received_at: datetime) -> None:
    stored = _stamped(workspace, source, event, received_at)
    if _is_duplicate(workspace, stored["messageId"], received_at):
        # Not an ingest code of Segment's, where duplicates are counted nowhere: the name is ours.
        _drop(workspace, "duplicate_message_id", stored)
    elif _is_unplanned(workspace, source, event):
        _drop(workspace, "unplanned", stored)
    else:
        workspace.events.append(stored)
        # One message is one API call; dropped ones are not counted (assumed).  [docs: "MTUs and Throughput"]
        workspace.usage[UsageCount(source.id, received_at.date())] += 1
        deliver(workspace, source, stored, received_at)


def _stamped(workspace: Workspace, source: Source, event: Json, received_at: datetime) -> Json:
    """Add what Segment adds: ids and times. A messageId is minted when there is none (form assumed)."""
    message_id = event.get("messageId")
    if not isinstance(message_id, str) or not message_id:
        message_id = "api-" + workspace.mint("message", 27)
    now = format_instant(received_at)
    return {
        **event,
        "messageId": message_id,
        "receivedAt": now,
        "originalTimestamp": event.get("timestamp") or now,
        "timestamp": _corrected(event, received_at),
        "sentAt": event.get("sentAt"),
        "sourceId": source.id,
        "version": 2,
    }


def _corrected(event: Json, received_at: datetime) -> str:
    """timestamp = receivedAt - (sentAt - originalTimestamp).  [docs: Spec, "Common Fields"]

    Without sentAt there is nothing to correct with, and without a usable timestamp it is receivedAt
    (assumed).
    """
    original, sent = parse_instant(event.get("timestamp")), parse_instant(event.get("sentAt"))
    if original is None:
        return format_instant(received_at)
    try:
        return format_instant(original if sent is None else received_at - (sent - original))
    except OverflowError:
        return format_instant(received_at)


def _is_duplicate(workspace: Workspace, message_id: str, received_at: datetime) -> bool:
    seen = workspace.seen_message_ids.get(message_id)
    if seen is not None and received_at - seen < DEDUPE_WINDOW:
        return True
    workspace.seen_message_ids[message_id] = received_at
    return False


def _is_unplanned(workspace: Workspace, source: Source, event: Json) -> bool:
    """Tell whether the tracking plan blocks a track event by its name; matching is exact."""
    plan = workspace.tracking_plans.get(source.tracking_plan_id or "")
    strict = not source.schema_settings["track"]["allowUnplannedEvents"]
    return plan is not None and strict and event["type"] == "track" and event["event"] not in plan.events


def _drop(workspace: Workspace, reason: str | None, event: Json) -> None:
    workspace.dropped.append({"reason": reason, "event": event})
