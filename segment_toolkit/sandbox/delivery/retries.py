"""Which outcomes of a delivery are tried again, when, and what they are called.

Sources: Segment docs, "Destinations Overview" (four hours, randomised exponential back-off), "Integration Error Codes"
(the names, and which of them end a delivery); the delivery metrics of the Public API for `successes.attempt.N`.
Assumed: the first pause, chosen so that ten attempts fit in the four hours with time to spare; the share of chance;
that a redirect and any 4xx but 429 end a delivery; that `Retry-After` is not looked at.
"""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx

TIMED_OUT = "ETIMEDOUT"
INVALID_SETTINGS = "INVALID_SETTINGS"

_CONNECTION_CODES = {
    errno.ECONNREFUSED: "ECONNREFUSED",
    errno.ECONNRESET: "ECONNRESET",
    # Writing to a connection that the other side closed; the names Segment lists have one for both.
    errno.EPIPE: "ECONNRESET",
    errno.ECONNABORTED: "ECONNABORTED",
    errno.EHOSTUNREACH: "EHOSTUNREACH",
    errno.ENETUNREACH: "EHOSTUNREACH",
    errno.ETIMEDOUT: TIMED_OUT,
}
_RETRYABLE = {*_CONNECTION_CODES.values(), "EAI_AGAIN", "ENOTFOUND", "429"}


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how long a delivery is tried: at most `attempts` times, none later than `span` after its event.

    The pause after attempt N is `first_pause` times 2 to the power of N-1, reduced by chance by up to a half.
    `timeout_seconds` holds for each step of an attempt: connect, write, each read.
    """

    attempts: int = 10
    span: timedelta = timedelta(hours=4)
    first_pause: timedelta = timedelta(seconds=25)
    timeout_seconds: float = 10.0

    def next_attempt(self, *, first: datetime, now: datetime, made: int, chance: float) -> datetime | None:
        """Return when to try again after `made` attempts, or None when it was the last; `chance` is from 0 to 1.

        `first` is when the delivery was queued.
        """
        if made >= self.attempts:
            return None
        # In floats, which overflow to nothing worse than the cap: a policy may allow thousands of attempts.
        pause = self.first_pause.total_seconds() * 2.0 ** min(made - 1, 60)
        due = now + timedelta(seconds=min(pause, self.span.total_seconds()) * (1 - chance / 2))
        return due if due <= first + self.span else None


def success(attempt: int) -> str:
    """Name a delivery that went well at its attempt number `attempt`."""
    return f"successes.attempt.{attempt}"


def is_retryable(code: str) -> bool:
    """Tell whether an attempt that ended with this status or error code is made again."""
    return code in _RETRYABLE or (len(code) == 3 and code.startswith("5"))


def is_success(code: str) -> bool:
    """Tell whether a status means that the event was taken: any 2xx."""
    return len(code) == 3 and code.startswith("2")


def error_code(error: Exception) -> str:
    """Name what kept a request from being answered, in the words of Node, which Segment's names are."""
    if isinstance(error, httpx.TimeoutException):
        return TIMED_OUT
    if isinstance(error, httpx.LocalProtocolError | httpx.UnsupportedProtocol):
        return INVALID_SETTINGS
    return next(filter(None, map(_named, _causes(error))), "ECONNRESET")


def _named(cause: BaseException) -> str | None:
    # The docs ("Webhooks") say that no request is sent; that the delivery ends with it is assumed.
    if isinstance(cause, ssl.SSLCertVerificationError):
        return INVALID_SETTINGS
    if isinstance(cause, socket.gaierror):
        return "EAI_AGAIN" if cause.errno == socket.EAI_AGAIN else "ENOTFOUND"
    return _CONNECTION_CODES.get(cause.errno or 0) if isinstance(cause, OSError) else None


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
