"""The state of a run: what was sent and has not arrived yet, what is to happen on which day, who is a customer.

It holds the people, and the messages of about one day: nothing grows with the length of the run but the people.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from segment_toolkit.sandbox.demo.dice import Dice
from segment_toolkit.sandbox.demo.instant import to_datetime
from segment_toolkit.sandbox.demo.mistakes import deliveries
from segment_toolkit.sandbox.demo.people import Person, new_companies
from segment_toolkit.sandbox.demo.seasons import Calendar
from segment_toolkit.sandbox.wire import Json

WEB, API, IOS = "shop-web", "shop-api", "shop-ios"


@dataclass(frozen=True, slots=True)
class Moment:
    """A message that reaches Segment at an instant; `source` is the slug of the source whose key it comes with.

    `at` is the true time, which is what `receivedAt` should be; `timestamp` and `sentAt` in the message are by the
    sender's clock.
    """

    at: datetime
    source: str
    message: Json


class Outbox:
    """Messages on their way, given out in the order they arrive."""

    def __init__(self, dice: Dice) -> None:
        """Start empty; the dice decide which messages go wrong."""
        self._dice = dice
        self._waiting: list[tuple[int, int, str, Json]] = []
        self._sent = 0

    def post(self, at: int, source: str, message: Json) -> None:
        """Send a message that arrives at this instant (ms); the outbox may change it."""
        for delivery in deliveries(source, message, self._dice):
            self._sent += 1
            heapq.heappush(self._waiting, (at + delivery.delay, self._sent, source, delivery.message))

    def arrived(self, before: int) -> Iterator[Moment]:
        """Yield, and forget, what arrives before this instant (ms)."""
        while self._waiting and self._waiting[0][0] < before:
            at, _, source, message = heapq.heappop(self._waiting)
            yield Moment(to_datetime(at), source, message)


Job = Callable[[int], None]


class Shop:
    """Everything that a step of the simulation needs."""

    def __init__(self, seed: str, calendar: Calendar) -> None:
        """Open the shop on the first day, with nobody in it."""
        self.dice = Dice(f"{seed}/shop")
        self.calendar = calendar
        self.outbox = Outbox(Dice(f"{seed}/mistakes"))
        self.companies = new_companies(self.dice)
        self.customers: list[Person] = []
        self._agenda: dict[int, list[Job]] = {}
        self._ids = 0

    def number(self) -> int:
        """Return 1, then 2, then 3 and so on: for people, orders and carts."""
        self._ids += 1
        return self._ids

    def plan(self, day: int, job: Job) -> None:
        """Have a job done on a later day of the run; what lies after its end is forgotten."""
        if day < self.calendar.days:
            self._agenda.setdefault(day, []).append(job)

    def jobs(self, day: int) -> list[Job]:
        """Take the jobs of this day off the agenda."""
        return self._agenda.pop(day, [])
