"""What the toolkit adds to a POST: a dispatched TRACK beside the same POST made by hand, in turns, in one process.

    python benchmarks/dispatch.py [ROUNDS]

`by hand` is `httpx.Client.post(url, json=event)` and reading the answer. `prepared` is the lowest-level way that httpx
offers, with every byte prepared outside the clock: the floor for any client on httpx. `http_client=` dispatches through
the very client of `by hand`. Loopback, one connection each; then the CPU of the same steps, answered from memory.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import httpx
from echo_server import ANSWER, running

from segment_toolkit import SegmentToolkit

KEY = "k" * 32
EVENT = {"userId": "u-1", "event": "Order Completed", "properties": {"revenue": 14.99, "currency": "EUR"}}
BODY = {"type": "track", "messageId": "b1b1b1b1-b1b1-4b1b-8b1b-b1b1b1b1b1b1", **EVENT}


class FromMemory(httpx.BaseTransport):
    """Answers without a network, so that what is left is the client's own work."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        del request
        return httpx.Response(200, content=ANSWER.rpartition(b"\r\n\r\n")[2])


def contestants(url: str, transport: httpx.BaseTransport | None) -> dict[str, Callable[[], Any]]:
    """The same POST, three ways."""
    client = httpx.Client(transport=transport, auth=(KEY, ""))
    low = transport or httpx.HTTPTransport()
    toolkit = SegmentToolkit(write_key=KEY, tracking_url=url, environ={}, transport=transport)
    given = SegmentToolkit(write_key=KEY, tracking_url=url, environ={}, http_client=client)
    prepared = client.build_request("POST", f"{url}/track", json=BODY)

    def by_hand() -> bool:
        return bool(client.post(f"{url}/track", json=BODY).json()["success"])

    def floor() -> bool:
        return low.handle_request(prepared).read() == b'{"success":true}'

    def dispatched() -> bool:
        return toolkit.tools.execute("SEGMENT_TRACK", EVENT).successful

    def with_client() -> bool:
        return given.tools.execute("SEGMENT_TRACK", EVENT).successful

    return {"by hand": by_hand, "prepared": floor, "dispatched": dispatched, "http_client=": with_client}


def medians(ways: dict[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """Median microseconds of each, taken in turns so that a slow moment hits all alike."""
    taken: dict[str, list[int]] = {name: [] for name in ways}
    for number in range(rounds + 200):
        for name, way in ways.items():
            start = time.perf_counter_ns()
            ok = way()
            if number >= 200:
                taken[name].append(time.perf_counter_ns() - start)
            assert ok
    return {name: statistics.median(times) / 1000 for name, times in taken.items()}


def report(title: str, found: dict[str, float]) -> None:
    hand = found["by hand"]
    print(f"{title}: median µs a call, difference to by hand, ratio")
    for name, median in found.items():
        print(f"  {name:<12} {median:8.1f} {median - hand:+8.1f} {median / hand:6.2f}")


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
    with running() as port:
        report("loopback", medians(contestants(f"http://127.0.0.1:{port}/v1", None), rounds))
    report("from memory", medians(contestants("http://127.0.0.1:1/v1", FromMemory()), rounds))


if __name__ == "__main__":
    main()
