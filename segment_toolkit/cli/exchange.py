"""One tool call on a sandbox, watched: the requests that left, the envelope, what became of the events."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..credentials import recognised
from ..names import folded
from ..secrecy.redaction import Redactor
from .printing import indented, json_text, paint, printable

if TYPE_CHECKING:
    from ..envelope import Envelope
    from ..sandbox import RecordedRequest, Sandbox
    from ..toolkit import SegmentToolkit

JsonObject = dict[str, Any]


@dataclass(frozen=True)
class Exchange:
    """What happened in one call; no secret is left in it. `stored` and `dropped` are the sandbox's own records."""

    tool: str
    arguments: JsonObject
    requests: list[JsonObject]
    envelope: JsonObject
    stored: list[JsonObject]
    dropped: list[JsonObject]

    @property
    def successful(self) -> bool:
        return bool(self.envelope["successful"])

    def as_json(self) -> JsonObject:
        names = ("tool", "arguments", "requests", "envelope")
        return {name: getattr(self, name) for name in names}


class Bench:
    """A sandbox, a toolkit on it, and every secret that either has had."""

    def __init__(self, toolkit: SegmentToolkit, box: Sandbox) -> None:
        self.toolkit = toolkit
        self.box = box
        self._secrets = {box.token, box.write_key, *box.write_keys.values()}

    def run(self, slug: str, arguments: Mapping[str, Any]) -> Exchange:
        """Run a tool and tell what left, what came back and what changed."""
        requests, stored, dropped = len(self.box.requests), len(self.box.events), len(self.box.dropped)
        self._remember(arguments)
        envelope: Envelope = self.toolkit.tools.execute(slug, dict(arguments))
        return Exchange(
            tool=slug,
            arguments=self.redacted(dict(arguments)),
            requests=[self.shown(request) for request in self.box.requests[requests:]],
            envelope=self.redacted(dict(envelope)),
            stored=self.redacted(self.box.events[stored:]),
            dropped=self.redacted(self.box.dropped[dropped:]),
        )

    def redacted(self, value: Any) -> Any:
        """A copy of JSON data without this sandbox's secrets."""
        return Redactor(self._secrets).data(value)

    def shown(self, request: RecordedRequest) -> JsonObject:
        """A request without its headers, which are secrets and routine."""
        path = f"{request.path}?{request.query}" if request.query else request.path
        return self.redacted({  # type: ignore[no-any-return]
            "method": request.method,
            "host": request.host,
            "path": path,
            "status": request.status,
            "body": _decoded(request.body),
        })  # fmt: skip

    def _remember(self, arguments: Mapping[str, Any]) -> None:
        """A key that somebody typed is a secret too, wherever it is from and however they spelled its name."""
        keys = (value for name, value in arguments.items() if folded(name) == "writekey")
        self._secrets |= {key.strip() for key in keys if isinstance(key, str) and recognised(key)}


def told(exchange: Exchange) -> Iterator[str]:
    """The exchange as lines for a person."""
    yield "Arguments"
    yield indented(json_text(exchange.arguments))
    yield "Requests" if exchange.requests else "Requests: no request left the process"
    for request in exchange.requests:
        yield indented(request_line(request))
        if request["body"] is not None:
            yield indented(json_text(request["body"]))
    word = "successful" if exchange.successful else "failed"
    yield f"Envelope: {paint(word, word)}"
    yield indented(json_text(exchange.envelope))
    for event in exchange.stored:
        yield f"Stored   {event_line(event)}"
    for record in exchange.dropped:
        yield f"Dropped  {dropped_line(record)}"


def request_line(request: Mapping[str, Any]) -> str:
    """`POST api.segment.io/v1/track -> 200`."""
    status = request["status"] if request["status"] is not None else "no answer"
    return printable(f"{request['method']} {request['host']}{request['path']} -> {status}")


def event_line(event: Mapping[str, Any]) -> str:
    """`track "Signed Up" of user-42`."""
    name = event.get("event") or event.get("name") or event.get("groupId") or event.get("previousId")
    quoted = f" {json_text(name, compact=True)}" if name else ""
    person = event.get("userId") or event.get("anonymousId") or "nobody"
    return printable(f"{event.get('type', 'event')}{quoted} of {person}")


def dropped_line(record: Mapping[str, Any]) -> str:
    """`no_user_anon_id: track "Signed Up" of nobody`."""
    return f"{record['reason']}: {event_line(record['event'])}"


def _decoded(body: bytes) -> Any:
    if not body:
        return None
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")
