"""The ASGI application: reads a request once, plays faults, finds the API, records, answers.

Plain ASGI and nothing that ever waits, except for the server's own receive and send: the in-process transport
drives this code without an event loop.
"""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from segment_toolkit.sandbox.backend import Backend
from segment_toolkit.sandbox.faults import Fault, as_error
from segment_toolkit.sandbox.hosts import Site, locate
from segment_toolkit.sandbox.public_api.app import error_answer, is_authorised, public_api
from segment_toolkit.sandbox.public_api.errors import unauthorized
from segment_toolkit.sandbox.recording import RecordedRequest, raw_path, read
from segment_toolkit.sandbox.tracking_api import edge

# What the web app's host answers to an API call is not documented; a login page with status 200 is assumed.
_LOGIN_PAGE = "<!DOCTYPE html><html><head><title>Log in</title></head><body><h1>Log in to Segment</h1></body></html>"


class FrontDoor:
    """Both APIs behind one door, told apart by host name and path."""

    def __init__(self, backend: Backend, *, hang_up: bool = False) -> None:
        """Serve a backend. With `hang_up` an injected error breaks the connection off instead of being raised."""
        self._backend = backend
        self._hang_up = hang_up
        self._public_api = public_api(backend)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one ASGI connection."""
        if scope["type"] != "http":
            await self._public_api(scope, receive, send)
            return
        request = await read(scope, receive)
        fault = self._backend.faults.take(request)
        if fault is None:
            await self._process(request, scope, self._recording(request, send))
            return
        if fault.after:
            await self._process(request, scope, _nowhere)
        await self._play(fault, request, scope, send)

    async def _process(self, request: RecordedRequest, scope: Scope, send: Send) -> None:
        app = self._app_for(request)
        await app({**scope, "path": raw_path(scope), "root_path": ""}, _replay(request.body), send)

    def _app_for(self, request: RecordedRequest) -> ASGIApp:
        site = locate(request.host)
        home = site.region in (None, self._backend.region)
        if site.api == "app":
            return HTMLResponse(_LOGIN_PAGE)
        if _is_tracking(site, request.path):
            return self._track(request, home=home)
        with self._backend.lock:
            known = is_authorised(self._backend, request.headers.get("authorization", ""))
        # How a token fares at the other region's host is not documented; 401 is assumed.
        return self._public_api if home and known else error_answer(unauthorized())

    def _track(self, request: RecordedRequest, *, home: bool) -> Response:
        with self._backend.lock:
            return edge.answer(self._backend.workspace, request, home=home)

    async def _play(self, fault: Fault, request: RecordedRequest, scope: Scope, send: Send) -> None:
        if fault.error is None:
            await fault.response()(scope, _replay(b""), self._recording(request, send))
            return
        self._backend.record(request)
        if not self._hang_up:
            raise as_error(fault.error)
        # A body announced and never sent: the server closes the connection, and the client misses the answer.
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})

    def _recording(self, request: RecordedRequest, send: Send) -> Send:
        """Record the request when its answer starts, so that whoever has the answer also finds the record."""

        async def record_and_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._backend.record(replace(request, status=message["status"]))
            await send(message)

        return record_and_send


def _is_tracking(site: Site, path: str) -> bool:
    return site.api == "tracking" or (site.api == "any" and path.startswith("/v1/"))


def _replay(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _nowhere(message: Message) -> None:
    """Swallow an answer."""
