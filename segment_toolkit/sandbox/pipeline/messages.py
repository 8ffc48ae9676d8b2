"""From a request body to single messages: unpack a batch, merge what stands at its top level.

Source: Segment HTTP Tracking API docs, "Batch", "Errors".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from segment_toolkit.sandbox import wire
from segment_toolkit.sandbox.wire import Json

SINGLE_CALLS = ("identify", "track", "page", "screen", "group", "alias")
# /import is a legacy alias of /batch, gone from today's docs; the same body is assumed.
BATCH_CALLS = ("batch", "import")
MAX_BATCH_EVENTS = 2_500
MAX_ITEM_BYTES = 32 * 1024
# What may stand beside `batch` and then holds for all items.
_SHARED = ("context", "integrations")


class Message(NamedTuple):
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
        shared = {name: document[name] for name in _SHARED if document.get(name) is not None}
        # What a batch says for all its items counts as part of each (assumed): else a request could become a thousand
        # times its size.
        room = MAX_ITEM_BYTES - (wire.size(shared) if shared else 0)
        for item in items:
            yield _item(document, shared, item, fault or _item_fault(item, room))


def _item(document: Json, shared: Json, item: Any, fault: str | None) -> Message:
    if not isinstance(item, dict):
        return Message({"item": item}, fault)
    event = _without_key(item)
    if fault is None:
        for name, value in shared.items():
            event[name] = _merged(value, item.get(name))
        if "sentAt" in document:
            event.setdefault("sentAt", document["sentAt"])
    return Message(event, fault)


def _item_fault(item: Any, room: int) -> str | None:
    if not isinstance(item, dict) or wire.size(item) > room:
        return "bad_request"
    # The nearest documented code for a batch in which some messages are bad and the good ones are published.
    return None if item.get("type") in SINGLE_CALLS else "multi_user_error"


def _merged(top: Any, own: Any) -> Any:
    """Merge a batch's object with an item's; shallow, and the item wins (both assumed)."""
    if own is None:
        return top
    return {**top, **own} if isinstance(top, dict) and isinstance(own, dict) else own


def _without_key(document: Json) -> Json:
    return {name: value for name, value in document.items() if name != "writeKey"}
