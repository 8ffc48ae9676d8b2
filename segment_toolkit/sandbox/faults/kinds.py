"""The catalogue of named faults.

Two families. A fault of the first gives an answer of its own, as a proxy or an overloaded server would: the
request is not processed unless `after` is asked for. A fault of the second is made of the real answer, so the
request is always processed. Headers of 429: Segment HTTP Tracking API docs, "Rate limits", and Public API
reference, "Rate limits" (Retry-After, whole seconds). All pages and texts are assumed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from segment_toolkit.sandbox.faults.fault import Act, Problem

_JSON = {"content-type": "application/json"}
_HTML = {"content-type": "text/html; charset=utf-8"}
_PAGE = b"<!DOCTYPE html><html><head><title>Sorry</title></head><body><h1>Back in a moment</h1></body></html>"
_GATEWAY_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
_TOO_MANY = Problem("rate-limited", "Too many requests.")

# A name that RFC 2606 keeps unregistered: a client that follows the redirect reaches nobody.
ELSEWHERE = "https://elsewhere.invalid/"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A named fault: what it does, and which members of an order it takes."""

    description: str
    act: Act = "answer"
    status: int = 200
    statuses: Collection[int] = range(200, 600)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | Problem = b""
    seconds: float = 0.0
    after: bool = False
    takes: tuple[str, ...] = ()


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "rate_limited": Kind(
            description="429 with Retry-After and X-RateLimit-Reset of `seconds` (1), rounded up",
            status=429,
            headers=_JSON,
            body=_TOO_MANY,
            seconds=1.0,
            takes=("seconds", "body", "headers", "after"),
        ),
        "rate_limited_without_header": Kind(
            description="429 that does not say how long to wait",
            status=429,
            headers=_JSON,
            body=_TOO_MANY,
            takes=("body", "headers", "after"),
        ),
        "server_error": Kind(
            description="500, or another 5xx as `status`, with the API's own error body",
            status=500,
            statuses=range(500, 600),
            headers=_JSON,
            body=Problem("server", "Internal server error."),
            takes=("status", "body", "headers", "after"),
        ),
        "bad_gateway_html": Kind(
            description="502, or another 5xx as `status`, and an HTML page instead of JSON",
            status=502,
            statuses=range(500, 600),
            headers=_HTML,
            body=_GATEWAY_PAGE,
            takes=("status", "body", "headers", "after"),
        ),
        "html_200": Kind(
            description="200 and an HTML page instead of JSON",
            headers=_HTML,
            body=_PAGE,
            takes=("body", "headers", "after"),
        ),
        "empty_body": Kind(
            description="200, or another `status`, that claims JSON and has no body",
            headers=_JSON,
            takes=("status", "headers", "after"),
        ),
        "redirect": Kind(
            description=f"307, or another 3xx as `status`, to `location` ({ELSEWHERE})",
            status=307,
            statuses=(301, 302, 303, 307, 308),
            takes=("status", "location", "headers", "after"),
        ),
        "reset_before": Kind(description="the connection is reset; the request was not processed", act="reset"),
        "reset_after": Kind(
            description="the connection is reset; the request was processed and its answer is lost",
            act="reset",
            after=True,
        ),
        "slow_answer": Kind(
            description="the real answer after `seconds` (1); processed after the wait, with `after` before it",
            act="wait",
            seconds=1.0,
            takes=("seconds", "after"),
        ),
        "slow_body": Kind(
            description="the real answer, its body in up to 10 pieces spread over `seconds` (1)",
            act="trickle",
            seconds=1.0,
            after=True,
            takes=("seconds",),
        ),
        "truncated_json": Kind(
            description="the first half of the real body, in a response that is well-formed and complete",
            act="halve",
            after=True,
        ),
        "cut_off": Kind(
            description="the first half of the real body; the connection ends before the announced length",
            act="cut_off",
            after=True,
        ),
        "wrong_content_type": Kind(
            description="the real answer labelled text/html, or as `headers` say",
            act="relabel",
            headers=_HTML,
            after=True,
            takes=("headers",),
        ),
    }
)

FAULTS: Mapping[str, str] = MappingProxyType({name: kind.description for name, kind in KINDS.items()})
"""Name of every kind to what it does."""

UNNAMED = Kind(description="any answer or error", status=500, takes=("status", "body", "headers", "error", "after"))
"""A fault without a kind: everything about it is said in the order."""
