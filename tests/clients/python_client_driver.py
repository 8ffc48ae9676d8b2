"""Delivers events with Segment's own Python client: a process of its own, told on standard input what to do.

In: `{"host", "write_key", "events": count, "padding": characters, "settings": {...}}`, the settings being the
client's. Out: one line of JSON for each event, as the client says that it is, and on standard error what failed.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import Any

from segment.analytics.client import Client

_CALLERS = 3
_LONG_AGO = datetime(2021, 2, 3, 4, 5, 6, 789000, tzinfo=timezone(timedelta(hours=5, minutes=30)))
# Values that a serializer, a parser or a database might not give back as they were.
_VALUES: tuple[Any, ...] = (
    0, -0.0, 0.1, 1e-7, 1e22, 2**53 + 1, 2**70, True, None, "", [], {}, "\ud800", "\x00", "\u2028", "Ünï 🙂",
    [[[None]], {"a.b": [1, {"": 2}]}], {"$set": {"a": {"b": {"c": {"d": "deep"}}}}, "quote\"'": "\\"},
)  # fmt: skip


def call(client: Client, number: int, padding: str) -> tuple[bool, dict[str, Any]]:
    """Make one of six calls, with what the number says."""
    user, value = f"user-{number % 700}", _VALUES[number % len(_VALUES)]
    details = {"number": number, "value": value, "padding": padding}
    more: dict[str, Any] = {"context": {"ip": "192.0.2.7", "campaign": {"name": f"c{number % 5}"}}}
    if number % 4 == 0:
        more["timestamp"] = _LONG_AGO + timedelta(seconds=number)
    if number % 3 == 0:
        more["integrations"] = {"All": False, "Amplitude": {"session_id": number}}
    match number % 6:
        case 0:
            return client.identify(user, details, anonymous_id=f"anonymous-{number}", **more)
        case 1:
            return client.track(user, f"Event {number % 50}", details, **more)
        case 2:
            return client.page(user, "Docs", f"Page {number % 9}", details, **more)
        case 3:
            return client.screen(None, "App", None, details, anonymous_id=f"anonymous-{number}", **more)
        case 4:
            return client.group(user, f"group-{number % 30}", details, **more)
        case _:
            return client.alias(f"anonymous-{number}", f"user-{number}", **more)


def main() -> int:
    """Do what standard input says; return 1 when the client says that something failed."""
    logging.disable(logging.CRITICAL)
    order = json.load(sys.stdin)
    failures: list[str] = []
    client = Client(
        order["write_key"],
        host=order["host"],
        max_queue_size=2 * order["events"],
        on_error=lambda error, batch: failures.append(f"{len(batch)} events: {error!r}"),
        **order["settings"],
    )
    sent: list[dict[str, Any]] = []

    def make(numbers: Iterable[int]) -> None:
        for number in numbers:
            taken, event = call(client, number, "x" * order["padding"])
            if taken:
                sent.append(event)
            else:
                failures.append(f"not taken: {event['messageId']}")

    callers = [threading.Thread(target=make, args=(range(n, order["events"], _CALLERS),)) for n in range(_CALLERS)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    if not order["settings"].get("sync_mode"):
        client.shutdown()
    for event in sent:
        print(json.dumps(event))
    print(*failures, sep="\n", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
