"""The requests a sandbox saw, the last of them at least."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from segment_toolkit.sandbox.recording import RecordedRequest


class RequestLog:
    """Keeps the newest requests, bounded in number and in bytes, so that a long-lived server does not grow."""

    def __init__(self, most: int = 100_000, most_bytes: int = 64 * 1024 * 1024) -> None:
        """Keep at most so many requests, and so many bytes of bodies."""
        self._most = most
        self._most_bytes = most_bytes
        self._bytes = 0
        self._requests: deque[RecordedRequest] = deque()

    def __iter__(self) -> Iterator[RecordedRequest]:
        """Yield the requests, oldest first."""
        return iter(self._requests)

    def __len__(self) -> int:
        return len(self._requests)

    def append(self, request: RecordedRequest) -> None:
        """Keep a request, and forget the oldest ones beyond the bounds."""
        self._requests.append(request)
        self._bytes += _size(request)
        while len(self._requests) > self._most or self._bytes > self._most_bytes:
            self._bytes -= _size(self._requests.popleft())

    def clear(self) -> None:
        """Forget every request."""
        self._requests.clear()
        self._bytes = 0


def _size(request: RecordedRequest) -> int:
    # A request without a body takes room as well: headers and their dict, about this much.
    return len(request.body) + 2_000
