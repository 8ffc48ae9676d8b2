"""The ASGI application: reads a request once, plays faults, finds the API, records, answers.

Plain ASGI and nothing that ever waits, except for the server's own receive and send, and for slow faults: the
in-process transport drives this code without an event loop, and lets time pass itself.
"""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from segment_toolkit.sandbox.backend import Backend
from segment_toolkit.sandbox.control import control, is_control
from segment_toolkit.sandbox.faults import Fault, as_error
from segment_toolkit.sandbox.faults.line import announce_and_hang_up, line_of
from segment_toolkit.sandbox.faults.play import Encounter, play
from segment_toolkit.sandbox.hosts import Region
from segment_toolkit.sandbox.recording import RecordedRequest, raw_path, read
from segment_toolkit.sandbox.services import Services


class FrontDoor:
    """Both APIs behind one door, told apart by host name and path."""

    def __init__(self, backend: Backend, *, hang_up: bool = False, region: Region | None = None) -> None:
        """Serve a backend. With `hang_up` an injected error breaks the connection off instead of being raised.

        `region` is the one that hosts of no region, loopback say, stand for; None for both.
        """
        self._backend = backend
        self._hang_up = hang_up
        self._services = Services(backend, region)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one ASGI connection. Raises Closed, and the errors that were injected."""
        if scope["type"] != "http":
            # WebSockets and the lifespan protocol are not spoken here.
            return
        self._backend.check_open()
        request = await read(scope, receive)
        if is_control(request):
            await control(self._backend, request)(scope, receive, send)
            return
        fault = self._backend.faults.take(request)
        if fault is None:
            await self._process(request, scope, self._recording(request, send))
        elif fault.error is not None:
            await self._break(fault, as_error(fault.error), request, scope, send)
        else:
            await play(fault, self._encounter(request, scope, receive, send))

    def at_once(self, request: RecordedRequest) -> Response | None:
        """Answer a request to the Tracking API without ASGI around it; None for any other, and where faults are about.

        Does the same as `__call__`, for clients in this process. Raises Closed.
        """
        if request.method != "POST" or not request.path.startswith("/v1/") or self._backend.faults:
            return None
        self._backend.check_open()
        answer = self._services.events(request)
        if answer is not None:
            self._backend.record(replace(request, status=answer.status_code))
        return answer

    async def _process(self, request: RecordedRequest, scope: Scope, send: Send) -> None:
        await self._services.answering(request)(
            {**scope, "path": raw_path(scope), "root_path": ""}, _replay(request.body), send
        )

    async def _break(self, fault: Fault, error: Exception, request: RecordedRequest, scope: Scope, send: Send) -> None:
        if fault.after:
            await self._process(request, scope, _nowhere)
        self._backend.record(request)
        if not self._hang_up:
            raise error
        await announce_and_hang_up(send)

    def _encounter(self, request: RecordedRequest, scope: Scope, receive: Receive, send: Send) -> Encounter:
        return Encounter(
            request=request,
            scope=scope,
            receive=receive,
            process=lambda to: self._process(request, scope, to),
            send=self._recording(request, send),
            lose=lambda: self._backend.record(request),
            line=line_of(scope, receive, send, hang_up=self._hang_up),
        )

    def _recording(self, request: RecordedRequest, send: Send) -> Send:
        """Record the request when its answer starts, so that whoever has the answer also finds the record."""

        async def record_and_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._backend.record(replace(request, status=message["status"]))
            await send(message)

        return record_and_send


def _replay(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _nowhere(message: Message) -> None:
    """Swallow an answer."""
