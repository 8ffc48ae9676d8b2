"""One HTTP exchange over httpx, sync and async.

The default way is httpx's own transport, given prepared requests: it skips what `httpx.Client` adds for
browsers (cookies, redirects, auth flows, URL merging) and costs a third less a call (`benchmarks/dispatch.py`).
A client of the host's, or a proxy in the environment, goes through `httpx.Client`, which knows about those.
"""

from __future__ import annotations

import asyncio
import logging
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import httpx

from ..errors import InternalError, InvalidArguments, Problem, ToolkitError, TransportError
from .answers import UNKNOWN, Answer, read
from .connections import LIMITS, MOST, Connections, Given, Transport
from .hosts import headers, target

if TYPE_CHECKING:
    from ..credentials import Credentials
    from ..secrecy.redaction import Redactor
    from ..tool import Request, Response

#: Certainly nothing was sent: the connection was never made, or never given to us.
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)

AsyncTransport = httpx.AsyncBaseTransport | httpx.AsyncClient

#: An event loop's pool. No connection is closed for being idle among many: one may be chosen for a request already.
_SHARED = httpx.Limits(max_connections=MOST, max_keepalive_connections=MOST)


class Wire(NamedTuple):
    """A request as it goes to one host with one credential, and what is needed to read its answer."""

    request: Request
    url: httpx.URL
    host: str
    authorization: str
    headers: list[tuple[bytes, bytes]]
    content: bytes
    redactor: Redactor

    def __repr__(self) -> str:  # no URL, no header, no body: secrets travel in all three
        return f"<Wire of {self.request!r} to {self.host}>"


#: Seconds for `connect`, `read`, `write` and `pool`, as httpx names them; `total` is what is left for all of them.
Phases = Mapping[str, float]


class Sender:
    """Sends requests with credentials. Thread-safe, as httpx's transports and clients are."""

    def __init__(self, transport: Transport | None = None) -> None:
        self._owned = transport is None
        self._connections = Connections(_maker()) if transport is None else Given(transport)
        self._urls = _Urls()

    def prepare(self, request: Request, credentials: Credentials) -> Wire:
        """The request for the wire. Raises what `hosts.target` raises, or InvalidArguments."""
        return _wire(request, credentials, self._urls)

    def exchange(self, wire: Wire, phases: Phases) -> Response:
        """Send once; no phase lasts longer than given. Raises TransportError, or UpstreamError and its kinds."""
        with _network_errors(wire):
            transport = self._connections.lend(phases["pool"])
        try:
            return self._sent(transport, wire, phases)
        finally:
            self._connections.back(transport)

    def _sent(self, transport: Transport, wire: Wire, phases: Phases) -> Response:
        with _network_errors(wire):
            if isinstance(transport, httpx.Client):
                _check_open(transport, wire)
                limits = phases if self._owned else _clients_own(transport, phases)
                answer = transport.send(_of_client(transport, wire, limits), auth=None, follow_redirects=False)
            else:
                answer = transport.handle_request(_made(wire, wire.headers, phases))
            try:
                body = _whole(answer) or answer.read()
            except BaseException:  # it cannot be read, or the thread is interrupted: the pool needs it back
                answer.close()
                raise
        return read(wire.request, Answer(answer.status_code, answer.headers, body, wire.host, wire.redactor))

    def close(self) -> None:
        """Close the connections, unless the host gave us the client."""
        self._connections.close()


