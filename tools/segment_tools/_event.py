"""Send one event to the Tracking API, and say exactly what is then known about it.

Segment HTTP Tracking API: POST /v1/{type}; 200 `{"success": true}` means queued, not delivered. A live event leaves
`timestamp` out, so that Segment's clock sets it; `sentAt` is never sent, because a stale one moves the event in time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import uuid4

from pydantic import Field

from segment_toolkit.encoding import encode, member_path
from segment_toolkit.errors import InvalidArguments, Problem, ToolkitError, TransportError, UpstreamError
from segment_toolkit.tool import Api, Flow, JsonObject, Request, Result

from ._event_warnings import event_warnings
from ._keys import sent

#: "32 KB" in Segment's documentation; 32,000 is under both readings of it. Counted on the bytes to be sent.
MOST_EVENT_BYTES = 32_000
_DEEPEST_NAMED = 4
ACCEPTED = "Accepted by Segment. Not proof of delivery: a wrong write key or a blocked event is accepted too."


class Accepted(Result):
    status: Literal["accepted"] = Field(description="Segment queued the event; nothing more is known.")
    message_id: str = Field(description="The event's unique id, by which Segment removes duplicates.")
    note: str = Field(description="What is now true, and what is not.")
    warnings: list[str] | None = Field(
        default=None, description="Parts of the event that will not arrive everywhere as sent."
    )


def send_event(kind: str, fields: JsonObject) -> Flow:
    """Send one event of type `kind`. `fields` are its members by wire name, already checked by the rules."""
    write_key = fields.pop("writeKey", None)
    event = prepared(kind, fields)
    body = encode(event)
    if len(body) > MOST_EVENT_BYTES:
        raise InvalidArguments([oversize(event, len(body))])
    try:
        # Repeatable: the messageId is in the body, and nothing in it gets stale.
        event_request = Request("POST", f"/{kind}", api=Api.TRACKING, body=body, write_key=write_key, repeatable=True)
        yield from sent(event_request)
    except (UpstreamError, TransportError) as error:
        error.data["messageId"] = event["messageId"]
        raise explained(error, kept_id="messageId" in fields) from None
    data = {"status": "accepted", "messageId": event["messageId"], "note": ACCEPTED}
    warnings = list(event_warnings(event))
    return {**data, "warnings": warnings} if warnings else data


def prepared(kind: str, fields: Mapping[str, Any]) -> JsonObject:
    """The event as it is sent: its type and id, the time in UTC, and no blank `name` or `category`.

    Blank ones fail ingest (name_not_string, category_not_string) and mean nothing.
    """
    event = {"type": kind, "messageId": fields.get("messageId") or str(uuid4()), **fields}
    for name in ("name", "category"):
        if name in event and not event[name].strip():
            del event[name]
    if "timestamp" in event:
        event["timestamp"] = utc(datetime.fromisoformat(event["timestamp"].strip()))
    return event


def utc(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds: the one form that every part of Segment reads the same way."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def oversize(event: JsonObject, size: int, path: str = "") -> Problem:
    """`size` is that of the event on the wire."""
    text = f"the event is {size:,} bytes of JSON{_mostly(event)}; expected at most {MOST_EVENT_BYTES:,}"
    return Problem(path, f"{text}: shorten or drop values", "too_large")


def _mostly(event: JsonObject) -> str:
    """The member that more than half of an event is in, if there is one: as far inside as a reader can follow."""
    value: Any = event
    path, size = "", len(encode(event))
    while isinstance(value, dict) and value and path.count(".") < _DEEPEST_NAMED:
        sizes = {name: len(encode(member)) for name, member in value.items()}
        largest = max(sizes, key=sizes.__getitem__)
        if sizes[largest] * 2 <= size:
            break
        value, size, path = value[largest], sizes[largest], member_path(path, largest)
    return f", {size:,} of them in {path}" if path else ""


def explained(error: ToolkitError, *, kept_id: bool) -> ToolkitError:
    """Say whether the event may have been recorded, and how to repeat the call without recording it twice."""
    if error.outcome_unknown:
        error.hint = (
            "It is unknown whether Segment recorded the event. Repeat with the same messageId: Segment keeps one."
            if kept_id
            else "It is unknown whether Segment recorded the event; repeating this call could record it twice. "
            "Sent with this messageId through SEGMENT_BATCH, it is kept once."
        )
        error.retryable = kept_id
    return error
