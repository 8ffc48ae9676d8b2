"""What the caller of the Tracking API sees: 200, or one of very few refusals.

Sources: Segment HTTP Tracking API docs, "Authentication", "Max request size", "Errors"; third-party
observation of the real endpoint for the bodies. The bodies of the size refusal and of an unknown path are
assumed.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import PlainTextResponse, Response

from segment_toolkit.sandbox import wire
from segment_toolkit.sandbox.backend import Backend
from segment_toolkit.sandbox.hosts import Region
from segment_toolkit.sandbox.pipeline.messages import BATCH_CALLS, SINGLE_CALLS, unpack
from segment_toolkit.sandbox.pipeline.routes import Route
from segment_toolkit.sandbox.rate_limits import TrackingCalls
from segment_toolkit.sandbox.recording import RecordedRequest
from segment_toolkit.sandbox.tracking_api import browser
from segment_toolkit.sandbox.wire import Json, JsonAnswer

# "KB" is not defined anywhere; 1,024 is assumed, and sizes are taken after unzipping (assumed).
MAX_EVENT_BYTES = 32 * 1024
MAX_BATCH_BYTES = 500 * 1024


class Refused(Exception):
    """The edge refuses the request with this response."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


@dataclass(frozen=True)
class Admitted:
    """A request that the edge lets through."""

    call: str
    document: Json
    write_key: str


def answer(backend: Backend, request: RecordedRequest, region: Region | None) -> Response:
    """Answer a request to `/v1/{call}` of a region; None stands for all regions."""
    answered = browser.leave(request) if browser.is_preflight(request) else _answer(backend, request, region)
    return browser.shown_to_page(request, answered)


def _answer(backend: Backend, request: RecordedRequest, region: Region | None) -> Response:
    if request.path == browser.METRICS and request.method == "POST":
        return JsonAnswer({"success": True})
    try:
        admitted = _admit(request)
    except Refused as refused:
        return refused.response
    with backend.entrance():
        now = backend.clock()
        route = backend.pipeline.routes.of_key(admitted.write_key)
        # A key of the other region: the docs say both "rejected" and "might not see any errors"; 200 and a silent
        # drop is assumed, as for any key that the region does not know.
        if route is not None and region not in (None, route.workspace.region):
            route = None
        refusal = None if route is None else _refusal(backend, request, route, now)
        if refusal is not None:
            return refusal
        messages = unpack(admitted.call, admitted.document)
        backend.ingest(route, messages, now, single=admitted.call in SINGLE_CALLS)
    return JsonAnswer({"success": True})


def _refusal(backend: Backend, request: RecordedRequest, route: Route, now: datetime) -> Response | None:
    """Refuse a call over the rate limit, or without the token that its source asks for."""
    over = backend.limiter.take(TrackingCalls(route.workspace.id), now)
    if over is not None:
        # The body is assumed to look like that of the 400s.
        body = {"success": False, "message": "Too many requests", "code": "rate_limited"}
        return JsonAnswer(body, 429, headers=over.headers())
    app_id = route.source.oauth_app_id
    if app_id is None:
        return None
    given = request.headers.get("authorization", "")
    without_token = backend.tokens.refusal(given, app_id, route.workspace.region, now)
    return None if without_token is None else without_token.response()


def _admit(request: RecordedRequest) -> Admitted:
    name = request.path.removeprefix("/v1/")
    call = browser.SHORT.get(name, name)
    if call not in SINGLE_CALLS + BATCH_CALLS:
        raise Refused(PlainTextResponse("Not Found", 404))
    document = _document(request, call)
    write_key = _key(document.get("writeKey")) or _basic_user(request.headers.get("authorization", ""))
    if not write_key:
        raise _bad_request("An invalid write key was provided")
    return Admitted(call, document, write_key)


def _document(request: RecordedRequest, call: str) -> Json:
    # Other methods were seen to get the answer of an empty body, not 405.
    if request.method != "POST":
        raise _bad_request("malformed JSON")
    limit = MAX_BATCH_BYTES if call in BATCH_CALLS else MAX_EVENT_BYTES
    try:
        body = request.unzipped(limit + 1)
        document = wire.decode(body) if len(body) <= limit else None
    except wire.Malformed:
        raise _bad_request("malformed JSON") from None
    if len(body) > limit:
        raise _too_large(call)
    if not isinstance(document, dict):
        raise _bad_request("malformed JSON")
    return document


def _too_large(call: str) -> Refused:
    # The plain text is what users reported for batches; for single events only the message is known.
    if call in BATCH_CALLS:
        return Refused(PlainTextResponse("Bad Request", 400))
    return _bad_request("Exceed payload limit")


def _bad_request(message: str) -> Refused:
    return Refused(JsonAnswer({"success": False, "message": message, "code": "invalid_request"}, 400))


def _key(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _basic_user(authorization: str) -> str:
    """Return the user name of Basic credentials; a missing colon is tolerated, as the docs say it is."""
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        decoded = base64.b64decode(credentials.strip().encode("utf-8", "replace")).decode("utf-8", "replace")
    except binascii.Error:
        return ""
    return _key(decoded.partition(":")[0])
