"""Serves an MCP server: over stdio, or over streamable HTTP with a bearer token and checks of Host and Origin."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import uvicorn
from mcp.server.auth.provider import AccessToken
from mcp.server.auth.settings import AuthSettings
from mcp.server.transport_security import TransportSecuritySettings
from pydantic import AnyHttpUrl

from ..errors import InvalidParams
from ..sandbox.listening import base_url, listener
from .pipes import stdio

if TYPE_CHECKING:
    from mcp.server import Server
    from starlette.applications import Starlette

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_GRACE_SECONDS = 2
PATH = "/mcp"
#: A token that can be guessed is none.
SHORTEST_TOKEN = 16


@dataclass(frozen=True)
class Address:
    """Where HTTP is served and who may come: `names` and `origins` are allowed beside those of loopback."""

    host: str = "127.0.0.1"
    port: int = 8766
    token: str | None = field(default=None, repr=False)
    names: Sequence[str] = ()
    origins: Sequence[str] = ()

    @property
    def is_local(self) -> bool:
        return self.host in ("127.0.0.1", "localhost", "::1")

    def check(self) -> None:
        """Raises InvalidParams for an address that would hand the workspace to the network."""
        if self.token is not None and len(self.token) < SHORTEST_TOKEN:
            raise InvalidParams(f"The bearer token must have at least {SHORTEST_TOKEN} characters.")
        if self.token is None and not self.is_local:
            raise InvalidParams("Listening on other than loopback needs a bearer token: give --token-env NAME.")


class _OneToken:
    """The operator's token, compared in constant time. Implements the SDK's TokenVerifier."""

    def __init__(self, token: str) -> None:
        self._token = token.encode()

    async def verify_token(self, token: str) -> AccessToken | None:
        if not hmac.compare_digest(token.encode("utf-8", "surrogatepass"), self._token):
            return None
        return AccessToken(token=token, client_id="operator", scopes=[])


async def serve_stdio(server: Server[Any]) -> None:
    """Serve the one client at stdin and stdout until it hangs up."""
    async with stdio() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


def http_app(server: Server[Any], address: Address) -> Starlette:
    """The ASGI application, `/mcp`. Raises InvalidParams."""
    address.check()
    security = TransportSecuritySettings(
        allowed_hosts=[*_with_ports(_LOOPBACK), *address.names, *_with_ports(address.names)],
        allowed_origins=[*_with_ports(f"http://{name}" for name in _LOOPBACK), *address.origins],
    )
    if address.token is None:
        return server.streamable_http_app(streamable_http_path=PATH, transport_security=security)
    # No OAuth: the token is the operator's, so no authorization server is announced. The issuer is not used then.
    auth = AuthSettings(issuer_url=AnyHttpUrl("http://localhost"), resource_server_url=None)
    return server.streamable_http_app(
        streamable_http_path=PATH, transport_security=security, auth=auth, token_verifier=_OneToken(address.token)
    )


def _with_ports(names: Any) -> list[str]:
    return [f"{name}:*" for name in names]


async def serve_http(server: Server[Any], address: Address, on_ready: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM. `on_ready` gets the URL once it accepts connections. Raises OSError."""
    app = http_app(server, address)
    with listener(address.host, address.port) as found:
        http = _Quiet(uvicorn.Config(app, **_UVICORN))
        task = asyncio.create_task(http.serve(sockets=[found]))
        while not http.started and not task.done():
            await asyncio.sleep(0.01)
        if http.started:
            on_ready(_url(address.host, found))
        await task


def _url(host: str, found: socket.socket) -> str:
    return base_url(host, found) + PATH


#: A request's line may hold a session id, so no request is logged.
_UVICORN: dict[str, Any] = {
    "lifespan": "on",
    "ws": "none",
    "access_log": False,
    "log_level": "critical",
    "timeout_graceful_shutdown": _GRACE_SECONDS,
}


class _Quiet(uvicorn.Server):
    """uvicorn raises the signal that ended it once more; here a signal ends the server and nothing else."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        def stop(_number: int, _frame: Any) -> None:
            self.should_exit = True

        before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
