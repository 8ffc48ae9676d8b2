"""What Segment adds to a message: ids and times."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from segment_toolkit.sandbox.instants import format_instant, parse_instant
from segment_toolkit.sandbox.wire import Json


def stamped(event: Json, source_id: str, received_at: datetime, mint: Callable[[str, int], str]) -> Json:
    """Return a copy with messageId, times, source and version. The form of a minted messageId is assumed."""
    message_id = event.get("messageId")
    if not isinstance(message_id, str) or not message_id:
        message_id = "api-" + mint("message", 27)
    now = format_instant(received_at)
    return {
        **event,
        "messageId": message_id,
        "receivedAt": now,
        "originalTimestamp": event.get("timestamp") or now,
        "timestamp": _corrected(event, received_at, now),
        "sentAt": event.get("sentAt"),
        "sourceId": source_id,
        "version": 2,
    }


def _corrected(event: Json, received_at: datetime, now: str) -> str:
    """timestamp = receivedAt - (sentAt - originalTimestamp).  [docs: Spec, "Common Fields"]

    Without sentAt there is nothing to correct with, and without a usable timestamp it is receivedAt (assumed).
    """
    original = parse_instant(event.get("timestamp"))
    if original is None:
        return now
    sent = parse_instant(event.get("sentAt"))
    try:
        return format_instant(original if sent is None else received_at - (sent - original))
    except OverflowError:
        return now
