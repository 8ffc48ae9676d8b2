"""One event to one webhook: the request, its signature, and the name of how it ended.

The settings are `url`, `headers` (an object of texts) and `sharedSecret`. The last is Segment's; the classic
destination keeps its up to five addresses in a list of another shape.

Source: Segment docs, "Webhooks Destination": POST, JSON, `User-Agent: Segment/version`, and `X-Signature`, the hex HMAC
SHA1 of the body under the shared secret. The version, and that redirects are not followed, are assumed.
"""

from __future__ import annotations

import contextlib
import hmac
import json
import threading
import time
import weakref
from collections.abc import Mapping
from typing import TypeGuard

import httpx

from segment_toolkit.sandbox.delivery.retries import INVALID_SETTINGS, error_code
from segment_toolkit.sandbox.wire import Json

# An answer's body is read only so that the connection can be used again; a longer one costs the connection.
_MOST_ANSWER_BYTES = 64 * 1024


class InvalidSettings(ValueError):
    """These settings make no request; says nothing of their values."""


def body_of(event: Json) -> bytes:
    """Write an event as `JSON.stringify` would: receivers sign what they have parsed, and must get the same bytes.

    Numbers are the exception: 1.0 stays 1.0, which JavaScript writes as 1.
    """
    text = json.dumps(event, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # Only lone surrogates cannot be encoded, and this writes them as the escapes that JSON has for them.
    return text.encode("utf-8", "backslashreplace")


def signature(secret: str, body: bytes) -> str:
    """Return what `X-Signature` says of a body."""
    return hmac.digest(secret.encode("utf-8", "surrogatepass"), body, "sha1").hex()


def request_for(settings: Mapping[str, object], body: bytes) -> httpx.Request:
    """Build the request. Raises InvalidSettings."""
    url, secret, extra = settings.get("url"), settings.get("sharedSecret"), settings.get("headers")
    if not isinstance(url, str) or not isinstance(secret or "", str) or not _is_headers(extra or {}):
        raise InvalidSettings("url and sharedSecret must be texts, headers an object of texts")
    try:
        headers = httpx.Headers({"Content-Type": "application/json", "User-Agent": "Segment/1.0"})
        headers.update(httpx.Headers(dict(extra) if _is_headers(extra) else {}))
        # The body decides these; a wrong one would break the request off in the middle.
        for name in ("Content-Length", "Transfer-Encoding"):
            headers.pop(name, None)
        if isinstance(secret, str) and secret:
            headers["X-Signature"] = signature(secret, body)
        request = httpx.Request("POST", url, headers=headers, content=body)
    except (httpx.InvalidURL, ValueError, TypeError):
        raise InvalidSettings("the url or a header cannot be sent") from None
    # The resolver takes a port that is too large modulo 65,536, which is somebody else's.
    if request.url.scheme not in ("http", "https") or not request.url.host or (request.url.port or 0) > 65_535:
        raise InvalidSettings("url must start with http:// or https:// and name a host, and a port up to 65535")
    return request


class WebhookClient:
    """Sends to webhooks; from several threads at once if need be. It keeps connections, and nothing else.

    It works below `httpx.Client`: no cookies, redirects, proxies or credentials from the environment, and no log line
    with the address, which may hold a secret.
    """

    def __init__(self, timeout_seconds: float) -> None:
        self._timeout_seconds = timeout_seconds
        self._extensions = {"timeout": httpx.Timeout(timeout_seconds).as_dict()}
        self._transport: httpx.HTTPTransport | None = None
        self._lock = threading.Lock()

    def post(self, settings: Mapping[str, object] | None, body: bytes) -> str:
        """Send a body and return the status ("200"), or the name of the error ("ECONNREFUSED"). Never raises.

        Settings that are None, or from which no request can be made, give "INVALID_SETTINGS".
        """
        try:
            request = request_for(settings or {}, body)
            request.extensions = self._extensions
            return self._send(request)
        except httpx.TransportError as error:
            return error_code(error)
        # ValueError covers host names that the resolver does not even look up.
        except (InvalidSettings, ValueError, OverflowError):
            return INVALID_SETTINGS

    def close(self) -> None:
        """Close the connections. Call it when nothing is being sent."""
        if self._transport is not None:
            self._transport.close()

    def _send(self, request: httpx.Request) -> str:
        response = self._connections().handle_request(request)
        try:
            # The status is known, so the event is delivered or not, whatever becomes of the rest.
            with contextlib.suppress(httpx.TransportError):
                self._read_to_end(response)
            return str(response.status_code)
        finally:
            response.close()

    def _read_to_end(self, response: httpx.Response) -> None:
        give_up = time.monotonic() + self._timeout_seconds
        size = 0
        for chunk in response.iter_raw():
            size += len(chunk)
            if size > _MOST_ANSWER_BYTES or time.monotonic() > give_up:
                return

    def _connections(self) -> httpx.HTTPTransport:
        with self._lock:
            if self._transport is None:
                self._transport = httpx.HTTPTransport(trust_env=False)
                weakref.finalize(self, self._transport.close)
            return self._transport


def _is_headers(value: object) -> TypeGuard[Mapping[str, str]]:
    return isinstance(value, Mapping) and all(isinstance(part, str) for pair in value.items() for part in pair)
