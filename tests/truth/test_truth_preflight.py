"""Pre-flight: what Segment would do with an event, told before it is sent, as a result or as a setting."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from truth_world import account, operator, set_source

from segment_toolkit import AsyncSegmentToolkit, Envelope, SegmentToolkit
from segment_toolkit.sandbox import Sandbox
from segment_toolkit.truth.forecast import EventForecast

ORDER = {"order_id": "o-1", "revenue": 5, "total": 5, "currency": "EUR", "products": []}


@pytest.fixture
def shop(box: Sandbox) -> Sandbox:
    """The demo's plan and settings, with hardly any traffic."""
    box.load_demo(customers=1, days=1)
    return box


def foreseen(box: Sandbox, slug: str = "SEGMENT_TRACK", **arguments: Any) -> EventForecast:
    (event,) = SegmentToolkit.sandbox(box).preflight(slug, arguments).events
    return event


def test_an_event_that_nothing_stands_against_passes_and_reaches_all(box: Sandbox) -> None:
    event = foreseen(box, userId="u", event="Order Completed")

    assert (event.fate, event.omitted, event.violations) == ("passes", (), ())
    assert [(item.name, item.gets) for item in event.destinations or ()] == [
        ("Amplitude (shop)", "yes"),
        ("Slack #growth", "yes"),
    ]
    assert event.warehouses == ("Postgres", "BigQuery")
    assert list(event.warnings()) == []


def test_only_reads_are_sent_for_it(box: Sandbox, toolkit: SegmentToolkit) -> None:
    toolkit.preflight("SEGMENT_TRACK", {"userId": "u", "event": "A"})

    assert {request.method for request in box.requests} == {"GET"}
    assert box.events == []


def test_an_unplanned_event_is_blocked_and_the_nearest_planned_one_named(shop: Sandbox) -> None:
    event = foreseen(shop, userId="cus_1", event="Order Complete")

    assert (event.fate, event.reason, event.where) == ("blocked", "unplanned_and_schema_violation", "event")
    assert "did you mean 'Order Completed'" in event.text


def test_a_violation_that_blocks_names_the_member_and_not_its_value(shop: Sandbox) -> None:
    properties = {**ORDER, "revenue": "s3cret-value"}

    event = foreseen(shop, userId="cus_1", event="Order Completed", properties=properties, writeKey="shop-api")

    assert (event.fate, event.reason, event.where) == ("blocked", "schema_violation", "properties.revenue")
    assert "is not of type number" in event.text
    assert "s3cret" not in repr(event)


def test_a_missing_member_is_named(shop: Sandbox) -> None:
    properties = {name: value for name, value in ORDER.items() if name != "order_id"}

    event = foreseen(shop, userId="cus_1", event="Order Completed", properties=properties, writeKey="shop-api")

    assert (event.reason, event.where) == ("schema_violation", "properties.order_id")


def test_members_that_would_be_taken_out_are_listed(shop: Sandbox) -> None:
    event = foreseen(
        shop, userId="cus_1", event="Order Completed", properties={**ORDER, "debug_session": "x"}, writeKey="shop-web"
    )

    assert (event.fate, event.omitted) == ("passes", ("properties.debug_session",))


def test_an_offending_member_is_taken_out_where_the_source_says_so(shop: Sandbox) -> None:
    properties = {"product_id": "p", "price": "9 EUR"}

    event = foreseen(shop, userId="cus_1", event="Product Viewed", properties=properties, writeKey="shop-ios")

    assert (event.fate, event.omitted) == ("passes", ("properties.price",))
    assert "properties.price is not of type number" in event.violations


def test_a_key_of_nobody_and_a_source_that_is_off_block_everything(box: Sandbox) -> None:
    nobody = foreseen(box, userId="u", event="A", writeKey="Zz9" + "0" * 29)
    off = foreseen(box, userId="u", event="A", writeKey="old-backoffice")

    assert (nobody.fate, nobody.reason) == ("blocked", "unknown_source")
    assert (off.fate, off.reason) == ("blocked", "source_disabled")


