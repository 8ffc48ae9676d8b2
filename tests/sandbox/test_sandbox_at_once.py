"""In process an event is answered without ASGI, and nothing but the time it takes tells the difference."""

from __future__ import annotations

import gzip
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from segment_toolkit.sandbox import Sandbox, StoppedClock
from segment_toolkit.sandbox.rate_limits import RateLimits
from segment_toolkit.sandbox.transport import SandboxTransport

KEY = Sandbox().write_key
EVENT = b'{"userId": "u", "event": "E", "messageId": "m"}'
KEYED = EVENT.replace(b"{", b'{"writeKey": "%s", ' % KEY.encode(), 1)
REQUESTS: dict[str, dict[str, Any]] = {
    "a good event": {"content": KEYED},
    "the key in a header": {"content": EVENT, "auth": (KEY, "")},
    "a key of nobody": {"content": EVENT, "auth": ("nobody", "")},
    "no key": {"content": EVENT},
    "no JSON": {"content": b"{"},
    "no body": {},
    "too large": {"content": KEYED + b" " * 40_000},
    "zipped": {"content": gzip.compress(KEYED), "headers": {"content-encoding": "gzip"}},
    "a query": {"content": KEYED, "params": {"a": "ü b"}},
    "a header twice": {"content": KEYED, "headers": [("x-a", "1"), ("X-A", "2")]},
    "another method": {"method": "GET"},
    "no call of the API": {"content": KEYED, "url": "https://api.segment.io/v1/tr%61ck"},
    "the other region": {"content": KEYED, "url": "https://events.eu1.segmentapis.com/v1/track"},
    "a host of no region": {"content": KEYED, "url": "http://127.0.0.1:8765/v1/track"},
    "a batch": {"json": {"writeKey": KEY, "batch": [{"type": "page"}]}, "url": "https://api.segment.io/v1/batch"},
}


def over_asgi(box: Sandbox) -> httpx.Client:
    """A client that goes all the way through ASGI."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await box.app(scope, receive, send)

    return httpx.Client(transport=SandboxTransport(app))


def outcome(client: httpx.Client, request: dict[str, Any]) -> list[Any]:
    """Send a request three times; what came back."""
    sent = {"method": "POST", "url": "https://api.segment.io/v1/track", **request}
    with client:
        answers = [client.request(**sent) for _ in range(3)]
    return [(answer.status_code, answer.headers.multi_items(), answer.content) for answer in answers]


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=list(REQUESTS))
def test_answer_events_and_record_are_those_of_asgi(request_: dict[str, Any], clock: StoppedClock) -> None:
    near, far = (Sandbox(clock=clock, rate_limits=RateLimits(tracking_per_second=2)) for _ in range(2))

    answers = outcome(httpx.Client(transport=near.transport()), request_), outcome(over_asgi(far), request_)

    assert answers[0] == answers[1]
    assert near.requests == far.requests
    assert (near.events, near.dropped, near.totals) == (far.events, far.dropped, far.totals)


def test_a_fault_meets_an_event_as_ever(box: Sandbox) -> None:
    box.inject(status=503)

    with httpx.Client(transport=box.transport()) as client:
        statuses = [client.post("https://api.segment.io/v1/track", content=KEYED).status_code for _ in range(2)]

    assert statuses == [503, 200]
    assert [request.status for request in box.requests] == [503, 200]
