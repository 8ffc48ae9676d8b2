"""What a call would send and what it would affect, found out with nothing sent but reads.

The tool's own flow is run to its first write, which is shown instead of sent. Requests to the Tracking API go on: each
is taken for accepted, so that a batch in several bodies shows all of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, NamedTuple

from ..call.reading import only_reads
from ..credentials import Credentials
from ..errors import ToolkitError
from ..secrecy.redaction import mask, masked
from ..tool import Api, Effect, Impact, JsonObject, Request, Response, Tool
from ..transport.hosts import target

if TYPE_CHECKING:
    from ..call.run import Run

#: A body over so many bytes is shown in parts.
MOST_BODY_BYTES = 4_000
MOST_ITEMS = 3
MOST_CHARACTERS = 200
NOTE = "Nothing was sent. Ids and times that the toolkit makes itself will be others when the call runs."
NOTHING_TO_SHOW = "Nothing was sent. This tool runs a function of the host's, which was not called."
#: What Segment answers to events; here it only lets the flow go on to its next body.
_ACCEPTED = Response(200, {"success": True}, "preview")


class Preview(NamedTuple):
    """`data` is redacted; `override` says why a plain yes to the call is not enough, and is empty when it is."""

    data: JsonObject
    override: str


def preview_of(run: Run, tool: Tool[Any]) -> Generator[Request, Any, Preview]:
    """The requests of a call, and its impact. Raises what the call itself would raise before its first write."""
    requests = yield from _writes(run, tool)
    impact = yield from _impact(run, tool)
    data: JsonObject = {"requests": requests}
    if impact is not None:
        data["affects"] = _worded(impact.facts, run.redactor.prose)
    data["can_be_undone"] = bool(tool.undo)
    if tool.undo:
        data["undo"] = tool.undo
    return Preview(run.redactor.data(masked(data)), run.redactor.text(impact.override) if impact else "")


def _writes(run: Run, tool: Tool[Any]) -> Generator[Request, Any, list[JsonObject]]:
    found: list[JsonObject] = []
    if tool.api is None:
        return found  # what a host's function does is its own affair
    flow = tool.run(run.arguments)
    try:
        wanted = next(flow)
        while True:
            if wanted.method == "GET":
                try:
                    answer = yield wanted
                except Exception as error:  # noqa: BLE001 - handed on to the flow, which decides
                    wanted = flow.throw(error)
                else:
                    wanted = flow.send(answer)
                continue
            found.append(_shown(wanted, run))
            if wanted.api is not Api.TRACKING:
                return found
            wanted = flow.send(_ACCEPTED)
    except StopIteration:
        return found
    finally:
        flow.close()


def _impact(run: Run, tool: Tool[Any]) -> Generator[Request, Any, Impact | None]:
    """What the tool says about it; where that fails as a whole, a destructive call needs an override."""
    if tool.impact is None:
        return None
    try:
        return (yield from only_reads(tool.impact(run.arguments)))
    except ToolkitError as error:
        unknown = f"what it would affect is unknown: {error.message}"
        return Impact({"unknown": error.message}, unknown if tool.effect is Effect.DESTRUCTIVE else "")


def _worded(value: Any, prose: Callable[[str], str]) -> Any:
    """Facts with their texts as `prose` leaves them: people wrote those, and a key may stand in a name."""
    if isinstance(value, dict):
        return {name: _worded(member, prose) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_worded(item, prose) for item in value]
    return prose(value) if isinstance(value, str) else value


def _shown(request: Request, run: Run) -> JsonObject:
    """The request. A model may have put a write key where an id belongs, so no word of a key's form is in its path."""
    credentials, prose = run.credentials, run.redactor.prose
    shown: JsonObject = {"method": request.method, "path": prose(request.path)}
    try:
        shown["url"] = prose(target(request, credentials).url)
    except ToolkitError as error:
        shown["cannot_be_sent"] = error.text
    if request.api is Api.TRACKING:
        shown["source"] = _source(request, credentials)
    if request.body is not None:
        shown["body"] = _body(request.body)
        shown["bytes"] = len(request.body)
    return shown


def _source(request: Request, credentials: Credentials) -> str:
    """The name of the configured source that an event goes to, or its key, masked."""
    try:
        key = credentials.key_for(request.write_key)
    except ToolkitError:
        key = None
    name = next((name for name, held in credentials.write_keys.items() if held == key), None)
    return name or (mask(key) if key else "unknown")


def _body(body: bytes) -> Any:
    value = json.loads(body)
    return value if len(body) <= MOST_BODY_BYTES else _summarised(value)


def _summarised(value: Any) -> Any:
    """The first items of lists and the beginnings of texts, with how much there is in all."""
    if isinstance(value, dict):
        return {key: _summarised(member) for key, member in value.items()}
    if isinstance(value, list):
        shown = [_summarised(item) for item in value[:MOST_ITEMS]]
        return [*shown, f"… and {len(value) - MOST_ITEMS:,} more"] if len(value) > MOST_ITEMS else shown
    if isinstance(value, str) and len(value) > MOST_CHARACTERS:
        return f"{value[:MOST_CHARACTERS]}… ({len(value):,} characters)"
    return value