def test_the_integrations_object_decides_by_exact_names(box: Sandbox) -> None:
    event = foreseen(box, userId="u", event="A", integrations={"All": False, "Slack": True, "amplitude": True})

    assert {item.name: item.gets for item in event.destinations or ()} == {
        "Amplitude (shop)": "no",
        "Slack #growth": "yes",
    }
    assert any("'amplitude'" in note and "Amplitude (Actions)" in note for note in event.notes)


def test_a_filter_that_can_be_read_decides_and_another_is_quoted(shop: Sandbox) -> None:
    event = foreseen(shop, userId="cus_1", event="Signed In", properties={"method": "mail"})

    by_name = {item.name: item for item in event.destinations or ()}
    assert by_name["Slack #growth"].gets == "no"
    assert "Only sign-ups and reviews" in by_name["Slack #growth"].reason
    assert by_name["Mixpanel (shop)"].gets == "yes"


def test_a_condition_that_cannot_be_read_is_quoted(box: Sandbox) -> None:
    slack, web = box.destinations["slack"], box.sources["shop-web"]
    body = {"if": 'lowercase( event ) = "a"', "actions": [{"type": "DROP"}], "title": "No a", "enabled": True}
    with operator(box) as api:
        assert api.post(f"/destination/{slack}/filters", json={**body, "sourceId": web}).status_code == 200

    event = foreseen(box, userId="u", event="A")

    (found,) = (item for item in event.destinations or () if item.id == slack)
    assert found.gets == "unknown"
    assert 'lowercase( event ) = "a"' in found.reason


def test_an_event_with_consent_preferences_leaves_destinations_untold(box: Sandbox) -> None:
    context = {"consent": {"categoryPreferences": {"Advertising": True}}}

    event = foreseen(box, userId="u", event="A", context=context)

    assert {item.gets for item in event.destinations or ()} == {"unknown"}


def test_arguments_that_the_toolkit_refuses_itself_are_told(toolkit: SegmentToolkit) -> None:
    forecast = toolkit.preflight("SEGMENT_TRACK", {"event": "A"})

    assert forecast.events == ()
    assert "userId or anonymousId is required" in forecast.problems[0]


def test_without_a_token_it_is_not_possible(box: Sandbox) -> None:
    forecast = account(box, write_key=box.write_key, region="us").preflight(
        "SEGMENT_TRACK", {"userId": "u", "event": "A"}
    )

    assert not forecast.possible
    assert "Public API token" in forecast.gaps[0]


def test_what_cannot_be_read_is_a_gap_and_not_a_guess(box: Sandbox, toolkit: SegmentToolkit) -> None:
    box.inject(status=403, path="/tracking-plans", times=50)

    forecast = toolkit.preflight("SEGMENT_TRACK", {"userId": "u", "event": "A"})

    assert forecast.events[0].fate == "unknown"
    assert "tracking plan could not be read" in forecast.gaps[0]


def test_every_event_of_a_batch_is_told_by_its_place(shop: Sandbox) -> None:
    batch = [
        {"type": "track", "userId": "cus_1", "event": "Signed Up", "properties": {"method": "mail"}},
        {"type": "track", "userId": "cus_1", "event": "Nope"},
    ]

    forecast = SegmentToolkit.sandbox(shop).preflight("SEGMENT_BATCH", {"batch": batch})

    assert [event.fate for event in forecast.events] == ["passes", "blocked"]
    assert [problem.path for problem in forecast.refusals()] == ["batch[1].event"]


def sent(box: Sandbox, mode: str, slug: str = "SEGMENT_TRACK", **arguments: Any) -> Envelope:
    return SegmentToolkit.sandbox(box, preflight=mode).tools.execute(slug, arguments)


def test_warn_sends_the_event_and_says_what_becomes_of_it(shop: Sandbox) -> None:
    before = len(shop.dropped)

    envelope = sent(shop, "warn", userId="cus_1", event="Nope")

    assert envelope.successful
    assert "Segment would drop this event (unplanned" in envelope.data["warnings"][0]
    assert len(shop.dropped) == before + 1


def test_refuse_sends_nothing_that_would_be_blocked(shop: Sandbox) -> None:
    before = shop.event_count, len(shop.dropped)

    envelope = sent(shop, "refuse", userId="cus_1", event="Order Complete")

    assert envelope.failure is not None
    assert envelope.failure.code == "validation"
    assert "did you mean 'Order Completed'" in (envelope.error or "")
    assert "Nothing was sent" in (envelope.error or "")
    assert (shop.event_count, len(shop.dropped)) == before


