"""One HTTP exchange over httpx, sync and async.

The default way is httpx's own pooled transport, given prepared requests: it skips what `httpx.Client` adds for
browsers (cookies, redirects, auth flows, URL merging) and costs a third less a call (`benchmarks/dispatch.py`).
A client of the host's, or a proxy in the environment, goes through `httpx.Client`, which knows about those.
"""

from __future__ import annotations

import asyncio
import logging
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import httpx

from ..errors import InvalidArguments, Problem, TransportError
from .answers import UNKNOWN, Answer, read
from .hosts import headers, target

if TYPE_CHECKING:
    from ..credentials import Credentials
    from ..tool import Request, Response

#: Certainly nothing was sent: the connection was never made, or never given to us.
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)

Transport = httpx.BaseTransport | httpx.Client
AsyncTransport = httpx.AsyncBaseTransport | httpx.AsyncClient


class Sender:
    """Sends requests with credentials. Thread-safe, as httpx's transports and clients are."""

    def __init__(self, transport: Transport | None = None, *, timeout: float = 30.0) -> None:
        """`timeout` is in seconds, for each phase: connect, send, read, and waiting for a free connection."""
        self._owned = transport is None
        self._transport = transport or (
            httpx.Client(timeout=timeout, mounts=_direct()) if _proxied() else httpx.HTTPTransport()
        )
        self._timeout = timeout
        self._urls = _Urls()

    def send(self, request: Request, credentials: Credentials) -> Response:
        """Send once. Raises TransportError, UpstreamError and its kinds, or what `hosts.target` raises."""
        wire = _wire(request, credentials, self._urls)
        with _network_errors(request, wire.url.host):
            if isinstance(self._transport, httpx.Client):
                outgoing = _of_client(self._transport, request, wire)
                answer = self._transport.send(outgoing, auth=None, follow_redirects=False)
            else:
                answer = self._transport.handle_request(_prepared(wire, self._timeout))
            body = answer.read()
        return read(request, Answer(answer.status_code, answer.headers, body, wire.url.host, credentials.redactor))

    def close(self) -> None:
        """Close the connections, unless the host gave us the client."""
        if self._owned:
            self._transport.close()


class AsyncSender:
    """`Sender`, awaiting. Connections belong to an event loop, so each loop gets its own."""

    def __init__(self, transport: AsyncTransport | None = None, *, timeout: float = 30.0) -> None:
        self._given = transport
        self._made: WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncTransport] = WeakKeyDictionary()
        self._timeout = timeout
        self._urls = _Urls()

    async def send(self, request: Request, credentials: Credentials) -> Response:
        wire = _wire(request, credentials, self._urls)
        transport = self._given or self._of_this_loop()
        with _network_errors(request, wire.url.host):
            if isinstance(transport, httpx.AsyncClient):
                outgoing = _of_client(transport, request, wire)
                answer = await transport.send(outgoing, auth=None, follow_redirects=False)
            else:
                answer = await transport.handle_async_request(_prepared(wire, self._timeout))
            body = await answer.aread()
        return read(request, Answer(answer.status_code, answer.headers, body, wire.url.host, credentials.redactor))

    def _of_this_loop(self) -> AsyncTransport:
        loop = asyncio.get_running_loop()
        found = self._made.get(loop)
        if found is None:
            proxied = httpx.AsyncClient(timeout=self._timeout, mounts=_direct()) if _proxied() else None
            found = proxied or httpx.AsyncHTTPTransport()
            self._made[loop] = found
        return found

    async def close(self) -> None:
        """Close this loop's connections; those of a loop that has ended went with it."""
        made = self._made.pop(asyncio.get_running_loop(), None)
        if made is not None:
            await made.aclose()


