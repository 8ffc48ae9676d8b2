"""What must hold of every envelope, whatever came in. Each law gives a sentence for what breaks it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, get_args

from segment_toolkit import Envelope
from segment_toolkit.errors import Code

from .secrecy import PLANTED, told

CODES = frozenset(get_args(Code))
#: Refused by the toolkit itself: nothing may have left it.
_REFUSED = frozenset({"validation", "unknown_tool", "refused", "too_large"})
#: What Segment may do to an event that it was right to send: nobody can see it before.
_BEYOND_US = frozenset({
    "duplicate_message_id", "unknown_source", "source_disabled", "suppressed", "event_setting", "unplanned",
    "schema_violation", "common_schema_violation", "unplanned_and_schema_violation",
})  # fmt: skip


def contract(envelope: Envelope) -> Iterator[str]:
    """Exactly three keys, which agree, and which JSON can say."""
    if list(envelope) != ["data", "error", "successful"]:
        yield f"the keys are {list(envelope)}"
        return
    if not isinstance(envelope["data"], dict):
        yield "data is no object"
    if not isinstance(envelope["successful"], bool) or envelope["successful"] is not (envelope["error"] is None):
        yield "error is not null exactly when successful"
    if envelope["error"] is not None and not (isinstance(envelope["error"], str) and envelope["error"].strip()):
        yield "error says nothing"
    if (envelope.failure is None) is not envelope["successful"]:
        yield "the failure beside the envelope disagrees with it"
    if envelope.failure is not None and envelope.failure.code not in CODES:
        yield "the code is none of the closed set"
    if envelope.failure is not None and envelope.failure.code == "internal":
        yield "a bug of ours: the code is internal"
    yield from sayable(envelope)


def sayable(value: Any) -> Iterator[str]:
    """Whether it can be sent on as JSON in UTF-8."""
    try:
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, TypeError, RecursionError) as error:
        yield f"it cannot be sent as JSON: {type(error).__name__}"


def is_refused_here(envelope: Envelope) -> bool:
    """Whether the toolkit itself said no."""
    failure = envelope.failure
    return failure is not None and failure.status is None and failure.code in _REFUSED


def silence(envelope: Envelope, own: Sequence[str]) -> Iterator[str]:
    """No secret of the host's is told, and a refusal does not repeat what it refuses."""
    text = everything_said(envelope)
    if told(text, own):
        yield f"secret {told(text, own)} of the host's is told"
    if is_refused_here(envelope) and told(text, PLANTED):
        yield f"secret {told(text, PLANTED)} of the model's is repeated in a refusal"


def everything_said(envelope: Envelope) -> str:
    """All that a host could print, log or send on, but the id and the called name, which are the model's own."""
    said = (envelope, envelope.failure, envelope.notes, envelope.tool)
    return json.dumps(envelope, ensure_ascii=False, default=repr) + "".join(map(repr, said))


def accepted(envelope: Envelope) -> Iterator[str]:
    """The messageIds of the events that the envelope calls accepted."""
    receipts = envelope.data.get("receipts")
    if isinstance(receipts, list):
        yield from (receipt["messageId"] for receipt in receipts if receipt["accepted"])
    elif envelope.successful and envelope.data.get("status") == "accepted":
        yield envelope.data["messageId"]


def fate(message_id: str, stored: frozenset[str], dropped: dict[str, set[str]]) -> str | None:
    """What is wrong with what became of an accepted event, if anything. `dropped` maps ids to Segment's reasons."""
    if "[redacted]" in message_id:  # the model made a secret of the host's the event's id: it is there, and not told
        return None
    reasons = dropped.get(message_id, set())
    if message_id not in stored and not reasons:
        return "an accepted event never arrived"
    avoidable = reasons - _BEYOND_US
    return f"an accepted event was dropped: {', '.join(sorted(avoidable))}" if avoidable else None
