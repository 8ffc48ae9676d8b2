"""How busy the shop is: growth over the run, the rhythm of the week, a sale week, December.

The figures are ours; they are meant to look like a shop, not like any shop in particular.
"""

from __future__ import annotations

from datetime import date, timedelta

from segment_toolkit.sandbox.demo.dice import Dice
from segment_toolkit.sandbox.demo.instant import DAY, HOUR, to_datetime

_WEEKDAYS = (0.95, 0.90, 0.90, 1.00, 1.05, 1.25, 1.30)
_GROWTH_FROM, _GROWTH_TO = 0.75, 1.25
# How often each hour of the local day is drawn: nearly nobody at night, most in the evening.
_HOURS = tuple(
    hour
    for hour, times in enumerate((2, 1, 1, 1, 1, 2, 4, 7, 9, 10, 10, 11, 13, 12, 10, 10, 11, 13, 16, 19, 21, 18, 11, 5))
    for _ in range(times)
)


def in_sale_week(day: date) -> bool:
    """Tell whether the sale is on: the last week of November but one day, 23 to 29."""
    return day.month == 11 and 23 <= day.day <= 29


def demand(day: date) -> float:
    """How busy a date is, by its weekday and season, with 1.0 for an ordinary day."""
    return _WEEKDAYS[day.weekday()] * _season(day)


def _season(day: date) -> float:
    if in_sale_week(day):
        return 2.3
    if day.month == 12:
        return 1.9 if day.day <= 20 else 0.7
    return {1: 0.8, 2: 0.85, 7: 0.9, 8: 0.85, 11: 1.15}.get(day.month, 1.0)


class Calendar:
    """The days of a run. Each is 24 hours long and the last one ends at `until`, whatever the time of day."""

    def __init__(self, until_ms: int, days: int) -> None:
        """Lay out the days and how busy each is."""
        self.days = days
        self.start = until_ms - days * DAY
        first = to_datetime(self.start + DAY // 2).date()
        self.dates = [first + timedelta(days=number) for number in range(days)]
        self.weights = [demand(day) * _growth(number, days) for number, day in enumerate(self.dates)]
        self.total = sum(self.weights)

    def shares(self, number: int) -> list[int]:
        """Share a number out over the days, by weight, so that the shares add up to it."""
        shares, done, passed = [], 0, 0.0
        for weight in self.weights:
            passed += weight
            due = min(number, round(number * passed / self.total))
            shares.append(due - done)
            done = due
        return shares

    def day_of(self, at: int) -> int:
        """Return the number of the day an instant falls on."""
        return (at - self.start) // DAY

    def moment_in(self, day: int, offset_hours: int, dice: Dice) -> int:
        """Draw an instant of this day at an hour when people in that time zone are up."""
        begin = self.start + day * DAY
        wanted = (dice.pick(_HOURS) - offset_hours) * HOUR + int(dice.random() * HOUR)
        return begin + (wanted - begin) % DAY

    def busy_day_near(self, day: int, dice: Dice) -> int:
        """Draw one of the seven days from `day` on; busy ones are likelier."""
        week = self.weights[day : day + 7]
        left = dice.random() * sum(week)
        for step, weight in enumerate(week):
            left -= weight
            if left < 0:
                return day + step
        return day


def _growth(number: int, days: int) -> float:
    return _GROWTH_FROM + (_GROWTH_TO - _GROWTH_FROM) * number / max(1, days - 1)