class _Urls:
    """Parsed URLs of the paths that repeat (one for each event type); parsing one costs more than sending it saves."""

    def __init__(self) -> None:
        self._parsed: dict[str, tuple[httpx.URL, bytes]] = {}

    def parsed(self, url: str) -> tuple[httpx.URL, bytes]:
        """The URL and the value of its Host header."""
        found = self._parsed.get(url)
        if found is None:
            found = httpx.URL(url), urlsplit(url).netloc.encode("ascii")
            if len(self._parsed) < 100:  # ids and cursors make paths without number
                self._parsed[url] = found
        return found


class _Wire(NamedTuple):
    """A request as httpx takes it. A client adds its own defaults (headers, timeouts, hooks), but not its auth."""

    method: str
    url: httpx.URL
    headers: list[tuple[bytes, bytes]]
    content: bytes


def _wire(request: Request, credentials: Credentials, urls: _Urls) -> _Wire:
    try:
        where = target(request, credentials)
        url, host = urls.parsed(where.url)
    except (httpx.InvalidURL, UnicodeError):
        raise InvalidArguments(
            [Problem("", "an argument that goes into the URL is too long or not valid text")]
        ) from None
    return _Wire(request.method, url, headers(request, host, where.authorization), request.body or b"")


class _HiddenPath(httpx.URL):
    """A URL that keeps its path to itself when written out: httpx's client logs URLs, and a write key is in it."""

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}/[redacted]"

    __repr__ = __str__


def _of_client(client: httpx.Client | httpx.AsyncClient, request: Request, wire: _Wire) -> httpx.Request:
    """The request with the client's own defaults, as its `build_request` makes it, but for the merging of URLs."""
    if client.params or client.cookies:
        outgoing = client.build_request(**wire._asdict())
    else:
        ours = {name for name, _ in wire.headers}
        defaults = [header for header in client.headers.raw if header[0].lower() not in ours]
        outgoing = _made(wire, [*wire.headers, *defaults], client.timeout.as_dict())
    if request.secret_path:
        outgoing.url = _HiddenPath(outgoing.url)
    return outgoing


def _prepared(wire: _Wire, timeout: float) -> httpx.Request:
    """The request with nothing left to work out: for a transport, which adds nothing."""
    return _made(wire, wire.headers, {"connect": timeout, "read": timeout, "write": timeout, "pool": timeout})


def _made(wire: _Wire, headers: list[tuple[bytes, bytes]], phases: dict[str, float | None]) -> httpx.Request:
    body = httpx.ByteStream(wire.content)
    return httpx.Request(wire.method, wire.url, headers=headers, stream=body, extensions={"timeout": phases})


@contextmanager
def _network_errors(request: Request, host: str) -> Iterator[None]:
    """httpx's errors as ours: whether the request left decides what may be done next. httpx's text is not quoted."""
    try:
        yield
    except (httpx.HTTPError, httpx.StreamError, OSError) as error:
        kind = type(error).__name__
        if isinstance(error, _UNSENT):
            hint = "Nothing was sent; try again later."
            raise TransportError(f"No connection to {host} ({kind}).", sent=False, host=host, hint=hint) from None
        read_only = request.method == "GET"
        hint = "Try again." if read_only else UNKNOWN
        lost = TransportError(f"No answer from {host} ({kind}).", sent=True, host=host, hint=hint)
        lost.retryable = read_only
        raise lost from None
    except Exception as error:  # noqa: BLE001 - a transport of the host's may raise anything; the tool must know it was sent
        logging.getLogger("segment_toolkit").error("the transport raised %s", type(error).__name__)
        fault = TransportError(f"The HTTP client failed ({type(error).__name__}).", sent=True, host=host, hint=UNKNOWN)
        fault.code = "internal"
        raise fault from None


def _proxied() -> bool:
    return bool(urllib.request.getproxies().keys() - {"no"})


def _direct() -> dict[str, None]:
    """Loopback is never asked of a proxy: a sandbox served there is not the proxy's."""
    return dict.fromkeys(("all://localhost", "all://127.0.0.1", "all://[::1]"))