class AsyncSender:
    """`Sender`, awaiting. Connections belong to an event loop, so each loop gets its own."""

    def __init__(self, transport: AsyncTransport | None = None) -> None:
        self._given = transport
        self._made: WeakKeyDictionary[asyncio.AbstractEventLoop, _Pool] = WeakKeyDictionary()
        self._urls = _Urls()

    def prepare(self, request: Request, credentials: Credentials) -> Wire:
        return _wire(request, credentials, self._urls)

    async def exchange(self, wire: Wire, phases: Phases) -> Response:
        if self._given is not None:
            return await self._sent(self._given, wire, phases)
        pool = self._of_this_loop()
        with _network_errors(wire):
            await _turn(pool.turns, phases["pool"])
        try:
            return await self._sent(pool.transport, wire, phases)
        finally:
            pool.turns.release()

    async def _sent(self, transport: AsyncTransport, wire: Wire, phases: Phases) -> Response:
        with _network_errors(wire):
            if isinstance(transport, httpx.AsyncClient):
                _check_open(transport, wire)
                limits = phases if self._given is None else _clients_own(transport, phases)
                outgoing = _of_client(transport, wire, limits)
                answer = await transport.send(outgoing, auth=None, follow_redirects=False)
            else:
                answer = await transport.handle_async_request(_made(wire, wire.headers, phases))
            try:
                body = _whole(answer) or await answer.aread()
            except BaseException:
                await answer.aclose()
                raise
        return read(wire.request, Answer(answer.status_code, answer.headers, body, wire.host, wire.redactor))

    def _of_this_loop(self) -> _Pool:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            hint = "Nothing was sent. The host must call it from asyncio (trio is not supported)."
            raise InternalError("AsyncSegmentToolkit runs on asyncio's event loops only.", hint=hint) from None
        found = self._made.get(loop)
        if found is None:
            transport: AsyncTransport = httpx.AsyncHTTPTransport(limits=_SHARED)
            if _proxied():
                transport = httpx.AsyncClient(mounts=_direct(), cookies=_no_cookies(), limits=_SHARED)
            found = _Pool(transport, asyncio.Semaphore(MOST))
            self._made[loop] = found
        return found

    async def close(self) -> None:
        """Close this loop's connections; those of a loop that has ended went with it."""
        made = self._made.pop(asyncio.get_running_loop(), None)
        if made is not None:
            await made.transport.aclose()


class _Pool(NamedTuple):
    """The connections of one event loop, and the turns in which requests enter it.

    Of requests that queue inside httpx's pool, every one is compared with every connection each time a request begins
    or ends: 1,000 tasks kept a processor busy for two minutes, and timed out.
    """

    transport: AsyncTransport
    turns: asyncio.Semaphore


async def _turn(turns: asyncio.Semaphore, seconds: float) -> None:
    """Wait for a turn, as long as for a free connection. Raises PoolTimeout."""
    if not turns.locked():  # the usual case, which should not cost a timer
        await turns.acquire()
        return
    try:
        async with asyncio.timeout(seconds):
            await turns.acquire()
    except TimeoutError:
        raise httpx.PoolTimeout("no turn in time") from None


def _whole(answer: httpx.Response) -> bytes:
    """The body of an answer that never was on a wire, without httpx's way of reading one; else nothing."""
    if type(answer.stream) is not httpx.ByteStream or "content-encoding" in answer.headers:
        return b""
    return b"".join(answer.stream)


class _Urls:
    """Parsed URLs of the paths that repeat (one for each event type); parsing one costs more than sending it saves."""

    def __init__(self) -> None:
        self._parsed: dict[str, tuple[httpx.URL, bytes, str]] = {}

    def parsed(self, url: str) -> tuple[httpx.URL, bytes, str]:
        """The URL, the value of its Host header, and the host's name."""
        found = self._parsed.get(url)
        if found is None:
            parsed = httpx.URL(url)
            found = parsed, urlsplit(url).netloc.encode("ascii"), parsed.host
            if len(self._parsed) < 100:  # ids and cursors make paths without number
                self._parsed[url] = found
        return found


def _wire(request: Request, credentials: Credentials, urls: _Urls) -> Wire:
    try:
        base, authorization = target(request, credentials)
        url, netloc, host = urls.parsed(base)
    except (httpx.InvalidURL, UnicodeError):
        raise InvalidArguments(
            [Problem("", "an argument that goes into the URL is too long or not valid text")]
        ) from None
    sent = headers(request, netloc, authorization)
    return Wire(request, url, host, authorization, sent, request.body or b"", credentials.redactor)


