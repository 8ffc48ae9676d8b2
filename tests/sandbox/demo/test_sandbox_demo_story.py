"""What the traffic tells: a shop whose funnel, seasons, customers and clocks make sense."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from segment_toolkit.sandbox.demo import Moment
from segment_toolkit.sandbox.demo.seasons import in_sale_week
from segment_toolkit.sandbox.instants import parse_instant
from segment_toolkit.sandbox.wire import Json

FUNNEL = ("Product Viewed", "Product Added", "Checkout Started", "Order Completed", "Order Refunded")


def cents(amount: Any) -> int:
    """Read an amount, and insist that it is a number with at most two decimals."""
    assert isinstance(amount, float)
    assert round(amount, 2) == amount
    return round(amount * 100)


def event_counts(moments: Iterable[Moment]) -> Counter[str]:
    return Counter(moment.message["event"] for moment in moments if moment.message["type"] == "track")


def corrected(moment: Moment) -> datetime:
    """Return the time that Segment works out: receivedAt - (sentAt - timestamp)."""
    original, sent = parse_instant(moment.message["timestamp"]), parse_instant(moment.message["sentAt"])
    assert original is not None
    assert sent is not None
    return moment.at - (sent - original)


def daily_mean(moments: list[Moment], wanted: set[date]) -> float:
    return sum(moment.at.date() in wanted for moment in moments) / len(wanted)


def days_between(first: date, last: date) -> set[date]:
    return {first + timedelta(days=number) for number in range((last - first).days + 1)}


def test_the_funnel_narrows_at_every_step(good: list[Moment]) -> None:
    counts = event_counts(good)

    assert all(counts[wide] > counts[narrow] > 0 for wide, narrow in pairwise(FUNNEL))


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        ("Product Added", "Product Viewed", 0.2, 0.45),
        ("Checkout Started", "Cart Viewed", 0.65, 0.85),
        ("Order Completed", "Checkout Started", 0.65, 0.85),
        ("Order Refunded", "Order Completed", 0.03, 0.15),
        ("Order Cancelled", "Order Completed", 0.005, 0.07),
        ("Product Reviewed", "Order Completed", 0.03, 0.2),
        ("Newsletter Subscribed", "Signed Up", 0.35, 0.55),
    ],
)
def test_each_step_keeps_a_believable_share(good: list[Moment], part: str, whole: str, low: float, high: float) -> None:
    counts = event_counts(good)

    assert low < counts[part] / counts[whole] < high


def test_every_order_is_of_a_customer_who_was_identified_before(year: list[Moment]) -> None:
    known: set[str] = set()
    strangers = []
    for moment in year:
        message = moment.message
        if message["type"] == "identify":
            known.add(message["userId"])
        if moment.source == "shop-api" and message["userId"] not in known:
            strangers.append(message)

    assert known
    assert strangers == []


def test_the_sums_of_an_order_are_exact(orders: list[Json]) -> None:
    for order in (message["properties"] for message in orders):
        products = sum(cents(product["price"]) * product["quantity"] for product in order["products"])
        assert cents(order["revenue"]) == products
        assert cents(order["subtotal"]) == products - cents(order["discount"])
        assert cents(order["total"]) == cents(order["subtotal"]) + cents(order["shipping"]) + cents(order["tax"])
        assert cents(order["tax"]) == (cents(order["subtotal"]) * 20 + 50) // 100


def test_a_discount_comes_with_a_coupon_and_only_with_one(orders: list[Json]) -> None:
    with_coupon = [order["properties"] for order in orders if "coupon" in order["properties"]]

    assert with_coupon
    assert all((order["properties"]["discount"] > 0) == ("coupon" in order["properties"]) for order in orders)


def test_what_becomes_of_an_order_names_an_order_that_was_completed_before(year: list[Moment]) -> None:
    completed, unknown = set(), []
    for message in (moment.message for moment in year):
        event, properties = str(message.get("event")), message.get("properties") or {}
        if event.lower() == "order completed":
            # The checkout has the number of its order, which a few orders lack by mistake.
            completed.add(properties["checkout_id"].replace("checkout", "order"))
        elif event in ("Order Updated", "Order Refunded", "Order Cancelled") and properties:
            unknown += [message] if properties["order_id"] not in completed else []

    assert completed
    assert unknown == []


def test_order_ids_are_unique(orders: list[Json]) -> None:
    ids = [order["properties"]["order_id"] for order in orders]

    assert len(ids) == len(set(ids))


def test_some_customers_come_back_to_buy(orders: list[Json]) -> None:
    per_customer = Counter(order["userId"] for order in orders)

    assert 0.05 < sum(number > 1 for number in per_customer.values()) / len(per_customer) < 0.6


def test_the_sale_week_and_december_are_the_busiest_time(year: list[Moment]) -> None:
    sale = {day for day in days_between(date(2025, 11, 1), date(2025, 11, 30)) if in_sale_week(day)}
    october = days_between(date(2025, 10, 1), date(2025, 10, 31))
    advent = days_between(date(2025, 12, 1), date(2025, 12, 20))

    assert len(sale) == 7
    assert daily_mean(year, sale) > 1.6 * daily_mean(year, october)
    assert daily_mean(year, advent) > 1.3 * daily_mean(year, october)


def test_the_shop_grows_over_the_year(year: list[Moment]) -> None:
    spring, late_winter = (
        days_between(date(2025, 4, 1), date(2025, 5, 31)),
        days_between(date(2026, 2, 1), date(2026, 3, 17)),
    )

    assert daily_mean(year, late_winter) > 1.5 * daily_mean(year, spring)


def test_weekends_are_busier_than_midweek(year: list[Moment]) -> None:
    weekdays = Counter(moment.at.weekday() for moment in year)

    assert weekdays[5] + weekdays[6] > 1.15 * (weekdays[1] + weekdays[2])


def test_people_browse_anonymously_and_are_known_by_the_same_anonymous_id_later(good: list[Moment]) -> None:
    before: set[str] = set()
    joined: set[str] = set()
    for message in (moment.message for moment in good if moment.source == "shop-web"):
        if "userId" not in message:
            before.add(message["anonymousId"])
        elif message["type"] == "identify" and message["anonymousId"] in before:
            joined.add(message["userId"])

    assert len(joined) > 300
    assert len(before) > len(joined)


def test_customers_with_the_app_have_another_anonymous_id_there(good: list[Moment]) -> None:
    ids: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for moment in good:
        if moment.message["type"] == "identify":
            ids[moment.message["userId"]][moment.source].add(moment.message["anonymousId"])

    both = [sources for sources in ids.values() if sources.keys() == {"shop-web", "shop-ios"}]

    assert len(both) > 30
    assert all(sources["shop-web"].isdisjoint(sources["shop-ios"]) for sources in both)


def test_some_browsers_are_shared_by_two_customers(good: list[Moment]) -> None:
    users: dict[str, set[str]] = defaultdict(set)
    for message in (moment.message for moment in good):
        if message["type"] == "identify":
            users[message["anonymousId"]].add(message["userId"])

    assert any(len(names) == 2 for names in users.values())


def test_some_customers_mistype_their_address_and_correct_it_soon(good: list[Moment]) -> None:
    emails: dict[str, list[str]] = defaultdict(list)
    for message in (moment.message for moment in good):
        if message["type"] == "identify":
            emails[message["userId"]].append(message["traits"]["email"])

    changed = [given for given in emails.values() if len(set(given)) > 1]

    assert 1 <= len(changed) < 0.06 * len(emails)
    assert all(len(set(given)) == 2 and given[0] not in given[1:] for given in changed)
    assert all(sorted(given[0]) == sorted(given[1]) for given in changed)


def test_a_fast_clock_is_corrected_by_what_segment_does(good: list[Moment]) -> None:
    ahead = [moment for moment in good if parse_instant(moment.message["timestamp"]) > moment.at]  # type: ignore[operator]  # every timestamp parses: another test

    assert 0.005 < len(ahead) / len(good) < 0.06
    assert all(timedelta() < moment.at - corrected(moment) < timedelta(minutes=5) for moment in ahead)


def test_some_messages_arrive_hours_late_and_out_of_order(good: list[Moment]) -> None:
    late = [moment for moment in good if moment.at - corrected(moment) > timedelta(hours=1)]
    times = [corrected(moment) for moment in good]

    assert {moment.source for moment in late} == {"shop-ios"}
    assert 0.001 < sum(after < before for before, after in pairwise(times)) / len(times) < 0.2


def test_part_of_the_traffic_has_consent_preferences_and_part_an_integrations_object(good: list[Moment]) -> None:
    messages = [moment.message for moment in good if moment.source != "shop-api"]

    consenting = [
        message["context"]["consent"]["categoryPreferences"] for message in messages if "consent" in message["context"]
    ]
    choosing = [message["integrations"] for message in messages if "integrations" in message]

    assert 0.3 < len(consenting) / len(messages) < 0.6
    assert {frozenset(each) for each in consenting} == {frozenset({"functional", "analytics", "advertising"})}
    assert 0.01 < len(choosing) / len(messages) < 0.15


def test_wholesale_customers_belong_to_companies(good: list[Moment]) -> None:
    groups = [moment.message for moment in good if moment.message["type"] == "group"]
    orders = [moment.message for moment in good if moment.message["context"].get("groupId")]

    assert {group["groupId"] for group in groups} >= {order["context"]["groupId"] for order in orders}
    assert all({"name", "industry", "employees", "plan"} <= group["traits"].keys() for group in groups)
    assert any(order.get("event") == "Order Completed" for order in orders)


def test_staff_browse_and_do_not_buy(good: list[Moment]) -> None:
    staff = [moment.message for moment in good if moment.message.get("userId", "").startswith("staff_")]

    assert staff
    assert not {message.get("event") for message in staff} & {"Checkout Started", "Order Completed", "Signed Up"}


def test_campaigns_bring_visitors(good: list[Moment]) -> None:
    campaigns = Counter(
        moment.message["context"]["campaign"]["medium"] for moment in good if "campaign" in moment.message["context"]
    )

    assert set(campaigns) == {"cpc", "paid-social", "referral", "email"}


def test_people_sleep_at_night(good: list[Moment]) -> None:
    hours = Counter(moment.at.hour for moment in good if moment.message["context"].get("timezone") == "Europe/London")

    assert sum(hours[hour] for hour in range(6)) < 0.1 * hours.total()
    assert max(hours, key=hours.__getitem__) in range(17, 23)
