"""One HTTP request as the sandbox saw it: read once, answered, kept for inspection."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.types import Receive, Scope

from segment_toolkit.sandbox import wire

# More of a body is not kept, nor understood by any API here; the figure is assumed. Snapshots may be larger.
MAX_BODY_BYTES = 10_000_000
CONTROL = "/_sandbox/"
# Clients send one; the cap keeps a body of many empty ones from costing its square.
_MAX_MEMBERS = 64
_WRITE_KEY_IN_PATH = re.compile(r"(?<=/writekey/)[^/]+|(?<=/v1/projects/)[^/]+")


@dataclass(frozen=True, repr=False)
class RecordedRequest:
    """A request and the status it was answered with; None means that no answer came (an injected error).

    `path` and `query` are as sent, percent-encoded; header names are lower-case; `body` is as sent, or the beginning
    of a body over 10 MB.
    """

    method: str
    host: str
    path: str
    query: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    status: int | None = None

    def json(self) -> Any:
        """Read the body as JSON, unzipped when it was sent so."""
        return wire.decode(self.unzipped(limit=MAX_BODY_BYTES))

    def unzipped(self, limit: int) -> bytes:
        """Return the body, at most `limit` bytes of it if it is zipped. Raises Malformed for a bad zip."""
        if self.headers.get("content-encoding", "").lower() != "gzip":
            return self.body
        return _gunzip(self.body, limit)

    @property
    def shown_path(self) -> str:
        """The path without the write key that may be part of it."""
        return _WRITE_KEY_IN_PATH.sub("***", self.path)

    def __repr__(self) -> str:
        """Show no header, body or query, and no write key: a failing assertion prints this."""
        return f"<RecordedRequest {self.method} {self.host}{self.shown_path} {self.status}>"


def _gunzip(zipped: bytes, limit: int) -> bytes:
    """Unzip up to `limit` bytes, at least 1. A stream may have several members, and must not end within one."""
    found = b""
    for _ in range(_MAX_MEMBERS):
        member = zlib.decompressobj(wbits=31)
        try:
            found += member.decompress(zipped, limit - len(found))
        except zlib.error:
            raise wire.Malformed from None
        zipped = member.unused_data
        if len(found) >= limit or (member.eof and not zipped):
            return found
        if not member.eof:
            break
    raise wire.Malformed


async def read(scope: Scope, receive: Receive) -> RecordedRequest:
    """Read a whole request off the wire; of a body that is too large, keep one byte more than is allowed."""
    request = Request(scope, receive)
    path = raw_path(scope)
    return RecordedRequest(
        method=request.method,
        host=request.headers.get("host", ""),
        path=path,
        query=scope["query_string"].decode("latin-1"),
        headers=dict(request.headers),
        body=await request.body() if path.startswith(CONTROL) else await _beginning(request, MAX_BODY_BYTES + 1),
    )


async def _beginning(request: Request, size: int) -> bytes:
    """Read a body to its end, as its sender waits for that, and keep its first bytes."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk[: size - len(body)]
    return bytes(body)


def raw_path(scope: Scope) -> str:
    """Return the path before percent-decoding, so that an id holding %2F stays one segment."""
    raw: bytes | None = scope.get("raw_path")
    # raw_path is optional in ASGI; uvicorn and httpx both send it, httpx without the query string.
    return raw.partition(b"?")[0].decode("latin-1") if raw else str(scope["path"])