def test_refuse_gives_a_receipt_for_every_event_of_a_batch(shop: Sandbox) -> None:
    batch = [{"type": "track", "userId": "cus_1", "event": name} for name in ("Signed Up", "Nope")]

    envelope = sent(shop, "refuse", "SEGMENT_BATCH", batch=batch)

    assert [receipt["accepted"] for receipt in envelope.data["receipts"]] == [False, False]
    assert "not in the tracking plan" in envelope.data["receipts"][1]["reason"]


def test_refuse_asks_the_host_about_a_source_that_is_off(box: Sandbox) -> None:
    envelope = sent(box, "refuse", userId="u", event="A", writeKey="old-backoffice")

    assert envelope.failure is not None
    assert envelope.failure.code == "refused"
    assert box.dropped == []


def test_refuse_lets_through_what_only_loses_members(shop: Sandbox) -> None:
    envelope = sent(shop, "refuse", userId="cus_1", event="Signed Up", properties={"method": "m", "odd": 1})

    assert envelope.successful
    assert "Segment would take out properties.odd" in envelope.data["warnings"]


@pytest.mark.parametrize("mode", ["warn", "refuse"])
def test_without_a_token_the_event_is_sent_and_the_warning_says_so(box: Sandbox, mode: str) -> None:
    toolkit = account(box, write_key=box.write_key, region="us", preflight=mode)

    envelope = toolkit.tools.execute("SEGMENT_TRACK", {"userId": "u", "event": "A"})

    assert envelope.successful
    assert envelope.data["warnings"][0].startswith("pre-flight was not possible")
    assert len(box.events) == 1


@pytest.mark.parametrize("mode", ["warn", "refuse"])
def test_a_read_that_fails_stops_no_event(box: Sandbox, mode: str) -> None:
    box.inject(status=403, method="GET", times=50)

    envelope = sent(box, mode, userId="u", event="A")

    assert envelope.successful
    assert "pre-flight was not possible" in envelope.data["warnings"][0]


def test_the_workspace_is_read_once_a_minute(box: Sandbox) -> None:
    toolkit = SegmentToolkit.sandbox(box, preflight="warn")

    for number in range(20):
        toolkit.tools.execute("SEGMENT_TRACK", {"userId": "u", "event": f"Event {number}"})

    reads = [request for request in box.requests if request.method == "GET"]
    assert len(reads) < 12
    assert len(box.events) == 20


def test_a_change_through_the_same_toolkit_is_seen_at_once(box: Sandbox) -> None:
    toolkit = SegmentToolkit.sandbox(box, preflight="refuse")
    event = {"userId": "u", "event": "A", "writeKey": "shop-ios"}
    first = toolkit.tools.execute("SEGMENT_TRACK", event)

    toolkit.tools.execute("SEGMENT_UPDATE_SOURCE", {"sourceId": box.sources["shop-ios"], "enabled": False})
    second = toolkit.tools.execute("SEGMENT_TRACK", event)

    assert (first.successful, second.successful) == (True, False)


def test_another_setting_is_refused_where_it_is_given() -> None:
    with pytest.raises(ValueError, match="'warn' or 'refuse'"):
        SegmentToolkit(preflight="maybe")


def test_the_async_toolkit_foresees_the_same(shop: Sandbox) -> None:
    arguments = {"userId": "cus_1", "event": "Nope"}

    async def asked() -> tuple[object, Envelope]:
        async with AsyncSegmentToolkit.sandbox(shop, preflight="refuse") as toolkit:
            return await toolkit.preflight("SEGMENT_TRACK", arguments), await toolkit.tools.execute(
                "SEGMENT_TRACK", arguments
            )

    forecast, envelope = asyncio.run(asked())

    assert forecast == SegmentToolkit.sandbox(shop).preflight("SEGMENT_TRACK", arguments)
    assert not envelope.successful


def test_a_source_with_nothing_connected_is_warned_of(box: Sandbox) -> None:
    set_source(box, "old-backoffice", enabled=True)

    envelope = sent(box, "warn", userId="u", event="A", writeKey="old-backoffice")

    assert envelope.data["warnings"] == ["no destination or warehouse would get this event"]
