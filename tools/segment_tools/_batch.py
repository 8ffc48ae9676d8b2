"""Send many events in as few requests as Segment's limits allow, with one receipt for each event.

Segment HTTP Tracking API, "Batch": at most 500 KB a request, 32 KB and 2,500 events; over 2,500 it answers 200 and
rejects events, so everything is counted here first. One wrong event and nothing is sent: half a batch helps nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from segment_toolkit.encoding import encode
from segment_toolkit.errors import InvalidArguments, Problem, ToolkitError, TransportError, UpstreamError
from segment_toolkit.tool import Api, Arguments, Flow, JsonObject, Request, Result

from ._event import ACCEPTED, MOST_EVENT_BYTES, oversize, prepared
from ._event_rules import event_problems, misplaced, shared_problems
from ._event_warnings import event_warnings
from ._keys import sent

MOST_EVENTS = 2_500
MOST_REQUEST_BYTES = 500_000

_PERSON = frozenset({"type", "userId", "anonymousId", "messageId", "timestamp", "context", "integrations"})
_MEMBERS: Mapping[str, frozenset[str]] = {
    "identify": _PERSON | {"traits"},
    "track": _PERSON | {"event", "properties"},
    "page": _PERSON | {"name", "properties"},
    "screen": _PERSON | {"name", "properties"},
    "group": _PERSON | {"groupId", "traits"},
    "alias": _PERSON | {"previousId"},
}


class EventMembers(Arguments):
    """What an event of a batch may hold, whatever its type: flat, as several vendors take no union."""

    type: Literal["identify", "track", "page", "screen", "group", "alias"] = Field(description="Kind")
    user_id: str | None = Field(None, description="This or anonymousId")
    anonymous_id: str | None = Field(None, description="Unknown person")
    event: str | None = Field(None, description="track: its name")
    name: str | None = Field(None, description="page, screen")
    properties: dict[str, Any] | None = Field(None, description="track, page, screen")
    traits: dict[str, Any] | None = Field(None, description="identify, group")
    group_id: str | None = Field(None, description="group's id")
    previous_id: str | None = Field(None, description="alias: old id")
    message_id: str | None = Field(None, description="Unique id")
    context: dict[str, Any] | None = Field(None, description="ip, locale…")
    integrations: dict[str, Any] | None = Field(None, description="Destinations on/off")


class Event(EventMembers):
    """One event; its members count by type"""  # prompt text

    timestamp: str | None = Field(None, description="ISO 8601 with zone")


class Receipt(Result):
    index: int = Field(description="Position of the event in the batch, from 0.")
    message_id: str | None = Field(default=None, description="The event's unique id, when one was given or made.")
    accepted: bool = Field(description="Whether Segment accepted it for processing.")
    reason: str | None = Field(default=None, description="Why it was not accepted, or why that is unknown.")


class BatchAccepted(Result):
    status: Literal["accepted"] = Field(description="Segment queued every event; nothing more is known.")
    accepted: int = Field(description="How many events were accepted.")
    requests: int = Field(description="How many requests they were sent in.")
    receipts: list[Receipt] = Field(description="One receipt for each event, in the order given.")
    note: str = Field(description="What is now true, and what is not.")
    warnings: list[str] | None = Field(default=None, description="What will not arrive everywhere as sent.")


def batch_problems(document: Mapping[str, Any], *, timestamp_needed: bool = False) -> Iterator[Problem]:
    """What in the batch itself would make Segment accept it and then lose events."""
    yield from shared_problems(document, "")
    batch = document.get("batch")
    if not isinstance(batch, list):
        return
    if not batch:
        yield Problem("batch", "is empty, so there is nothing to send; expected at least one event")
    seen: dict[str, int] = {}
    for index, event in enumerate(batch):
        if isinstance(event, Mapping):
            yield from _item_problems(_with_context(event, document), f"batch[{index}]", timestamp_needed)
            yield from _repeated(event, index, seen)


def _with_context(event: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The event with the batch's consent where it has none of its own: Segment merges the two."""
    shared, own = document.get("context"), event.get("context")
    if isinstance(shared, Mapping) and "consent" in shared and (own is None or isinstance(own, Mapping)):
        return {**event, "context": {"consent": shared["consent"], **(own or {})}}
    return event


def _item_problems(event: Mapping[str, Any], path: str, timestamp_needed: bool) -> Iterator[Problem]:
    kind = event.get("type")
    if not isinstance(kind, str) or kind not in _MEMBERS:
        return  # the schema's enum reports it
    yield from event_problems(kind, event, path)
    declared = {alias for _, alias in Event.wire_names}
    yield from misplaced(kind, {k: v for k, v in event.items() if k in declared}, _MEMBERS[kind], path)
    if timestamp_needed and event.get("timestamp") is None:
        yield Problem(f"{path}.timestamp", "is required: without it history would be recorded as happening now")


def _repeated(event: Mapping[str, Any], index: int, seen: dict[str, int]) -> Iterator[Problem]:
    """Segment keeps one event per messageId, whatever else differs ("Handling Duplicate Data")."""
    message_id = event.get("messageId")
    if isinstance(message_id, str) and message_id.strip():
        first = seen.setdefault(message_id, index)
        if first != index:
            yield Problem(f"batch[{index}].messageId", f"is that of batch[{first}] too; Segment would keep only one")


