"""How a toolkit behaves when something fails: what a host decides, and what holds when it decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import InvalidParams

if TYPE_CHECKING:
    from .clock import Clock

#: Reading needs no import of a mapping type that is frozen, and nobody changes it.
_NO_LIMITS: Mapping[str, float] = {}


class Reliability(NamedTuple):
    """All times are seconds. `Reliability(attempts=1)` repeats nothing; `Reliability.none()` switches all of it off.

    Args:
        attempts: how often one request is sent at most. What may be repeated is in `retries`. Another region's host, or
            a legacy one, is asked once: it is a second attempt in itself.
        total: what a call may lose to failed attempts and to waiting, over all of its requests. A request that was not
            tried yet is always tried once.
        backoff, longest_backoff: the wait after the first failure doubles with each, up to the longest, times 1 to 2 by
            chance (the formula of Segment's Node SDK).
        longest_retry_after: more than that is not believed (300 in Segment's Node SDK). A call waits for it only if
            `total` allows; else it ends at once and says when to come back.
        connect, read, write, pool: limits of the phases of one attempt; the toolkit's `timeout` where None.
        rate_limits: requests a minute by operation (`"GET /events/volume"`, ids as `*`; `"tracking"` for all events of
            a write key; 0 for no limit), laid over the documented ones, which hold for Segment's own hosts (see
            `limits`). None: no limits, and no waiting for a 429 that another call got.
        dead_after: after so many failed connections or timeouts in a row (each of a request begun after the failure
            before), a host's calls fail at once; 0 for never.
        cool_down: how long, until one call tries the host again.
        clock: time and chance; for tests.
    """

    attempts: int = 4
    total: float = 30.0
    backoff: float = 0.5
    longest_backoff: float = 8.0
    longest_retry_after: float = 300.0
    connect: float | None = None
    read: float | None = None
    write: float | None = None
    pool: float | None = None
    rate_limits: Mapping[str, float] | None = _NO_LIMITS
    dead_after: int = 8
    cool_down: float = 15.0
    clock: Clock | None = None

    @classmethod
    def none(cls) -> Reliability:
        """Every request is sent once, at once."""
        return cls(attempts=1, total=float("inf"), rate_limits=None, dead_after=0)

    def phases(self, timeout: float) -> dict[str, float]:
        """The limits of an attempt's phases, as httpx names them, and `total`; none is longer than a call may last."""
        given = {"connect": self.connect, "read": self.read, "write": self.write, "pool": self.pool}
        limits = {name: min(timeout if own is None else own, self.total) for name, own in given.items()}
        return {**limits, "total": self.total}


def chosen(reliability: Any, max_retries: Any) -> Reliability | None:
    """What a constructor was given; `max_retries` is Composio's. None means the default. Raises InvalidParams."""
    if max_retries is not None:
        if type(max_retries) is not int or max_retries < 0:
            raise InvalidParams("max_retries must be a whole number, 0 or more.")
        reliability = (reliability or Reliability())._replace(attempts=max_retries + 1)
    if reliability is not None:
        _check(reliability)
    return reliability  # type: ignore[no-any-return]


def _check(given: Any) -> None:
    if not isinstance(given, Reliability):
        raise InvalidParams("reliability must be a Reliability: from segment_toolkit import Reliability.")
    if type(given.attempts) is not int or given.attempts < 1:
        raise InvalidParams("Reliability.attempts must be a whole number, 1 or more.")
    for name in ("total", "backoff", "longest_backoff", "longest_retry_after", "cool_down", "dead_after"):
        if not _number(getattr(given, name)) or getattr(given, name) < 0:
            raise InvalidParams(f"Reliability.{name} must be a number, 0 or more.")
    for name in ("connect", "read", "write", "pool"):
        seconds = getattr(given, name)
        if seconds is not None and not (_number(seconds) and seconds > 0):
            raise InvalidParams(f"Reliability.{name} must be a number of seconds over 0, or None.")
    limits = given.rate_limits
    if limits is not None and not all(_number(rate) and rate >= 0 for rate in limits.values()):
        raise InvalidParams("Reliability.rate_limits maps operations to requests a minute, 0 for no limit.")


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value
