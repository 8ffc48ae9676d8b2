"""The demo adds up like any other traffic, and its mistakes end as its table says."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from segment_toolkit.sandbox.demo import shop_traffic
from segment_toolkit.sandbox.demo.mistakes import MISTAKES, Mistake, named
from segment_toolkit.sandbox.pipeline.forwarding import MARK
from segment_toolkit.sandbox.store import ledger
from tests.sandbox.pipeline.pipeline_world import NOW, Event, World, writing_to
from tests.sandbox.pipeline.pipeline_world import world as new_world

# A seed whose few customers make every mistake at least once.
SEED, CUSTOMERS, DAYS = "shop-58", 150, 40


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A sandbox with the demo in it; tests only read it."""
    folder: Path = tmp_path_factory.mktemp("demo")
    with new_world(seed=SEED, deliveries=writing_to(folder)) as found:
        found.box.load_demo(customers=CUSTOMERS, days=DAYS)
        assert found.box.settle()
        yield found


@pytest.fixture(scope="module")
def by_mistake(shop: World) -> dict[str | None, list[Event]]:
    """The messages that were sent, by the mistake they show."""
    seed = shop.box._backend.home.facts.seed
    found: dict[str | None, list[Event]] = defaultdict(list)
    for message, mistake in named(each.message for each in shop_traffic(seed, NOW, customers=CUSTOMERS, days=DAYS)):
        found[mistake].append(message)
    return found


def test_every_message_of_the_demo_is_stored_or_dropped(shop: World, by_mistake: dict[str | None, list[Event]]) -> None:
    stored = [event for event in shop.box.events if MARK not in event]
    dropped = [item["event"] for item in shop.box.dropped if MARK not in item["event"]]

    sent = Counter(message["messageId"] for messages in by_mistake.values() for message in messages)
    assert Counter(event["messageId"] for event in (*stored, *dropped)) == sent


def test_the_counters_of_the_demo_agree_with_its_events(shop: World) -> None:
    totals, stored = shop.box.totals, Counter(event["sourceId"] for event in shop.box.events)

    for source in shop.box.sources.values():
        filtered = totals.get((source, "", ledger.FILTERED_AT_SOURCE), 0)
        assert totals.get((source, "", ledger.RECEIVED), 0) == stored[source] + filtered
    assert shop.sql("SELECT sum(number) FROM api_calls") == [(stored.total(),)]
    assert shop.sql("PRAGMA integrity_check") == [("ok",)]


def test_what_a_source_of_the_demo_lets_through_comes_to_each_of_its_destinations(shop: World) -> None:
    totals, waiting = shop.box.totals, shop.box._backend.dispatch.courier.waiting()
    ends = (ledger.FILTERED_AT_DESTINATION, ledger.DELIVERED, ledger.FAILED_DELIVERY)

    for destination in shop.box._backend.home.destinations.values():
        ended = sum(totals.get((destination.source_id, destination.id, step), 0) for step in ends)
        arrived = totals.get((destination.source_id, "", ledger.RECEIVED), 0)
        arrived -= totals.get((destination.source_id, "", ledger.FILTERED_AT_SOURCE), 0)
        assert ended + waiting.get(destination.id, 0) == (arrived if destination.enabled else 0), destination.name


def test_the_warehouses_of_the_demo_hold_its_events(shop: World) -> None:
    for source in shop.box._backend.home.sources.values():
        tracks = sum(event["type"] == "track" and event["sourceId"] == source.id for event in shop.box.events)
        for warehouse in shop.box._backend.home.warehouses.values():
            if source.id in warehouse.source_ids and tracks:
                table = f"{warehouse.prefix}__{source.warehouse_schema}__tracks"
                assert shop.sql(f"SELECT count(*) FROM {table}") == [(tracks,)]


@pytest.mark.parametrize(
    "mistake", [item for item in MISTAKES if not item.outcome.startswith("omitted")], ids=lambda item: item.name
)
def test_a_mistake_that_costs_the_event_is_dropped_for_its_reason(
    shop: World, by_mistake: dict[str | None, list[Event]], mistake: Mistake
) -> None:
    reasons: dict[str, Counter[str]] = defaultdict(Counter)
    for item in shop.box.dropped:
        reasons[item["event"]["messageId"]][item["reason"]] += 1
    outcome = mistake.outcome.replace("duplicate", "duplicate_message_id")

    assert by_mistake[mistake.name]
    assert all(reasons[message["messageId"]][outcome] for message in by_mistake[mistake.name])


@pytest.mark.parametrize(
    "mistake", [item for item in MISTAKES if item.outcome.startswith("omitted")], ids=lambda item: item.name
)
def test_a_mistake_that_costs_a_property_is_marked_in_the_stored_event(
    shop: World, by_mistake: dict[str | None, list[Event]], mistake: Mistake
) -> None:
    stored = {event["messageId"]: event for event in shop.box.events if MARK not in event}
    name = {"price_as_text": "price", "unplanned_property": "debug_session"}[mistake.name]

    assert by_mistake[mistake.name]
    for message in by_mistake[mistake.name]:
        event = stored[message["messageId"]]
        assert event["context"]["protocols"][mistake.outcome] == [name]
        assert name not in event["properties"]


def test_nothing_but_the_mistakes_is_dropped_or_marked(shop: World, by_mistake: dict[str | None, list[Event]]) -> None:
    good = {message["messageId"] for message in by_mistake[None]}
    again = {message["messageId"] for message in by_mistake["duplicate_delivery"]}

    dropped = {item["event"]["messageId"] for item in shop.box.dropped}
    marked = {event["messageId"] for event in shop.box.events if "protocols" in event["context"]}
    assert good & dropped == again
    assert good & marked == set()
    assert shop.box.violations
