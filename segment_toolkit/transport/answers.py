"""What an answer of Segment means: a Response only when it says so in the documented form, else the right error.

A 200 over HTML, cut JSON or nothing is a failure (DegradedAnswer): taken for success it loses events silently.
Segment's own message is kept, cleaned of hidden characters and secrets and cut to a length a model can bear.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from ..encoding import unsendable
from ..errors import Code, DegradedAnswer, RateLimited, UpstreamError
from ..secrecy.redaction import Redactor
from ..secrecy.untrusted import cleaned, is_plain, visible
from ..tool import Api, Request, Response

#: What the Tracking API answers (HTTP Tracking API, "Errors"), in the compact form (assumed): comparing saves a parse.
_QUEUED = b'{"success":true}'
MOST_MESSAGE_CHARACTERS = 300
#: Of an error body so much is looked at: far more than is shown, so that no secret is cut in two at what is shown.
_MOST_READ = 4_000
DEEPEST = 60
#: Of seconds that an answer names. More comes to the same.
_LONGEST = 1e9
UNKNOWN = "It is unknown whether Segment did it: look before you repeat it."
#: Besides 5xx, what Segment's own clients try again (analytics-node).
_TRANSIENT = frozenset({408, 410, 460})

_CODES: Mapping[int, Code] = {
    400: "validation", 401: "auth", 403: "permission", 404: "not_found", 409: "validation",
    413: "too_large", 422: "validation", 429: "rate_limited",
}  # fmt: skip
_HINTS: Mapping[Code, str] = {
    "validation": "Change the arguments; the same call will fail again.",
    "auth": "The host must check the credential and its region, which toolkit.probe_region() names; "
    "the same call will fail again.",
    "permission": "The credential may not do this; ask whoever administers the workspace.",
    "not_found": "Check the id: it may be mistyped, deleted, or of another workspace or region.",
    "too_large": "Send less in one call.",
    "upstream": "Segment had a fault; try again later.",
}


class Answer(NamedTuple):
    """An HTTP answer as it came; `redactor` cuts the account's secrets out of what is quoted of it."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    host: str
    redactor: Redactor

    def __repr__(self) -> str:  # no body and no header: either may hold secrets
        return f"<Answer {self.status} of {self.host}>"


def read(request: Request, answer: Answer) -> Response:
    """The answer, decoded. Raises UpstreamError, RateLimited or DegradedAnswer."""
    status, body, host = answer.status, answer.body, answer.host
    if request.api is Api.TRACKING:
        if status == 200 and (body == _QUEUED or _says_success(body)):
            return Response(status, {"success": True}, host)
    elif status in (200, 201):
        document = _parsed(body)
        if isinstance(document, dict) and isinstance(document.get("data"), dict) and _sayable(document):
            data = document["data"] if is_plain(body) else cleaned(document["data"])
            return Response(status, data, host, answer.headers.get("date"))
    raise _degraded(request, answer) if status < 400 else _refused(request, answer)


def _says_success(body: bytes) -> bool:
    document = _parsed(body)
    return isinstance(document, dict) and document.get("success") is True


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _sayable(document: Any) -> bool:
    """Whether the answer can be handed on as JSON: no NaN, no lone surrogate, no absurd depth."""
    return not _deep(document) and not unsendable(document, most=1)


def _deep(document: Any) -> bool:
    """Whether it nests deeper than any documented answer, and than the walks over it should have to bear."""
    level = [document]
    for _ in range(DEEPEST):
        level = [v for node in level for v in (node.values() if isinstance(node, dict) else node) if _holds(v)]
        if not level:
            return False
    return True


def _holds(value: Any) -> bool:
    return isinstance(value, dict | list)


def _degraded(request: Request, answer: Answer) -> DegradedAnswer:
    what = "a redirect, which is not followed," if 300 <= answer.status < 400 else _kind(answer.body)
    message = f"{answer.host} answered {answer.status} with {what} instead of Segment's answer."
    hint = "Try again later; if it stays so, the host must check its URLs." if request.method == "GET" else UNKNOWN
    return DegradedAnswer(message, status=answer.status, host=answer.host, hint=hint)


