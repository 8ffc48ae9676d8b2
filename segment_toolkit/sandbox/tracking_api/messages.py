"""From a request body to single messages: unpack a batch, merge what stands at its top level.

Source: Segment HTTP Tracking API docs, "Batch", "Errors".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from segment_toolkit.sandbox import wire
from segment_toolkit.sandbox.wire import Json

SINGLE_CALLS = ("identify", "track", "page", "screen", "group", "alias")
# /import is a legacy alias of /batch, gone from today's docs; the same body is assumed.
BATCH_CALLS = ("batch", "import")
MAX_BATCH_EVENTS = 2_500
MAX_ITEM_BYTES = 32 * 1024


@dataclass(frozen=True)
class Message:
    """One message, with the ingest code that already rules it out, if any."""

    event: Json
    fault: str | None = None


def unpack(call: str, document: Json) -> Iterator[Message]:
    """Yield the messages of a request, in order; the write key is not part of them."""
    if call in BATCH_CALLS:
        yield from _batch(document)
    else:
        yield Message({**_without_key(document), "type": call})


def _batch(document: Json) -> Iterator[Message]:
    items = document.get("batch", [])
    if items == []:
        yield Message(_without_key(document), "empty_batch")
    elif not isinstance(items, list):
        # No ingest code is documented for this; assumed.
        yield Message(_without_key(document), "bad_request")
    else:
        # Over the limit the docs say "rejected" and not what; that all of it is rejected is assumed.
        fault = "bad_request" if len(items) > MAX_BATCH_EVENTS else None
        for item in items:
            message = _item(document, item)
            yield Message(message.event, fault or message.fault)


def _item(document: Json, item: Any) -> Message:
    if not isinstance(item, dict):
        return Message({"item": item}, "bad_request")
    if wire.size(item) > MAX_ITEM_BYTES:
        return Message(item, "bad_request")
    event = _without_key(item)
    for name in ("context", "integrations"):
        merged = _merged(document.get(name), item.get(name))
        if merged is not None:
            event[name] = merged
    if "sentAt" in document:
        event.setdefault("sentAt", document["sentAt"])
    # The nearest documented code for a batch in which some messages are bad and the good ones are published.
    known = item.get("type") in SINGLE_CALLS
    return Message(event, None if known else "multi_user_error")


def _merged(top: Any, own: Any) -> Any:
    """Merge a batch's object with an item's; shallow, and the item wins (both assumed)."""
    if own is None:
        return top
    return {**top, **own} if isinstance(top, dict) and isinstance(own, dict) else own


def _without_key(document: Json) -> Json:
    return {name: value for name, value in document.items() if name != "writeKey"}
