"""The logger `segment_toolkit`: one INFO record for each finished call, quiet until the host sets logging up.

INFO     a call is over, with its outcome in fields (below)
DEBUG    one exchange with Segment is over, with its fields
WARNING  a function of the host's failed, or the audit log cannot be written
ERROR    a bug of ours

Fields of an INFO record: tool, outcome ("successful" or the code), latency_ms, attempts, statuses (of each attempt,
None without an answer), outcome_unknown, user (a pseudonym, see `record.pseudonym`), tool_call_id, fingerprint. No
record holds arguments, answers or secrets.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from .record import CallRecord, pseudonym

if TYPE_CHECKING:
    from ..call.attempts import Attempt

LOG = logging.getLogger("segment_toolkit")
# Without a handler of the host's, Python would print warnings of a library on stderr.
LOG.addHandler(logging.NullHandler())


def tell_of_call(record: CallRecord) -> None:
    """The INFO record of a finished call."""
    attempts = record.attempts
    LOG.info(
        "%s: %s in %.1f ms",
        record.tool or "a call of an unknown tool",
        record.outcome,
        record.seconds * 1000,
        extra={
            "tool": record.tool,
            "outcome": record.outcome,
            "latency_ms": round(record.seconds * 1000, 3),
            "attempts": len(attempts),
            "statuses": [attempt.status for attempt in attempts],
            "outcome_unknown": record.outcome_unknown,
            "user": pseudonym(record.user_id),
            "tool_call_id": record.tool_call_id,
            "fingerprint": record.fingerprint,
        },
    )


def tell_of_attempt(tool: str, tool_call_id: str | None, attempt: Attempt) -> None:
    """The DEBUG record of one exchange."""
    LOG.debug(
        "%s: attempt %d, %s to %s, %s",
        tool,
        attempt.number,
        attempt.method,
        attempt.host,
        attempt.status or attempt.error or "no answer",
        extra={
            "tool": tool,
            "tool_call_id": tool_call_id,
            "method": attempt.method,
            "api": attempt.api,
            "host": attempt.host,
            "attempt": attempt.number,
            "status": attempt.status,
            "error": attempt.error,
            "latency_ms": round(attempt.seconds * 1000, 3),
            "waited_ms": round(attempt.waited * 1000, 3),
        },
    )