def _kind(body: bytes) -> str:
    start = body.lstrip()[:1]
    if not start:
        return "an empty body"
    return "an HTML page" if start == b"<" else "a body that is not the documented JSON"


def _refused(request: Request, answer: Answer) -> UpstreamError:
    status, host = answer.status, answer.host
    said = _said(_message(_parsed(answer.body), answer.body), answer.redactor)
    message = f"Segment answered {status}" + (f": {said}" if said else "") + ("" if said.endswith(".") else ".")
    if status == 429:
        seconds = _seconds(answer.headers)
        hint = (
            f"Wait {seconds:.10g} seconds, then try again." if seconds is not None else "Wait a while, then try again."
        )
        return RateLimited(message, host=host, retry_after_seconds=seconds, hint=hint)
    transient = status >= 500 or status in _TRANSIENT
    code: Code = "upstream" if transient else _CODES.get(status, "validation")
    if "payload limit" in said.lower():
        code = "too_large"
    error = UpstreamError(message, status=status, host=host, code=code, hint=_HINTS[code])
    error.unreadable = _kind(answer.body) == "an HTML page"
    if transient:
        error.retry_after_seconds = _seconds(answer.headers)
        error.outcome_unknown, error.retryable = True, request.method == "GET"
        error.hint = _HINTS["upstream"] if error.retryable else UNKNOWN
    return error


def _message(document: Any, body: bytes) -> str:
    """Segment's words, from any of its three error shapes; nothing of an HTML page."""
    if isinstance(document, dict):
        errors = document.get("errors")
        items = [e for e in errors if isinstance(e, dict)] if isinstance(errors, list) else [document]
        return "; ".join(_item(item) for item in items[:5])
    return "" if _kind(body) == "an HTML page" else body.decode("utf-8", "replace")


def _item(item: Mapping[str, Any]) -> str:
    words = item.get("message") or item.get("error") or item.get("type") or ""
    field = item.get("field")
    return f"{field}: {words}" if isinstance(field, str) and field else str(words)


def _said(text: str, redactor: Redactor) -> str:
    """One line of visible characters, without secrets: what Segment echoes may come from anywhere.

    In this order: what is hidden goes first, because it may split a secret; the text is shortened last, because half a
    secret is not recognised.
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in visible(text)).split())[:_MOST_READ]
    told = redactor.prose(line)
    return told if len(told) <= MOST_MESSAGE_CHARACTERS else told[: MOST_MESSAGE_CHARACTERS - 1] + "…"


def _seconds(headers: Mapping[str, str]) -> float | None:
    """When to come back: `Retry-After`, else `X-RateLimit-Reset`.

    Both are seconds in Segment's documentation, and `X-RateLimit-Reset` a date in that of the Public API; HTTP allows a
    date for `Retry-After`. A date is compared with the answer's own, so that our clock does not matter. A reset of very
    many seconds is an instant of some other form (assumed).
    """
    for name, most in (("retry-after", float("inf")), ("x-ratelimit-reset", 1e6)):
        text = headers.get(name, "").strip()
        if re.fullmatch(r"\d+(\.\d+)?", text, re.ASCII):
            if float(text) <= most:
                return min(float(text), _LONGEST)
        elif (seconds := _between(headers.get("date", ""), text)) is not None:
            return seconds
    return None


def _between(start: str, end: str) -> float | None:
    """Seconds from one date of HTTP to another, none for one that is past; None if either is no date."""
    begun, ended = moment(start), moment(end)
    return None if begun is None or ended is None else max((ended - begun).total_seconds(), 0.0)


def moment(date: str) -> datetime | None:
    """A date as HTTP and mail write it; None for what is none."""
    from email.utils import parsedate_to_datetime

    try:
        found = parsedate_to_datetime(date)
    except (ValueError, TypeError, OverflowError):
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
