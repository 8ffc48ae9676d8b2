"""The last calls of this server, for a person who looks over the model's shoulder: what ran and how it ended.

Of the arguments only the names are kept: the values may be personal data or secrets.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from ..envelope import Envelope
from ..names import quoted

MOST = 50
_CANCELLED = "The client stopped waiting; whether Segment did what was asked is unknown."


class RecentCalls:
    """In memory, newest first, at most 50."""

    def __init__(self) -> None:
        self._calls: deque[dict[str, Any]] = deque(maxlen=MOST)

    def add(self, tool: str, envelope: Envelope | None, arguments: Iterable[str], *, seconds: float) -> None:
        """Keep a call and its envelope; None for one that the client cancelled, or hung up on."""
        failure = envelope.failure if envelope else None
        self._calls.appendleft({
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "tool": tool,
            "arguments": [quoted(name).strip("'") for name in arguments],
            "successful": envelope is not None and envelope.successful,
            "code": failure.code if failure else None if envelope else "cancelled",
            "error": envelope.error if envelope else _CANCELLED,
            "milliseconds": round(seconds * 1000, 1),
        })  # fmt: skip

    def listed(self) -> list[dict[str, Any]]:
        return list(self._calls)
