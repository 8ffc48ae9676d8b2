"""Finds the control endpoint of a request."""

from __future__ import annotations

from starlette.responses import Response

from segment_toolkit.sandbox.backend import Backend
from segment_toolkit.sandbox.control.answers import Refusal
from segment_toolkit.sandbox.control.guard import guard
from segment_toolkit.sandbox.control.routes import ROUTES, Endpoint
from segment_toolkit.sandbox.hosts import locate
from segment_toolkit.sandbox.recording import CONTROL, RecordedRequest


def is_control(request: RecordedRequest) -> bool:
    """Tell whether a request is meant for the sandbox itself; at Segment's host names it is Segment's business."""
    return request.path.startswith(CONTROL) and locate(request.host).api == "any"


def control(backend: Backend, request: RecordedRequest) -> Response:
    """Answer a control request. Never raises for anything that the request holds."""
    try:
        guard(request)
        endpoint, name = _find(request)
        return endpoint(backend, request, name)
    except Refusal as refusal:
        return refusal.answer()


def _find(request: RecordedRequest) -> tuple[Endpoint, str]:
    collection, _, name = request.path.removeprefix(CONTROL).partition("/")
    path = f"{collection}/{{id}}" if name else collection
    methods = {method: endpoint for (method, at), endpoint in ROUTES.items() if at == path}
    if not methods:
        raise Refusal(404, f"no such control endpoint; there are: {', '.join(_paths())}")
    if request.method not in methods:
        raise Refusal(405, f"this endpoint takes {' and '.join(methods)}")
    return methods[request.method], name


def _paths() -> list[str]:
    return [f"{method} {CONTROL}{path}" for method, path in ROUTES]
