"""Behind the edge: what is stored, what is dropped and why, and what the counters say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from segment_toolkit.sandbox import Sandbox, StoppedClock

GOOD = {"type": "track", "userId": "u", "event": "E"}
CONSENT = {"type": "track", "userId": "u", "event": "Segment Consent Preference Updated"}


def send(box: Sandbox, client: httpx.Client, *events: object, **top: object) -> None:
    """Send a batch and check that it is answered like any other."""
    response = client.post("/batch", json={"writeKey": box.write_key, "batch": events, **top})
    assert response.json() == {"success": True}


def reasons(box: Sandbox) -> list[str]:
    return [drop["reason"] for drop in box.dropped]


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ({"type": "track", "event": "E"}, "no_user_anon_id"),
        ({"type": "track", "event": "E", "userId": None}, "no_user_anon_id"),
        ({"type": "group", "groupId": "g"}, "no_user_anon_id"),
        ({"type": "track", "event": "E", "userId": 7}, "id_not_string"),
        ({"type": "track", "event": "E", "userId": ""}, "id_not_string"),
        ({"type": "track", "event": "E", "anonymousId": "  "}, "id_not_string"),
        ({"type": "track", "userId": "u"}, "event_not_defined"),
        ({"type": "track", "userId": "u", "event": ""}, "event_not_defined"),
        ({"type": "track", "userId": "u", "event": 7}, "event_not_string"),
        ({**GOOD, "properties": []}, "properties_not_object"),
        ({**GOOD, "properties": None}, "properties_not_object"),
        ({"type": "page", "userId": "u", "properties": "p"}, "properties_not_object"),
        ({"type": "identify", "userId": "u", "traits": []}, "traits_not_object"),
        ({"type": "group", "userId": "u", "groupId": "g", "traits": 7}, "traits_not_object"),
        ({"type": "page", "userId": "u", "name": ""}, "name_not_string"),
        ({"type": "screen", "userId": "u", "name": 7}, "name_not_string"),
        ({"type": "page", "userId": "u", "category": ["c"]}, "category_not_string"),
        ({"type": "group", "userId": "u"}, "id_required"),
        ({"type": "group", "userId": "u", "groupId": 7}, "id_not_string"),
        ({"type": "alias", "userId": "u"}, "id_required"),
        ({"type": "alias", "anonymousId": "a", "previousId": "p"}, "id_required"),
        ({**GOOD, "context": "here"}, "bad_request"),
        ({**GOOD, "integrations": ["All"]}, "bad_request"),
        (CONSENT, "consent_categorypreferences_should_exist"),
        ({**CONSENT, "context": {"consent": 7}}, "consent_categorypreferences_should_exist"),
        (
            {**CONSENT, "context": {"consent": {"categoryPreferences": []}}},
            "consent_categorypreferences_fields_should_be_object",
        ),
        (
            {**CONSENT, "context": {"consent": {"categoryPreferences": {"ads": "yes"}}}},
            "consent_categorypreferences_fields_should_be_bool",
        ),
        ({"userId": "u", "event": "E"}, "multi_user_error"),
        ({"type": "teleport", "userId": "u"}, "multi_user_error"),
        ("no object", "bad_request"),
        ({**GOOD, "properties": {"pad": "x" * 33_000}}, "bad_request"),
    ],
)
def test_a_bad_event_is_dropped_alone_and_with_its_code(
    box: Sandbox, tracking: httpx.Client, event: object, reason: str
) -> None:
    send(box, tracking, GOOD, event, GOOD)

    assert reasons(box) == [reason]
    assert len(box.events) == 2


@pytest.mark.parametrize(
    "event",
    [
        {"type": "page", "anonymousId": "a"},
        {"type": "page", "anonymousId": "a", "name": None, "category": None},
        {"type": "identify", "userId": "u", "anonymousId": None},
        {**GOOD, "context": None, "integrations": None},
        {**CONSENT, "context": {"consent": {"categoryPreferences": {"ads": False}}}},
        {**GOOD, "email": "extra@example.com", "timestamp": "yesterday"},
    ],
)
def test_a_good_event_is_stored(box: Sandbox, tracking: httpx.Client, event: dict[str, Any]) -> None:
    send(box, tracking, event)

    assert reasons(box) == []
    assert len(box.events) == 1


@pytest.mark.parametrize("top", [{}, {"batch": []}], ids=["no batch", "empty batch"])
def test_an_empty_batch_is_dropped(box: Sandbox, tracking: httpx.Client, top: dict[str, Any]) -> None:
    tracking.post("/batch", json={"writeKey": box.write_key, **top})

    assert reasons(box) == ["empty_batch"]


def test_2500_events_are_taken_and_2501_are_all_dropped(box: Sandbox, tracking: httpx.Client) -> None:
    send(box, tracking, *[GOOD] * 2500)
    send(box, tracking, *[GOOD] * 2501)

    assert len(box.events) == 2500
    assert reasons(box) == ["bad_request"] * 2501


def test_an_unknown_key_reaches_no_source(box: Sandbox, tracking: httpx.Client) -> None:
    tracking.post("/track", json={"writeKey": "k" * 32, "userId": "u", "event": "E"})

    assert box.events == []
    assert reasons(box) == ["unknown_source"]
    assert box.dropped[0]["event"] == {"userId": "u", "event": "E", "type": "track"}


def test_a_disabled_source_drops(box: Sandbox, tracking: httpx.Client) -> None:
    tracking.post("/track", json={"writeKey": box.write_keys["old-backoffice"], "userId": "u", "event": "E"})

    assert reasons(box) == ["source_disabled"]


def test_what_stands_at_the_top_of_a_batch_is_merged_and_the_item_wins(box: Sandbox, tracking: httpx.Client) -> None:
    event = {**GOOD, "context": {"ip": "1.1.1.1"}, "integrations": {"Slack": True}}
    top = {"context": {"ip": "2.2.2.2", "locale": "de"}, "integrations": {"All": False}}

    send(box, tracking, event, **top)

    [stored] = box.events
    assert stored["context"] == {"ip": "1.1.1.1", "locale": "de"}
    assert stored["integrations"] == {"All": False, "Slack": True}


def test_a_repeated_message_id_is_dropped_across_sources(box: Sandbox, tracking: httpx.Client) -> None:
    body = {"userId": "u", "event": "E", "messageId": "m-1"}

    for slug in ("shop-web", "shop-api"):
        tracking.post("/track", json={"writeKey": box.write_keys[slug], **body})

    assert len(box.events) == 1
    assert reasons(box) == ["duplicate_message_id"]


def test_a_message_id_may_be_used_again_after_a_day(box: Sandbox, tracking: httpx.Client, clock: StoppedClock) -> None:
    event = {**GOOD, "messageId": "m-1"}

    send(box, tracking, event)
    clock.forward(timedelta(hours=24))
    send(box, tracking, event)

    assert len(box.events) == 2


def test_a_rejected_message_does_not_burn_its_id(box: Sandbox, tracking: httpx.Client) -> None:
    send(box, tracking, {**GOOD, "messageId": "m-1", "userId": 7})
    send(box, tracking, {**GOOD, "messageId": "m-1"})

    assert len(box.events) == 1


def test_a_message_id_is_minted_when_there_is_none(box: Sandbox, tracking: httpx.Client) -> None:
    send(box, tracking, GOOD, GOOD)

    first, second = (event["messageId"] for event in box.events)
    assert first
    assert first != second


# The sandbox's clock stands at 2026-03-18T10:30:00.000Z.
@pytest.mark.parametrize(
    ("sent", "original", "corrected"),
    [
        (None, None, "2026-03-18T10:30:00.000Z"),
        ("2026-03-18T10:30:00Z", None, "2026-03-18T10:30:00.000Z"),
        (None, "2020-01-02T03:04:05.678Z", "2020-01-02T03:04:05.678Z"),
        ("2026-03-18T10:30:00Z", "2020-01-02T03:04:05.678Z", "2020-01-02T03:04:05.678Z"),
        ("2020-01-02T03:04:06Z", "2020-01-02T03:04:05Z", "2026-03-18T10:29:59.000Z"),
        ("2026-03-18T11:30:00Z", "2026-03-18T11:29:00+00:00", "2026-03-18T10:29:00.000Z"),
        (None, "2020-01-02T05:04:05+02:00", "2020-01-02T03:04:05.000Z"),
        (None, "not a time", "2026-03-18T10:30:00.000Z"),
        ("0001-01-01T00:00:00Z", "9999-12-31T00:00:00Z", "2026-03-18T10:30:00.000Z"),
    ],
    ids=[
        "no times",
        "no timestamp",
        "history without sentAt",
        "history with an honest sentAt",
        "history with an archived sentAt is moved to now",
        "client clock fast by an hour",
        "another zone",
        "unreadable",
        "out of range",
    ],
)
def test_the_timestamp_is_corrected_by_the_clock_difference(
    box: Sandbox, tracking: httpx.Client, sent: str | None, original: str | None, corrected: str
) -> None:
    times = {name: value for name, value in (("sentAt", sent), ("timestamp", original)) if value}

    tracking.post("/track", json={"writeKey": box.write_key, "userId": "u", "event": "E", **times})

    [event] = box.events
    assert event["timestamp"] == corrected
    assert event["originalTimestamp"] == (original or "2026-03-18T10:30:00.000Z")
    assert event["receivedAt"] == "2026-03-18T10:30:00.000Z"


def test_unplanned_events_are_blocked_only_when_the_source_says_so(
    box: Sandbox, public: httpx.Client, tracking: httpx.Client, web: str
) -> None:
    send(box, tracking, GOOD)
    public.patch(f"/sources/{web}/settings", json={"track": {"allowUnplannedEvents": False}})
    send(box, tracking, GOOD, {**GOOD, "event": "Order Completed"}, {"type": "page", "userId": "u"})

    assert reasons(box) == ["unplanned"]
    assert len(box.events) == 3


def usage_today(client: httpx.Client, source_id: str) -> int:
    answer = client.get("/usage/api-calls/sources/daily", params={"period": "2026-03-01"}).json()["data"]
    rows = [row for row in answer["dailyPerSourceAPICallsUsage"] if row["sourceId"] == source_id]
    return int(rows[-1]["apiCalls"])


def test_each_stored_event_counts_as_one_api_call(
    box: Sandbox, public: httpx.Client, tracking: httpx.Client, web: str
) -> None:
    before = usage_today(public, web)

    send(box, tracking, GOOD, GOOD, {"type": "nonsense"})

    assert usage_today(public, web) == before + 2


def delivered(client: httpx.Client, box: Sandbox, destination: str, source: str = "shop-web") -> dict[str, int]:
    # A minute of its own: the window ends before the seeded history of this day.
    query = {"sourceId": box.sources[source], "startTime": "2026-03-18T10:30:00Z", "endTime": "2026-03-18T10:31:00Z"}
    answer = client.get(f"/destinations/{box.destinations[destination]}/delivery-metrics", params=query).json()
    return {metric["metricName"]: metric["total"] for metric in answer["data"]["deliveryMetricsSummary"]["metrics"]}


@pytest.mark.parametrize(
    ("integrations", "amplitude", "slack"),
    [
        ({}, True, True),
        ({"All": False}, False, False),
        ({"All": False, "Slack": True}, False, True),
        ({"All": False, "Slack": {"channel": "#x"}}, False, True),
        ({"Slack": False}, True, False),
        ({"All": False, "slack": True}, False, False),
    ],
    ids=["default", "none", "only one", "options count as true", "all but one", "names are case-sensitive"],
)
def test_deliveries_honour_the_integrations_object(
    box: Sandbox,
    public: httpx.Client,
    tracking: httpx.Client,
    integrations: dict[str, object],
    amplitude: bool,
    slack: bool,
) -> None:
    send(box, tracking, {**GOOD, "integrations": integrations})

    for destination, allowed in (("actions-amplitude", amplitude), ("slack", slack)):
        counts = delivered(public, box, destination)
        assert counts == {"successes": int(allowed), "discarded": int(not allowed)}


def test_a_disabled_destination_counts_nothing(box: Sandbox, public: httpx.Client, tracking: httpx.Client) -> None:
    public.patch(f"/destinations/{box.destinations['slack']}", json={"enabled": False})

    send(box, tracking, GOOD)

    assert delivered(public, box, "slack") == {"successes": 0, "discarded": 0}


def test_another_sources_destination_counts_nothing(box: Sandbox, public: httpx.Client, tracking: httpx.Client) -> None:
    send(box, tracking, GOOD)

    assert delivered(public, box, "actions-webhook", "shop-api") == {"successes": 0, "discarded": 0}
