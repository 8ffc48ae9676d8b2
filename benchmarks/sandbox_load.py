"""How many events a second the sandbox takes in over a socket, and whether its memory stays flat.

    python benchmarks/sandbox_load.py [EVENTS] [--least EVENTS_PER_SECOND]

A server process keeps its state in a SQLite file, with the whole pipeline on: shape, deduplication, tracking plan,
filters, three destinations, two warehouses, profiles, counters. A second process sends batches of 100 mixed events
over one connection. The same bodies then go to a bare Starlette endpoint that reads them and answers the same, so
that the figure can be compared between machines. With --least it fails below that rate.
"""

from __future__ import annotations

import argparse
import http.client
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BATCH = 100
PEOPLE = 5_000

SANDBOX = """
import sys
from segment_toolkit.sandbox import Sandbox
from segment_toolkit.sandbox.server import serve
serve(Sandbox(path=sys.argv[1]), port=0, json_line=True)
"""
BARE = """
import asyncio, json, socket, sys
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

async def take(request):
    await request.body()
    return JSONResponse({"success": True})

app = Starlette(routes=[Route("/v1/batch", take, methods=["POST"])])
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
listener.bind(("127.0.0.1", 0))
listener.listen()
address = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
print(json.dumps({"tracking_url": address, "write_keys": {"shop-web": "k"}}), flush=True)
uvicorn.Server(uvicorn.Config(app, access_log=False, log_level="critical")).run(sockets=[listener])
"""


@dataclass
class Run:
    """What one load came to."""

    seconds: float
    events: int
    memory: list[int]

    @property
    def rate(self) -> float:
        """Events a second."""
        return self.events / self.seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("events", type=int, nargs="?", default=100_000)
    parser.add_argument("--least", type=float, default=0, metavar="EVENTS_PER_SECOND")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "load.db"
        box = load(SANDBOX, [str(path)], options.events)
        size = sum(item.stat().st_size for item in Path(folder).iterdir())
    bare = load(BARE, [], options.events)
    report("sandbox", box)
    report("bare endpoint", bare)
    print(f"ratio: the sandbox takes {bare.rate / box.rate:.1f} times as long as the bare endpoint")
    print(f"file: {size / 1e6:.0f} MB, {size / options.events:.0f} bytes an event")
    if box.rate < options.least:
        raise SystemExit(f"{box.rate:.0f} events a second, but at least {options.least:.0f} were asked for")


def load(program: str, arguments: list[str], events: int) -> Run:
    """Start a server, send it the events, stop it."""
    with subprocess.Popen([sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            described = json.loads(server.stdout.readline())
            return send(described, events, server.pid)
        finally:
            server.terminate()


def send(described: dict[str, object], events: int, pid: int) -> Run:
    """Send batches one after the other and watch the server's memory."""
    host = str(described["tracking_url"]).removeprefix("http://").partition("/")[0]
    keys = described["write_keys"]
    assert isinstance(keys, dict)
    connection = http.client.HTTPConnection(host)
    connection.connect()
    # Head and body are two writes: without this the kernel holds the second back until the first is acknowledged.
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    memory = []
    spent = 0.0
    for number, body in enumerate(bodies(str(keys["shop-web"]), events // BATCH)):
        start = time.perf_counter()
        connection.request("POST", "/v1/batch", body, {"content-type": "application/json"})
        answer = connection.getresponse().read()
        spent += time.perf_counter() - start
        assert b"true" in answer, answer
        if number % max(1, events // BATCH // 10) == 0:
            memory.append(resident(pid))
    memory.append(resident(pid))
    return Run(spent, events // BATCH * BATCH, memory)


def bodies(write_key: str, count: int) -> Iterator[bytes]:
    """Make batches as a server-side SDK would; what they cost to make is not counted."""
    for batch in range(count):
        events = [event(batch * BATCH + item) for item in range(BATCH)]
        yield json.dumps({"writeKey": write_key, "sentAt": "2026-03-18T10:30:00.000Z", "batch": events}).encode()


def event(number: int) -> dict[str, object]:
    """Make one of a mix: six tracks, two pages, an identify and a group in ten events."""
    person = number * 7919 % PEOPLE
    common = {
        "messageId": f"load-{number}-4b1c9a62-7d0e-4f35-9a41",
        "userId": f"user-{person}",
        "anonymousId": f"anonymous-{person}",
        "timestamp": "2026-03-18T10:29:59.000Z",
        "context": {
            "library": {"name": "load", "version": "1.0.0"},
            "ip": "203.0.113.7",
            "locale": "en-GB",
            "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140 Safari/537",
            "page": {"url": "https://shop.example.com/mugs", "path": "/mugs", "title": "Mugs", "referrer": ""},
        },
    }
    match number % 10:
        case 0:
            traits = {"email": f"user-{person}@example.com", "plan": "free", "logins": number}
            return {"type": "identify", "traits": traits, **common}
        case 1:
            return {"type": "group", "groupId": f"group-{person % 50}", "traits": {"employees": 12}, **common}
        case 2 | 3:
            return {"type": "page", "name": "Product", "properties": {"url": "https://shop.example.com/mugs"}, **common}
        case 4 | 5:
            products = [{"product_id": "p-1", "price": 12.5, "quantity": 2}, {"product_id": "p-2", "price": 4}]
            properties = {"order_id": f"o-{number}", "revenue": 29.0, "currency": "EUR", "products": products}
            return {"type": "track", "event": "Order Completed", "properties": properties, **common}
        case _:
            properties = {"product_id": f"p-{number % 500}", "price": 12.5, "category": "mugs", "position": number % 20}
            return {"type": "track", "event": "Product Viewed", "properties": properties, **common}


def resident(pid: int) -> int:
    """Return the resident memory of a process in KiB, 0 where there is no /proc."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return 0
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmRSS"))


def report(name: str, run: Run) -> None:
    """Print the rate and the course of the memory."""
    course = " ".join(f"{kib / 1024:.0f}" for kib in run.memory)
    print(f"{name}: {run.rate:,.0f} events a second; memory over the run in MiB: {course}")


if __name__ == "__main__":
    main()
