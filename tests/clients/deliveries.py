"""What a client must come to: everything it was given is held once, as it was given, whatever went wrong between."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from served import Served

# Seeds and numbers are such that every kind is played with the 100 to 200 requests of a delivery.
MIX: dict[str, dict[str, Any]] = {
    "an overloaded server": {"kind": "server_error", "status": 503, "probability": 0.1, "times": 5, "seed": 1},
    "a broken gateway": {"kind": "bad_gateway_html", "probability": 0.1, "times": 4, "seed": 2},
    "a rate limit": {"kind": "rate_limited", "seconds": 1, "probability": 0.1, "times": 2, "seed": 3},
    "a rate limit without a header": {
        "kind": "rate_limited_without_header", "probability": 0.1, "times": 4, "seed": 4,
    },
    "a reset before the work": {"kind": "reset_before", "probability": 0.1, "times": 4, "seed": 5},
    "a reset after the work": {"kind": "reset_after", "probability": 0.1, "times": 6, "seed": 6},
    "an answer that is cut off": {"kind": "cut_off", "probability": 0.1, "times": 3, "seed": 7},
    "a slow answer": {"kind": "slow_answer", "seconds": 0.2, "probability": 0.1, "times": 5, "seed": 8},
    "an answer too slow": {
        "kind": "slow_answer", "seconds": 4, "after": True, "probability": 0.1, "times": 2, "seed": 9,
    },
}  # fmt: skip
"""Name to fault. What was played to the end is in force no longer. One answer takes longer than a client waits."""

CLIENT_TIMEOUT_SECONDS = 3
"""How long a client waits for an answer while the mix is in force."""

PATIENCE_SECONDS = 60
"""How long it waits otherwise. One that gives up on a busy machine sends again what has arrived, as it should."""


def inject_mix(sandbox: Served) -> None:
    """Put every fault of the mix in force, for the Tracking API."""
    for fault in MIX.values():
        sandbox.inject(path="/v1/", **fault)


def unplayed(sandbox: Served) -> list[str]:
    """The kinds of the faults that are in force and were never played."""
    return [fault["kind"] for fault in sandbox.faults() if not fault["played"]]


def as_multiset(events: Iterable[dict[str, Any]]) -> Counter[str]:
    """Events to how often each is there, whatever the order of events and members."""
    return Counter(json.dumps(event, sort_keys=True) for event in events)


def as_sent(event: dict[str, Any]) -> dict[str, Any]:
    """Take away what Segment adds to an event, and give it back the timestamp that it came with."""
    added = ("receivedAt", "sentAt", "sourceId", "version", "timestamp", "originalTimestamp")
    kept = {name: value for name, value in event.items() if name not in added}
    return {**kept, "timestamp": event["originalTimestamp"]}


def clock_errors(events: Iterable[dict[str, Any]]) -> list[str]:
    """The messageIds of events whose timestamp is not `receivedAt - (sentAt - originalTimestamp)`."""
    return [event["messageId"] for event in events if abs(_clock_error(event)) > timedelta(milliseconds=1)]


def _clock_error(event: dict[str, Any]) -> timedelta:
    received, sent, original, corrected = (
        datetime.fromisoformat(event[name]) for name in ("receivedAt", "sentAt", "originalTimestamp", "timestamp")
    )
    return corrected - (received - (sent - original))
