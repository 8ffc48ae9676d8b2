"""`/_sandbox/events`, `dropped`, `requests`, `totals`, `clock`, `reset`, `snapshot`: what `Sandbox` gives in Python."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import TypeVar
from urllib.parse import parse_qsl

from starlette.responses import Response

from segment_toolkit.sandbox import wire
from segment_toolkit.sandbox.backend import Backend
from segment_toolkit.sandbox.control.answers import Refusal
from segment_toolkit.sandbox.instants import format_instant
from segment_toolkit.sandbox.recording import RecordedRequest
from segment_toolkit.sandbox.store.database import Unusable
from segment_toolkit.sandbox.wire import Json, JsonAnswer
from segment_toolkit.sandbox.workspace import Workspace

_T = TypeVar("_T")

_DEFAULT_COUNT, _MAX_COUNT = 100, 10_000


def events(backend: Backend, request: RecordedRequest, _name: str) -> Response:
    """Answer `{"events", "total"}` ? workspace (its slug), start, count: what a workspace took in, oldest first."""
    with backend.lock:
        workspace = _workspace(backend, request)
        journal = backend.store.journal
        found = _window(request, journal.events(workspace.id))
        return JsonAnswer({"events": found, "total": journal.count(workspace.id)})


def dropped(backend: Backend, request: RecordedRequest, _name: str) -> Response:
    """Answer `{"dropped": [{"reason", "event"}]}` ? workspace, start, count: with those that nobody owns."""
    with backend.lock:
        found = backend.store.journal.dropped(_workspace(backend, request).id)
        return JsonAnswer({"dropped": _window(request, found)})


def requests(backend: Backend, request: RecordedRequest, _name: str) -> Response:
    """Answer `{"requests": [{"method", "host", "path", "status", "bytes"}], "total"}` ? start, count.

    Neither headers nor bodies: they hold keys. So may a path, of which nothing but the start is shown then.
    """
    with backend.lock:
        shown = [_line(item) for item in _window(request, backend.requests)]
        return JsonAnswer({"requests": shown, "total": len(backend.requests)})


def totals(backend: Backend, request: RecordedRequest, _name: str) -> Response:
    """Answer `{"totals": [{"sourceId", "destinationId", "step", "count"}]}` ? workspace: over all time."""
    with backend.lock:
        sources = _workspace(backend, request).sources
        rows = backend.store.ledger.totals().items()
        names = ("sourceId", "destinationId", "step")
        found = [{**dict(zip(names, key, strict=True)), "count": count} for key, count in rows if key[0] in sources]
        return JsonAnswer({"totals": found})


def clock(backend: Backend, _request: RecordedRequest, _name: str) -> Response:
    """Answer `{"now": instant}`."""
    return JsonAnswer({"now": format_instant(backend.clock())})


def forward(backend: Backend, request: RecordedRequest, _name: str) -> Response:
    """Move the clock by `{"seconds": number}` and answer what it says then; 422 for going back."""
    document = _body(request)
    seconds = document.get("seconds")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise Refusal(422, "seconds must be a number, 0 or more", field="seconds")
    try:
        backend.forward(timedelta(seconds=seconds))
    except (ValueError, OverflowError):
        raise Refusal(422, "seconds must be 0 or more, and not beyond the year 9998", field="seconds") from None
    return clock(backend, request, "")


def reset(backend: Backend, _request: RecordedRequest, _name: str) -> Response:
    """Go back to the seeded state and answer `{"status": "ok"}`."""
    backend.reset()
    return JsonAnswer({"status": "ok"})


def snapshot(backend: Backend, _request: RecordedRequest, _name: str) -> Response:
    """Answer everything that is stored, as a SQLite file."""
    with backend.lock:
        return Response(backend.store.database.snapshot(), media_type="application/vnd.sqlite3")


def restore(backend: Backend, request: RecordedRequest, _name: str) -> Response:
    """Go back to a snapshot, the body, and answer `{"status": "ok"}`; 422 for what is none."""
    try:
        backend.restore(request.body)
    except Unusable:
        raise Refusal(422, "the body must be what GET /_sandbox/snapshot answered") from None
    return JsonAnswer({"status": "ok"})


def _line(item: RecordedRequest) -> Json:
    path, size = item.shown_path, len(item.body)
    return {"method": item.method, "host": item.host, "path": path, "status": item.status, "bytes": size}


def _workspace(backend: Backend, request: RecordedRequest) -> Workspace:
    slug = _query(request).get("workspace")
    if slug is None:
        return backend.home
    for workspace in backend.workspaces.values():
        if workspace.facts.slug == slug:
            return workspace
    known = ", ".join(workspace.facts.slug for workspace in backend.workspaces.values())
    raise Refusal(404, f"no workspace with this slug; there are: {known}", field="workspace")


def _window(request: RecordedRequest, found: Iterable[_T]) -> list[_T]:
    start, count = _number(request, "start", 0, 2**53), _number(request, "count", _DEFAULT_COUNT, _MAX_COUNT)
    return list(itertools.islice(found, start, start + count))


def _number(request: RecordedRequest, name: str, otherwise: int, most: int) -> int:
    text = _query(request).get(name)
    if text is None:
        return otherwise
    if not re.fullmatch("[0-9]{1,16}", text) or int(text) > most:
        raise Refusal(422, f"{name} must be a whole number from 0 to {most}", field=name)
    return int(text)


def _query(request: RecordedRequest) -> Mapping[str, str]:
    return dict(parse_qsl(request.query, keep_blank_values=True, errors="replace"))


def _body(request: RecordedRequest) -> Json:
    try:
        document = request.json()
    except wire.Malformed:
        document = None
    if not isinstance(document, dict):
        raise Refusal(400, "the body must be a JSON object")
    return document