def refused_receipts(document: Mapping[str, Any], problems: Sequence[Problem]) -> JsonObject:
    """A receipt for each event of a refused batch: nothing was sent, and why."""
    batch = document.get("batch")
    if not isinstance(batch, list):
        return {}
    reasons: dict[int, list[str]] = {}
    for problem in problems:
        index = re.match(r"batch\[(\d+)\]\.?", problem.path)
        if index:
            text = str(problem._replace(path=problem.path[index.end() :]))
            reasons.setdefault(int(index[1]), []).append(text)
    nothing = "not sent, because the call was refused"
    receipts = [
        {"index": i, "accepted": False, "reason": "; ".join(reasons.get(i, [nothing]))} for i in range(len(batch))
    ]
    return {"accepted": 0, "requests": 0, "receipts": receipts}


def send_batch(events: Sequence[JsonObject], shared: JsonObject) -> Flow:
    """Send `events` (each with its `type`) in order; `shared` holds `context`, `integrations` and `writeKey`."""
    write_key = shared.pop("writeKey", None)
    events, shared = _merged([prepared(event["type"], event) for event in events], shared)
    receipts: list[JsonObject] = [{"index": i, "messageId": e["messageId"]} for i, e in enumerate(events)]
    try:
        bodies = _bodies(_encoded(events, shared), shared)
    except InvalidArguments as error:
        error.data |= refused_receipts({"batch": events}, error.problems)
        raise
    for done, (body, span) in enumerate(bodies):
        # Repeatable: every event in it has its messageId.
        request = Request("POST", "/batch", Api.TRACKING, body=body, write_key=write_key, repeatable=True)
        try:
            write_key = yield from sent(request._replace(progress=(span.stop, len(events))))
        except (UpstreamError, TransportError) as error:
            raise _interrupted(error, receipts, span, done) from None
        for index in span:
            receipts[index]["accepted"] = True
    warnings = list(dict.fromkeys(w for event in events for w in event_warnings({**shared, **event})))
    data = {"status": "accepted", "accepted": len(events), "requests": len(bodies)}
    return data | {"receipts": receipts, "note": ACCEPTED} | ({"warnings": warnings} if warnings else {})


def _merged(events: list[JsonObject], shared: JsonObject) -> tuple[list[JsonObject], JsonObject]:
    """Merge what is shared into the events where an event has its own: Segment documents a merge, but not who wins.

    Where no event overrides, the shared object stays at the top of the batch, as the API means it.
    """
    for name in ("context", "integrations"):
        if name in shared and any(name in event for event in events):
            top = shared[name]
            events = [{**event, name: {**top, **event.get(name, {})}} for event in events]
            shared = {k: v for k, v in shared.items() if k != name}
    return events, shared


def _encoded(events: Sequence[JsonObject], shared: JsonObject) -> list[bytes]:
    """Each event's JSON. One over the limit refuses them all; what is shared counts, as it is merged in (assumed)."""
    # Two bytes less: the braces of the shared object are not copied into an event.
    extra = len(encode(shared)) - 2 if shared else 0
    encoded, problems = list[bytes](), list[Problem]()
    for index, event in enumerate(events):
        path = f"batch[{index}]"
        try:
            encoded.append(encode(event, path))
        except InvalidArguments as error:
            problems += error.problems
            continue
        if len(encoded[-1]) + extra > MOST_EVENT_BYTES:
            problems.append(oversize(event, len(encoded[-1]) + extra, path))
    if problems:
        raise InvalidArguments(problems)
    return encoded


def _bodies(encoded: Sequence[bytes], shared: JsonObject) -> list[tuple[bytes, range]]:
    """The request bodies, each with the range of events it holds, none over Segment's limits."""
    head = encode(shared)[:-1] + (b"," if shared else b"") + b'"batch":['
    bodies, start, size = list[tuple[bytes, range]](), 0, len(head) + 2
    for index, event in enumerate(encoded):
        if index > start and (index - start == MOST_EVENTS or size + len(event) + 1 > MOST_REQUEST_BYTES):
            bodies.append((head + b",".join(encoded[start:index]) + b"]}", range(start, index)))
            start, size = index, len(head) + 2
        size += len(event) + 1
    return [*bodies, (head + b",".join(encoded[start:]) + b"]}", range(start, len(encoded)))]


def _interrupted(error: ToolkitError, receipts: list[JsonObject], span: range, requests: int) -> ToolkitError:
    """The failure of one request of several, with what became of every event."""
    unknown = error.outcome_unknown
    for receipt in receipts[span.start :]:
        here = receipt["index"] in span
        reason = ("outcome unknown" if unknown else "rejected by Segment") if here else "not sent"
        receipt |= {"accepted": False, "reason": "not sent" if _never_left(error) else reason}
    error.data |= {"accepted": span.start, "requests": requests, "receipts": receipts}
    if unknown or span.start:
        error.retryable = False  # the same call again would mint new ids, and record some events twice
        error.hint = (
            "Repeat only the events that are not accepted in data.receipts, each with its messageId from there: "
            "Segment keeps one of each."
        )
    return error


def _never_left(error: ToolkitError) -> bool:
    return isinstance(error, TransportError) and not error.sent
