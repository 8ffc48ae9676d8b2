"""How much agents may do: `Cap`, and the counters behind it."""

from __future__ import annotations

import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal
from weakref import WeakKeyDictionary

from ..errors import InvalidParams, NotPermitted
from ..reliability.processes import ProcessLock
from .scopes import RunScope

Per = Literal["run", "user", "toolkit"]
#: Counters of so many users are kept; of more, those that called longest ago start anew.
MOST_USERS = 10_000


@dataclass(frozen=True, kw_only=True)
class Cap:
    """At most so many calls, and so many events in them.

    per: "run" counts each `run_agent` and each `toolkit.policy_scope()` by itself, calls outside of these together;
        "user" counts each user_id of the host's, "toolkit" everything.
    seconds: count only the last so many seconds, 60 for a rate; None counts from the beginning.

    A call that is refused, or previewed, counts for nothing; one that fails at Segment counts.
    """

    calls: int | None = None
    events: int | None = None
    per: Per = "run"
    seconds: float | None = None

    def __post_init__(self) -> None:
        if self.calls is None and self.events is None:
            raise InvalidParams("A Cap needs calls= or events=.")
        if any(most is not None and not _is_count(most) for most in (self.calls, self.events)):
            raise InvalidParams("calls and events of a Cap are whole numbers, 0 or more.")
        if self.per not in ("run", "user", "toolkit"):
            raise InvalidParams('per of a Cap is "run", "user" or "toolkit".')
        if self.seconds is not None and not (isinstance(self.seconds, int | float) and 0 < self.seconds < math.inf):
            raise InvalidParams("seconds of a Cap is a number, and more than 0.")


def _is_count(most: object) -> bool:
    return isinstance(most, int) and not isinstance(most, bool) and most >= 0


class Counter:
    """What counts for one cap and one run, user or toolkit."""

    def __init__(self) -> None:
        self.calls = 0
        self.events = 0
        self._recent: deque[tuple[float, int]] = deque()

    def forget(self, before: float) -> None:
        """Stop counting what was counted at that moment or earlier."""
        while self._recent and self._recent[0][0] <= before:
            self.calls -= 1
            self.events -= self._recent.popleft()[1]

    def add(self, events: int, now: float | None) -> None:
        self.calls += 1
        self.events += events
        if now is not None:
            self._recent.append((now, events))

    def remove(self, events: int, now: float | None) -> None:
        """Take back one that was added, unless it is forgotten already."""
        if now is not None:
            if (now, events) not in self._recent:
                return
            self._recent.remove((now, events))
        self.calls -= 1
        self.events -= events

    @property
    def oldest(self) -> float:
        return self._recent[0][0]


class Ledger:
    """Counts the calls of one toolkit. Thread-safe; in memory, for this process."""

    def __init__(self, caps: Sequence[Cap], clock: Callable[[], float] = time.monotonic) -> None:
        self._caps = tuple(caps)
        self._clock = clock
        self._lock = ProcessLock()
        self._toolkit: dict[Cap, Counter] = {}
        self._users: OrderedDict[str | None, dict[Cap, Counter]] = OrderedDict()
        self._runs: WeakKeyDictionary[RunScope, dict[Cap, Counter]] = WeakKeyDictionary()
        self._no_run: dict[Cap, Counter] = {}

    def reserve(self, user_id: str | None, scope: RunScope | None, events: int) -> Callable[[], None]:
        """Count a call under every cap, or under none and raise NotPermitted. Returns what takes it back."""
        with self._lock:
            now = self._clock()
            counters = [(cap, self._counter(cap, user_id, scope)) for cap in self._caps]
            for cap, counter in counters:
                if cap.seconds is not None:
                    counter.forget(now - cap.seconds)
                _check(cap, counter, events, now)
            for cap, counter in counters:
                counter.add(events, None if cap.seconds is None else now)

        def release() -> None:
            with self._lock:
                for cap, counter in counters:
                    counter.remove(events, None if cap.seconds is None else now)

        return release

    def _counter(self, cap: Cap, user_id: str | None, scope: RunScope | None) -> Counter:
        if cap.per == "toolkit":
            found = self._toolkit
        elif cap.per == "user":
            found = self._users.setdefault(user_id, {})
            self._users.move_to_end(user_id)
            if len(self._users) > MOST_USERS:
                self._users.popitem(last=False)
        else:
            found = self._no_run if scope is None else self._runs.setdefault(scope, {})
        return found.setdefault(cap, Counter())


_WHERE = {"run": "in this run", "user": "for this user", "toolkit": "in all"}


def _check(cap: Cap, counter: Counter, events: int, now: float) -> None:
    over = [
        f"{most:,} {what}"
        for what, most, counted, more in (
            ("calls", cap.calls, counter.calls, 1),
            ("events", cap.events, counter.events, events),
        )
        if most is not None and more and counted + more > most
    ]
    if not over:
        return
    within = f" in {cap.seconds:g} seconds" if cap.seconds is not None else ""
    refusal = NotPermitted(
        f"The host allows {' and '.join(over)} {_WHERE[cap.per]}{within}; this call would go over that. "
        "Nothing was sent.",
        hint="Stop, and tell the user what was done and what was not.",
    )
    if cap.seconds is not None and counter.calls and _would_fit(cap, events):
        seconds = max(0.0, counter.oldest + cap.seconds - now)
        refusal.retryable = True
        refusal.hint = f"Room comes free in {seconds:.0f} seconds at the earliest; until then do not try again."
        refusal.data["retry_after_seconds"] = round(seconds, 3)
    raise refusal


def _would_fit(cap: Cap, events: int) -> bool:
    """Whether this call would be let through by itself."""
    return (cap.calls is None or cap.calls > 0) and (cap.events is None or events <= cap.events)