class _HiddenPath(httpx.URL):
    """A URL that keeps its path to itself when written out: httpx's client logs URLs, and a write key is in it."""

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}/[redacted]"

    __repr__ = __str__


def _of_client(client: httpx.Client | httpx.AsyncClient, wire: Wire, phases: Phases) -> httpx.Request:
    """The request with the client's own defaults, as its `build_request` makes it, but for the merging of URLs."""
    if client.params or client.cookies:
        request, url = wire.request, wire.url
        outgoing = client.build_request(
            request.method, url, headers=wire.headers, content=wire.content, extensions={"timeout": phases}
        )
    else:
        ours = {name for name, _ in wire.headers}
        defaults = [header for header in client.headers.raw if header[0].lower() not in ours]
        outgoing = _made(wire, [*wire.headers, *defaults], phases)
    if wire.request.secret_path:
        outgoing.url = _HiddenPath(outgoing.url)
    return outgoing


def _check_open(client: httpx.Client | httpx.AsyncClient, wire: Wire) -> None:
    """httpx would raise what looks like a bug after the request was sent. Raises TransportError."""
    if client.is_closed:
        hint = "Nothing was sent. The host closed it, or the toolkit, while it was in use."
        closed = TransportError("The HTTP client is closed.", sent=False, host=wire.host, hint=hint)
        closed.code, closed.retryable = "internal", False
        raise closed


def _clients_own(client: httpx.Client | httpx.AsyncClient, phases: Phases) -> Phases:
    """The limits that a host gave its client, but none longer than what is left of the call."""
    total = phases["total"]
    own = client.timeout.as_dict()
    return {name: total if seconds is None else min(seconds, total) for name, seconds in own.items()}


def _made(wire: Wire, headers: list[tuple[bytes, bytes]], phases: Phases) -> httpx.Request:
    body = httpx.ByteStream(wire.content)
    return httpx.Request(wire.request.method, wire.url, headers=headers, stream=body, extensions={"timeout": phases})


@contextmanager
def _network_errors(wire: Wire) -> Iterator[None]:
    """httpx's errors as ours: whether the request left decides what may be done next. httpx's text is not quoted."""
    host = wire.host
    try:
        yield
    except ToolkitError:
        raise
    except (httpx.HTTPError, httpx.StreamError, OSError) as error:
        kind = type(error).__name__
        if isinstance(error, _UNSENT):
            hint = "Nothing was sent; try again later."
            unsent = TransportError(f"No connection to {host} ({kind}).", sent=False, host=host, hint=hint)
            unsent.congested = isinstance(error, httpx.PoolTimeout)
            raise unsent from None
        read_only = wire.request.method == "GET"
        hint = "Try again." if read_only else UNKNOWN
        lost = TransportError(f"No answer from {host} ({kind}).", sent=True, host=host, hint=hint)
        lost.retryable = read_only
        raise lost from None
    except Exception as error:  # noqa: BLE001 - a transport of the host's may raise anything; the tool must know it was sent
        logging.getLogger("segment_toolkit").error("the transport raised %s", type(error).__name__)
        fault = TransportError(f"The HTTP client failed ({type(error).__name__}).", sent=True, host=host, hint=UNKNOWN)
        fault.code = "internal"
        raise fault from None


def _maker() -> Callable[[], Transport]:
    """What makes a transport. They share what is slow to make: the certificates."""
    context = httpx.create_ssl_context()
    if _proxied():
        return lambda: httpx.Client(verify=context, mounts=_direct(), cookies=_no_cookies(), limits=LIMITS)
    return lambda: httpx.HTTPTransport(verify=context, limits=LIMITS)


def _proxied() -> bool:
    return bool(urllib.request.getproxies().keys() - {"no"})


def _no_cookies() -> CookieJar:
    """A jar that takes none: a cookie set for one account would go along with the next one's requests."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=()))


def _direct() -> dict[str, None]:
    """Loopback is never asked of a proxy: a sandbox served there is not the proxy's."""
    return dict.fromkeys(("all://localhost", "all://127.0.0.1", "all://[::1]"))
