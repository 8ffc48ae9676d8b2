"""One fault: what goes wrong, and for whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

from starlette.responses import Response

from segment_toolkit.sandbox import wire
from segment_toolkit.sandbox.hosts import host_name, locate
from segment_toolkit.sandbox.recording import RecordedRequest

ErrorToRaise = Exception | type[Exception]

Act = Literal["answer", "reset", "wait", "halve", "cut_off", "trickle", "relabel"]
"""How a fault is played; `play` has one function for each."""


class Unusable(ValueError):
    """A fault was asked for that could never be played; `field` is the member to blame."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(f"{field} {rule}")
        self.field = field


@dataclass(frozen=True)
class Problem:
    """An error that either API reports in its own words.

    The Public API's envelope is documented, its `type` spellings are assumed. The Tracking API's body for 429 and
    5xx is assumed to look like the one of its 400.
    """

    type: str
    message: str

    def body(self, request: RecordedRequest) -> bytes:
        """Write the JSON that the API behind this request would send."""
        api = locate(request.host).api
        if api == "tracking" or (api == "any" and request.path.startswith("/v1/")):
            code = self.type.replace("-", "_")
            return wire.encode({"success": False, "message": self.message, "code": code})
        return wire.encode({"errors": [{"type": self.type, "message": self.message, "data": None}]})


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What to answer instead, and to whom; a condition that is None matches every request."""

    kind: str | None = None
    act: Act = "answer"
    status: int = 500
    body: bytes | str | Problem = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    error: ErrorToRaise | None = None
    """Raised by the in-process transports; a served sandbox breaks the connection off."""
    seconds: float = 0.0
    """How long a slow fault takes in all."""
    method: str | None = None
    path: str | None = None
    """Start of the path, or a glob when it holds * ? or [."""
    host: str | None = None
    times: int | None = 1
    """How often it is played; None is without end."""
    after: bool = False
    """Process the request first: the work is done and its answer is lost."""
    probability: float | None = None
    """How likely a matching request is hit; None is always."""
    seed: int | None = None

    def matches(self, request: RecordedRequest) -> bool:
        """Tell whether this fault is meant for the request."""
        return (
            (self.method is None or self.method.upper() == request.method)
            and (self.host is None or host_name(self.host) == host_name(request.host))
            and (self.path is None or _path_matches(self.path, request.path))
        )

    def response(self, request: RecordedRequest) -> Response:
        """Build the answer, with exactly the headers that were asked for (and the length of the body)."""
        body = self.body.body(request) if isinstance(self.body, Problem) else self.body
        return Response(body, status_code=self.status, headers=dict(self.headers))


def as_error(error: ErrorToRaise) -> Exception:
    """Return the error to raise; httpx adds the request to it."""
    return error if isinstance(error, Exception) else error("injected by the sandbox")


def _path_matches(pattern: str, path: str) -> bool:
    if any(mark in pattern for mark in "*?["):
        return fnmatchcase(path, pattern)
    return path.startswith(pattern)
