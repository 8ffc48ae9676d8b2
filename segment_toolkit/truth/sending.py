"""What a call of an event tool would send, found by running its flow without sending: no tool needs to be named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from ..credentials import Credentials
from ..errors import ToolkitError
from ..tool import Api, JsonObject, Request, Response, Tool
from .reading import Reading

_ACCEPTED = Response(200, {"success": True}, "nobody")
_SHARED = ("context", "integrations")


class Sending(NamedTuple):
    """The events of one request, in order, and the write key that they go with (None when none is configured).

    `batched` tells whether they stand in a `batch`, where an event has an index.
    """

    key: str | None
    events: list[JsonObject]
    batched: bool = False


def sendings(tool: Tool[Any], arguments: Any, credentials: Credentials) -> Reading[list[Sending]]:
    """What the call would send to the Tracking API. Only its GETs are performed. Raises what the flow raises."""
    return [
        _sending(credentials.key_for(request.write_key), json.loads(request.body or b"{}"))
        for request in (yield from _unsent(tool, arguments))
    ]


def _unsent(tool: Tool[Any], arguments: Any) -> Reading[list[Request]]:
    flow, found = tool.run(arguments), list[Request]()
    try:
        wanted = next(flow)
        while True:
            if wanted.api is Api.TRACKING:
                found.append(wanted)
                wanted = flow.send(_ACCEPTED)
            elif wanted.method == "GET":
                wanted = yield from _performed(flow, wanted)
            else:
                return found
    except StopIteration:
        return found
    finally:
        flow.close()


def _performed(flow: Any, wanted: Request) -> Reading[Any]:
    try:
        response = yield wanted
    except ToolkitError as error:
        return flow.throw(error)
    return flow.send(response)


def _sending(key: str | None, body: JsonObject) -> Sending:
    batched = isinstance(body.get("batch"), list)
    return Sending(key, list(_events(body)) if batched else [body], batched)


def _events(body: JsonObject) -> Iterator[JsonObject]:
    """The single events of a batch, with what it says for all of them; an event's own members win (assumed)."""
    shared = {name: body[name] for name in _SHARED if isinstance(body.get(name), dict)}
    for event in body["batch"]:
        yield {**event, **{name: {**members, **(event.get(name) or {})} for name, members in shared.items()}}
