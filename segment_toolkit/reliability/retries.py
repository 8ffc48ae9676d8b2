"""Which failure of a request may be tried again, and after how long. No clock, no network, no state.

    failure                                  events, GET, repeatable writes    other writes
    certainly not sent                       again                             again
    429                                      again                             again
    sent, no answer; 408, 410, 460           again                             never: unknown
    5xx but 501, 505, 511                    again                             never: unknown
    200 with something else than the answer  again                             never: unknown
    redirect, other 4xx                      never                             never

An event is repeatable because its body carries a messageId, by which Segment keeps one of each. Other requests say so
themselves (`Request.repeatable`). Nothing in a body gets stale: none has `sentAt`, so every attempt is the same bytes.
Sources: HTTP Tracking API, "Errors" and "Rate limits", and the status table of Segment's Node SDK (analytics-node);
Public API reference, "Rate limits" (429 and Retry-After on every operation). That a 429 did nothing is assumed, and so
is the treatment of everything else of the Public API.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import Held, RateLimited, ToolkitError, TransportError, UpstreamError

if TYPE_CHECKING:
    from ..tool import Request
    from .options import Reliability

#: 511 asks for a login at a network; Segment's Node SDK repeats it only with OAuth, which this toolkit does not speak.
_FINAL = frozenset({501, 505, 511})
#: Also where an answer asks for less.
_LEAST_SECONDS = 1.0


def may_repeat(request: Request, error: ToolkitError) -> bool:
    """Whether another attempt can do no harm and may help."""
    if isinstance(error, Held) or error.code == "internal":  # our own decision; a bug of the HTTP client
        return False
    if isinstance(error, RateLimited) or (isinstance(error, TransportError) and not error.sent):
        return True
    if isinstance(error, UpstreamError) and (error.status in _FINAL or 300 <= error.status < 400):
        return False
    return error.outcome_unknown and repeatable(request)


def repeatable(request: Request) -> bool:
    """Whether doing it twice comes to the same as doing it once."""
    return request.repeatable or request.method == "GET"


def pause_after(error: ToolkitError, number: int, options: Reliability, dice: float) -> float:
    """Seconds to wait after attempt `number` (from 1): what Segment asked for, else backoff. `dice` is 0 to 1."""
    asked = getattr(error, "retry_after_seconds", None)
    if asked is not None:
        # Never earlier than asked; a little later, each caller by itself. Not at once: so does Segment's Node SDK.
        least = min(_LEAST_SECONDS, options.longest_retry_after)
        return float(max(min(asked, options.longest_retry_after), least)) * (1 + dice / 10)
    return float(min(options.longest_backoff, options.backoff * 2 ** (number - 1) * (1 + dice)))
