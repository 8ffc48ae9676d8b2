"""Faults on demand: the next matching requests get another answer, or none.

Everything a client must survive can be said with status, headers and body: HTML with status 200, 5xx, 429
with Retry-After, truncated JSON, an empty body. `error` stands for a connection that broke instead.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from starlette.responses import Response

from segment_toolkit.sandbox.hosts import host_name
from segment_toolkit.sandbox.recording import RecordedRequest

ErrorToRaise = Exception | type[Exception]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What to answer instead, and to whom; a condition that is None matches every request."""

    status: int = 500
    body: bytes | str = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    error: ErrorToRaise | None = None
    """Raised by the in-process transports; a served sandbox breaks the connection off."""
    method: str | None = None
    path: str | None = None
    """Start of the path, or a glob when it holds * ? or [."""
    host: str | None = None
    times: int = 1
    after: bool = False
    """Process the request first: the work is done and its answer is lost."""

    def matches(self, request: RecordedRequest) -> bool:
        """Tell whether this fault is meant for the request."""
        return (
            (self.method is None or self.method.upper() == request.method)
            and (self.host is None or host_name(self.host) == host_name(request.host))
            and (self.path is None or _path_matches(self.path, request.path))
        )

    def response(self) -> Response:
        """Build the answer, with exactly the headers that were asked for (and the length of the body)."""
        return Response(self.body, status_code=self.status, headers=dict(self.headers))


class Faults:
    """The faults still to come, first injected first used."""

    def __init__(self) -> None:
        self._pending: list[tuple[Fault, int]] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Queue a fault. Raises ValueError when it could never be used."""
        if fault.times < 1:
            raise ValueError("times must be at least 1")
        with self._lock:
            self._pending.append((fault, fault.times))

    def take(self, request: RecordedRequest) -> Fault | None:
        """Return the fault for this request and count it as used, or None."""
        with self._lock:
            for position, (fault, left) in enumerate(self._pending):
                if fault.matches(request):
                    self._pending[position : position + 1] = [(fault, left - 1)] if left > 1 else []
                    return fault
        return None

    def clear(self) -> None:
        """Forget every fault."""
        with self._lock:
            self._pending.clear()


def as_error(error: ErrorToRaise) -> Exception:
    """Return the error to raise; httpx adds the request to it."""
    return error if isinstance(error, Exception) else error("injected by the sandbox")


def _path_matches(pattern: str, path: str) -> bool:
    if any(mark in pattern for mark in "*?["):
        return fnmatchcase(path, pattern)
    return path.startswith(pattern)
