"""A year of an online shop, as its SDKs would send it to Segment.

The run goes day by day. On each day new people come, customers come back, and the server reports on orders; what
has arrived by the end of the day is given out, so that the year is never in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from segment_toolkit.sandbox.demo.browsing import arrive, browse, browse_anonymously, see_promotion, sign_in, sign_up
from segment_toolkit.sandbox.demo.devices import Browser
from segment_toolkit.sandbox.demo.instant import DAY, to_ms
from segment_toolkit.sandbox.demo.ordering import check_out, grow
from segment_toolkit.sandbox.demo.people import (
    SHARED_BROWSER_SHARE,
    WHOLESALE_SHARE,
    Person,
    new_person,
    new_staff,
)
from segment_toolkit.sandbox.demo.seasons import Calendar, in_sale_week
from segment_toolkit.sandbox.demo.shop import Moment, Shop
from segment_toolkit.sandbox.demo.visit import Visit, start_visit
from segment_toolkit.sandbox.wire import Json

# Visitors who never sign up, for a hundred who do. Real shops have far more; they would only drown the rest.
PASSERS_PER_HUNDRED = 60
# The share of new customers who sign up on their first visit; the others come back some days later.
AT_ONCE_SHARE = 0.75
LETTER_CLICKED_SHARE = 0.12
STAFF = 4

_CAMPAIGNS = (
    {"name": "brand", "source": "search-ads", "medium": "cpc"},
    {"name": "spring-table", "source": "social-ads", "medium": "paid-social"},
    {"name": "makers", "source": "partner-blog", "medium": "referral"},
)
_REFERRERS = ("", "", "https://search.example.com/", "https://search.example.com/", "https://blog.example.com/tables")
_LETTER = {"name": "sale-week", "source": "newsletter", "medium": "email"}


def shop_traffic(seed: str, until: datetime, *, customers: int = 1_500, days: int = 365) -> Iterator[Moment]:
    """Yield what reaches Segment in the `days` times 24 hours before `until`, in the order it arrives.

    About 30 messages for each of the `customers` who sign up. The same arguments give the same messages. Raises
    ValueError, at once, for an `until` without a zone and for negative numbers.
    """
    if until.tzinfo is None:
        raise ValueError("until must have a time zone")
    if customers < 0 or days < 0:
        raise ValueError("customers and days must not be negative")
    return _run(f"{seed}/{until.isoformat()}", Calendar(to_ms(until), days), customers)


def _run(seed: str, calendar: Calendar, customers: int) -> Iterator[Moment]:
    shop = Shop(seed, calendar)
    newcomers, passers = calendar.shares(customers), calendar.shares(customers * PASSERS_PER_HUNDRED // 100)
    staff = [new_staff(number, shop.dice) for number in range(1, STAFF + 1)] if customers else []
    for day in range(calendar.days):
        for _ in range(newcomers[day]):
            _welcome(shop, day)
        for _ in range(passers[day]):
            _pass_by(shop, new_person(shop.number(), shop.dice), day)
        _send_letter(shop, day)
        _work(shop, staff, day)
        for job in shop.jobs(day):
            job(day)
        yield from shop.outbox.arrived(calendar.start + (day + 1) * DAY)


def _welcome(shop: Shop, day: int) -> None:
    """Let somebody come for the first time who will be a customer, today or soon."""
    dice, browser = shop.dice, None
    if shop.customers and dice.chance(SHARED_BROWSER_SHARE):
        browser = dice.pick(shop.customers).browser
    person = new_person(shop.number(), dice, browser)
    if dice.chance(WHOLESALE_SHARE):
        person.company, person.habit = dice.pick(shop.companies), 20
    if dice.chance(AT_ONCE_SHARE):
        _shop(shop, person, day)
    else:
        _look(shop, person, day)
        shop.plan(day + dice.between(1, 6), partial(_shop, shop, person))


def _pass_by(shop: Shop, person: Person, day: int) -> None:
    """Let somebody come who stays anonymous; one in seven comes twice."""
    _look(shop, person, day)
    if shop.dice.chance(0.14):
        shop.plan(day + shop.dice.between(1, 10), partial(_look, shop, person))


def _look(shop: Shop, person: Person, day: int) -> None:
    visit = _come(shop, person, day)
    browse_anonymously(visit)
    visit.leave()


def _shop(shop: Shop, person: Person, day: int, campaign: Json | None = None) -> None:
    """Let a customer, or somebody about to become one, come to the shop; the next visit is planned at the end."""
    visit = _come(shop, person, day, campaign)
    if person.signed_up_at is None:
        # On a shared browser whoever used it last was still logged in; now they are not.
        visit.device.user_id = None
    elif visit.device.user_id != person.user_id:
        sign_in(visit)
    cart_id = f"cart_{shop.number()}"
    lines = browse(visit, cart_id)
    if person.signed_up_at is None:
        sign_up(visit)
        _on_signed_up(shop, person, day)
    if lines and visit.online_at is None:
        check_out(visit, lines, cart_id)
    visit.leave()
    if campaign is None and person.habit is not None:
        _plan_return(shop, person, day)


def _come(shop: Shop, person: Person, day: int, campaign: Json | None = None) -> Visit:
    """Start a visit: in the app when the customer has one and feels like it, else in the browser."""
    dice = shop.dice
    in_app = person.phone is not None and person.signed_up_at is not None and campaign is None and dice.chance(0.6)
    device = person.phone if in_app and person.phone is not None else person.browser
    if campaign is None and isinstance(device, Browser) and dice.chance(0.2):
        campaign = dice.pick(_CAMPAIGNS)
    visit = start_visit(shop, person, device, day, campaign)
    visit.referrer = "" if visit.in_app else dice.pick(_REFERRERS)
    arrive(visit)
    if in_sale_week(shop.calendar.dates[day]):
        see_promotion(visit, "sale-week")
    elif dice.chance(0.08):
        see_promotion(visit, "new-table")
    return visit


def _on_signed_up(shop: Shop, person: Person, day: int) -> None:
    if person.company is not None:
        shop.plan(day + 90, partial(grow, shop, person, person.company))


def _plan_return(shop: Shop, person: Person, day: int) -> None:
    gap = 1 + int(shop.dice.waiting(person.habit or 0))
    if day + gap < shop.calendar.days:
        soon = shop.calendar.busy_day_near(day + gap, shop.dice)
        shop.plan(soon, partial(_shop, shop, person))


def _send_letter(shop: Shop, day: int) -> None:
    """On the first day of the sale, write to all subscribers; some come today, some tomorrow."""
    if shop.calendar.dates[day].month != 11 or shop.calendar.dates[day].day != 23:
        return
    for person in shop.customers:
        if person.newsletter and shop.dice.chance(LETTER_CLICKED_SHARE):
            shop.plan(day + shop.dice.between(0, 3), partial(_shop, shop, person, campaign=_LETTER))


def _work(shop: Shop, staff: list[Person], day: int) -> None:
    """Let one of the staff look at their own shop, on some working days."""
    if not staff or shop.calendar.dates[day].weekday() > 4 or not shop.dice.chance(0.25):
        return
    person = shop.dice.pick(staff)
    visit = start_visit(shop, person, person.browser, day)
    arrive(visit)
    person.signed_up_at = person.signed_up_at or visit.now
    if visit.device.user_id is None:
        visit.identify(person.traits())
    browse_anonymously(visit)
    visit.leave()
