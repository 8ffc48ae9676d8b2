"""One call as the audit log keeps it.

    {"v": 1, "id": "5f0c…", "time": "2025-03-01T12:00:00.000Z", "tool": "SEGMENT_TRACK", "called": "SEGMENT_TRACK",
     "tool_call_id": null, "user_id": "u1", "connected_account_id": null, "region": "us", "effect": "write",
     "arguments": {…}, "successful": true, "code": null, "status": null, "error": null, "outcome_unknown": false,
     "message_ids": ["…"], "latency_ms": 12.3, "attempts": [{…}], "approval": null, "toolkit": "0.5.0",
     "fingerprint": "…"}

`time` is when the call came in. `ran` is there and true when the tool succeeded and the host's after_execute made it a
failure. `arguments_cut` is there when the arguments are too large to be kept whole: their size, the length of each
list that was cut, and the SHA-256 of the redacted arguments as canonical JSON (sorted keys, no blanks, ASCII).
"""

from __future__ import annotations

import hashlib
import json
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ..._version import __version__

if TYPE_CHECKING:
    from ...call.attempts import Attempt
    from ..record import CallRecord
    from . import Keep

Entry = dict[str, Any]
#: Arguments over this are cut: an event is 32 KB at most, and one is kept whole.
MOST_ARGUMENT_BYTES = 40_000
#: What is left of a list and of a text when they are.
MOST_ITEMS = 10
MOST_CHARACTERS = 500
#: As many as one request holds; a longer import is found by its first ones.
MOST_MESSAGE_IDS = 2_500


def entry_of(record: CallRecord, keep: Keep) -> Entry:
    """The entry of a finished call."""
    ran = {"ran": True} if record.ran and not record.successful else {}
    return {
        "v": 1,
        "id": os.urandom(8).hex(),
        "time": _instant(record.started_at),
        "tool": record.tool,
        "called": record.called,
        "tool_call_id": record.tool_call_id,
        "user_id": _named(record.user_id),
        "connected_account_id": _named(record.connected_account_id),
        "region": record.region,
        "effect": record.effect,
        **_arguments(record, keep),
        "successful": record.successful,
        **ran,
        **({"preview": True} if record.preview else {}),
        "code": record.code,
        "status": record.status,
        "error": record.error,
        "outcome_unknown": record.outcome_unknown,
        "message_ids": record.message_ids[:MOST_MESSAGE_IDS],
        "latency_ms": round(record.seconds * 1000, 3),
        "attempts": [_attempt(attempt) for attempt in record.attempts],
        "approval": record.approval,
        "toolkit": __version__,
        "fingerprint": record.fingerprint,
    }


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, no blanks and ASCII only: the same bytes for the same data, and never a line break."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False, default=str).encode("ascii")


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _named(given: object) -> str | None:
    """An id of the host's as text: it may be a UUID, or a number."""
    return None if given is None else str(given)


def _arguments(record: CallRecord, keep: Keep) -> Entry:
    if keep == "none":
        return {"arguments": None}
    shown = record.arguments
    if keep == "names":
        return {"arguments": None, "argument_names": sorted(shown) if shown is not None else None}
    text = canonical(shown)
    if len(text) <= MOST_ARGUMENT_BYTES:
        return {"arguments": shown}
    lengths: dict[str, int] = {}
    short = _cut(shown, "", lengths)
    if len(canonical(short)) > MOST_ARGUMENT_BYTES:  # many members, or deep ones
        short = dict.fromkeys(sorted(shown)[:MOST_ITEMS])
    return {"arguments": short, "arguments_cut": {"bytes": len(text), "lists": lengths, "sha256": digest(text)}}


def _cut(value: Any, path: str, lengths: dict[str, int]) -> Any:
    """A shorter copy; `lengths` is told of each list that lost items, by its path."""
    if isinstance(value, str):
        return value if len(value) <= MOST_CHARACTERS else f"{value[:MOST_CHARACTERS]}… ({len(value)} characters)"
    if isinstance(value, dict):
        return {name: _cut(member, f"{path}.{name}" if path else name, lengths) for name, member in value.items()}
    if isinstance(value, list):
        if len(value) > MOST_ITEMS:
            lengths[path] = len(value)
        return [_cut(item, f"{path}[{index}]", lengths) for index, item in enumerate(value[:MOST_ITEMS])]
    return value


def _attempt(attempt: Attempt) -> Entry:
    return {
        "method": attempt.method,
        "api": attempt.api,
        "host": attempt.host,
        "number": attempt.number,
        "ms": round(attempt.seconds * 1000, 3),
        "waited_ms": round(attempt.waited * 1000, 3),
        "status": attempt.status,
        "error": attempt.error,
    }


def _instant(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
