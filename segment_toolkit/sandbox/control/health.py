"""`/_sandbox/health`: is it up, and which region is it."""

from __future__ import annotations

from starlette.responses import Response

from segment_toolkit.sandbox.backend import Backend
from segment_toolkit.sandbox.recording import RecordedRequest
from segment_toolkit.sandbox.wire import JsonAnswer


def show(backend: Backend, _request: RecordedRequest, _name: str) -> Response:
    """Answer `{"status": "ok", "region": "us" or "eu"}`."""
    return JsonAnswer({"status": "ok", "region": backend.home.region})
