"""The traffic as a stream: repeatable, in order, of the promised size, in the form SDKs send."""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest

from segment_toolkit.sandbox import wire
from segment_toolkit.sandbox.demo import Moment, shop_traffic
from segment_toolkit.sandbox.instants import parse_instant

UNTIL = datetime(2026, 3, 18, 10, 30, tzinfo=UTC)
DOMAIN = re.compile(r"[\w-]+\.(?:com|org|net|io|dev|de|eu|fr|nl|app|co|uk)\b(?!\.)")


def as_bytes(moments: Iterator[Moment]) -> list[bytes]:
    return [json.dumps([moment.at.isoformat(), moment.source, moment.message]).encode() for moment in moments]


def small(seed: str = "acme", until: datetime = UNTIL, customers: int = 40, days: int = 60) -> list[bytes]:
    return as_bytes(shop_traffic(seed, until, customers=customers, days=days))


def texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts(child)


def containers(value: object) -> Iterator[object]:
    if isinstance(value, dict | list):
        yield value
        for child in value.values() if isinstance(value, dict) else value:
            yield from containers(child)


def test_the_same_seed_and_instant_give_the_same_bytes() -> None:
    assert small() == small()


@pytest.mark.parametrize(
    "other",
    [small("other"), small(until=UNTIL - timedelta(days=1)), small(customers=41), small(days=61)],
    ids=["seed", "until", "customers", "days"],
)
def test_another_argument_gives_another_year(other: list[bytes]) -> None:
    assert small() != other


def test_messages_arrive_in_order_and_within_the_days(year: list[Moment]) -> None:
    arrivals = [moment.at for moment in year]

    assert arrivals == sorted(arrivals)
    assert UNTIL - timedelta(days=365) <= arrivals[0]
    assert arrivals[-1] < UNTIL


def test_a_year_of_the_default_shop_is_about_45_000_messages_from_three_sources() -> None:
    sources = Counter(moment.source for moment in shop_traffic("acme", UNTIL))

    assert 40_000 < sources.total() < 50_000
    assert set(sources) == {"shop-web", "shop-api", "shop-ios"}
    assert sources["shop-web"] > sources["shop-ios"] > sources["shop-api"] > 1_000


def test_the_first_messages_come_without_the_year_being_made() -> None:
    endless = shop_traffic("acme", UNTIL, customers=2_000, days=100_000)

    first = list(itertools.islice(endless, 5))

    assert len(first) == 5


@pytest.mark.parametrize(("customers", "days"), [(0, 365), (0, 0), (10, 0)])
def test_a_shop_without_customers_or_days_sends_nothing(customers: int, days: int) -> None:
    assert small(customers=customers, days=days) == []


@pytest.mark.parametrize(("customers", "days"), [(1, 1), (3, 2), (200, 1), (1, 400)])
def test_any_number_of_customers_and_days_will_do(customers: int, days: int) -> None:
    moments = list(shop_traffic("acme", UNTIL, customers=customers, days=days))

    assert all(UNTIL - timedelta(days=days) <= moment.at < UNTIL for moment in moments)


@pytest.mark.parametrize(
    ("until", "customers", "days"),
    [(datetime(2026, 3, 18), 1, 1), (UNTIL, -1, 1), (UNTIL, 1, -1)],
    ids=["no zone", "negative customers", "negative days"],
)
def test_arguments_without_meaning_are_refused_at_once(until: datetime, customers: int, days: int) -> None:
    with pytest.raises(ValueError, match="must"):
        shop_traffic("acme", until, customers=customers, days=days)


def test_any_text_is_a_seed() -> None:
    assert small("") != small("\ud800")


def test_until_may_be_in_any_zone() -> None:
    moments = list(shop_traffic("acme", UNTIL.astimezone(timezone(timedelta(hours=9))), customers=5, days=5))

    assert moments
    assert {moment.at.tzinfo for moment in moments} == {UTC}


def test_every_message_has_what_an_sdk_adds(year: list[Moment]) -> None:
    for moment in year:
        message = moment.message
        assert message["type"] in ("identify", "track", "page", "screen", "group")
        assert message["context"]["library"].keys() == {"name", "version"}
        assert parse_instant(message["timestamp"])
        assert parse_instant(message["sentAt"])


@pytest.mark.parametrize(
    ("source", "keys"),
    [
        ("shop-web", {"library", "userAgent", "locale", "timezone", "ip", "page"}),
        ("shop-ios", {"library", "app", "device", "os", "screen", "network", "locale", "timezone", "ip"}),
        ("shop-api", {"library", "traits"}),
    ],
)
def test_each_source_sends_the_context_of_its_kind(year: list[Moment], source: str, keys: set[str]) -> None:
    contexts = [moment.message["context"] for moment in year if moment.source == source]

    assert contexts
    assert all(keys <= context.keys() for context in contexts)


def test_only_the_app_sends_screens_and_only_the_website_pages(year: list[Moment]) -> None:
    by_type = {(moment.message["type"], moment.source) for moment in year}

    assert {source for kind, source in by_type if kind == "screen"} == {"shop-ios"}
    assert {source for kind, source in by_type if kind == "page"} == {"shop-web"}


def test_no_message_id_comes_twice_but_by_mistake_and_none_is_too_long(good: list[Moment]) -> None:
    ids = [moment.message["messageId"] for moment in good]

    assert len(ids) == len(set(ids))
    assert max(map(len, ids)) <= 100


def test_every_message_is_json_of_less_than_32_kb(year: list[Moment]) -> None:
    assert max(wire.size(moment.message) for moment in year) < 32 * 1024


def test_every_domain_and_address_is_one_reserved_for_examples(year: list[Moment]) -> None:
    found = {text for moment in year for text in texts(moment.message)}

    hosts = {match[0] for text in found for match in DOMAIN.finditer(text)}
    addresses = {text for text in found if re.fullmatch(r"\d+\.\d+\.\d+\.\d+", text)}

    assert hosts == {"example.com"}
    assert {address.rpartition(".")[0] for address in addresses} == {"192.0.2", "198.51.100", "203.0.113"}


def test_no_two_messages_share_an_object_so_changing_one_changes_no_other() -> None:
    moments = list(shop_traffic("acme", UNTIL, customers=60, days=90))

    ids = [id(each) for moment in moments for each in containers(moment.message)]

    assert len(ids) == len(set(ids))
