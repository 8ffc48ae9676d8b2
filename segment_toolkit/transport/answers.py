"""What an answer of Segment means: a Response only when it says so in the documented form, else the right error.

A 200 over HTML, cut JSON or nothing is a failure (DegradedAnswer): taken for success it loses events silently.
Segment's own message is kept, cleaned of markup and control characters and cut to a length a model can bear.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from ..errors import Code, DegradedAnswer, RateLimited, UpstreamError
from ..tool import Api, Request, Response

#: The Tracking API answers exactly this (HTTP Tracking API, "Errors"); comparing saves a parse for each event.
_QUEUED = b'{"success":true}'
MOST_MESSAGE_CHARACTERS = 300
#: Segment may echo what was sent; a token or write key sent in the wrong place is known by its form alone.
_SECRET_FORMS = re.compile(r"sgp_\w+|\b[A-Za-z0-9]{32}\b")

_CODES: Mapping[int, Code] = {
    400: "validation", 401: "auth", 403: "permission", 404: "not_found", 409: "validation",
    413: "too_large", 422: "validation", 429: "rate_limited",
}  # fmt: skip
_HINTS: Mapping[Code, str] = {
    "validation": "Change the arguments; the same call will fail again.",
    "auth": "The host must check the credential and its region; the same call will fail again.",
    "permission": "The credential may not do this; ask whoever administers the workspace.",
    "not_found": "Check the id: it may be mistyped, deleted, or of another workspace or region.",
    "too_large": "Send less in one call.",
    "upstream": "Segment had a fault; try again later.",
}


def read(request: Request, status: int, headers: Mapping[str, str], body: bytes, host: str) -> Response:
    """The answer of `host`, decoded. Raises UpstreamError, RateLimited or DegradedAnswer."""
    if request.api is Api.TRACKING:
        if status == 200 and (body == _QUEUED or _says_success(body)):
            return Response(status, {"success": True}, host)
    elif status in (200, 201):
        document = _parsed(body)
        if isinstance(document, dict) and isinstance(document.get("data"), dict):
            return Response(status, document["data"], host)
    raise _degraded(request, status, body, host) if status < 400 else _refused(status, headers, body, host)


def _says_success(body: bytes) -> bool:
    document = _parsed(body)
    return isinstance(document, dict) and document.get("success") is True


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _degraded(request: Request, status: int, body: bytes, host: str) -> DegradedAnswer:
    what = "a redirect, which is not followed" if 300 <= status < 400 else _kind(body)
    hint = "It is unknown whether Segment did what was asked." if request.method != "GET" else ""
    message = f"{host} answered {status} with {what} instead of Segment's answer."
    return DegradedAnswer(message, status=status, host=host, hint=hint)


def _kind(body: bytes) -> str:
    start = body.lstrip()[:1]
    if not start:
        return "an empty body"
    return "an HTML page" if start == b"<" else "a body that is not the documented JSON"


def _refused(status: int, headers: Mapping[str, str], body: bytes, host: str) -> UpstreamError:
    said = _message(_parsed(body), body)
    code: Code = _CODES.get(status, "upstream" if status >= 500 else "validation")
    if "payload limit" in said.lower():
        code = "too_large"
    message = f"Segment answered {status}" + (f": {said}" if said else "") + ("" if said.endswith(".") else ".")
    if status == 429:
        seconds = _seconds(headers)
        hint = f"Wait {seconds:g} seconds, then try again." if seconds is not None else "Wait a while, then try again."
        return RateLimited(message, host=host, retry_after_seconds=seconds, hint=hint)
    return UpstreamError(message, status=status, host=host, code=code, hint=_HINTS[code])


def _message(document: Any, body: bytes) -> str:
    """Segment's words, from any of its three error shapes; nothing of an HTML page."""
    if isinstance(document, dict):
        errors = document.get("errors")
        items = [e for e in errors if isinstance(e, dict)] if isinstance(errors, list) else [document]
        said = "; ".join(_item(item) for item in items[:5])
    else:
        said = "" if _kind(body) == "an HTML page" else body[:1000].decode("utf-8", "replace")
    return _cleaned(said)


def _item(item: Mapping[str, Any]) -> str:
    words = item.get("message") or item.get("error") or item.get("type") or ""
    field = item.get("field")
    return f"{field}: {words}" if isinstance(field, str) and field else str(words)


def _cleaned(text: str) -> str:
    """One line of visible characters: what Segment echoes may come from anywhere."""
    visible = _SECRET_FORMS.sub("[redacted]", "".join(c if c.isprintable() else " " for c in text))
    short = re.sub(r"\s+", " ", visible).strip()
    return short if len(short) <= MOST_MESSAGE_CHARACTERS else short[: MOST_MESSAGE_CHARACTERS - 1] + "…"


def _seconds(headers: Mapping[str, str]) -> float | None:
    """`Retry-After`, else `X-RateLimit-Reset`: both are seconds in Segment's documentation."""
    for name in ("retry-after", "x-ratelimit-reset"):
        text = headers.get(name, "").strip()
        if re.fullmatch(r"\d{1,6}(\.\d+)?", text, re.ASCII):
            return float(text)
    return None
