"""The event tools against the local Segment: what is accepted is stored, what would be dropped never leaves."""

from __future__ import annotations

from typing import Any

import pytest

from segment_toolkit import SegmentToolkit
from segment_toolkit.sandbox import Sandbox

HAPPY = [
    pytest.param("IDENTIFY", {"userId": "u", "traits": {"plan": "pro"}}, {"traits": {"plan": "pro"}}, id="identify"),
    pytest.param("TRACK", {"userId": "u", "event": "Signed Up"}, {"event": "Signed Up"}, id="track"),
    pytest.param("PAGE", {"anonymousId": "a", "name": "Pricing"}, {"name": "Pricing"}, id="page"),
    pytest.param("SCREEN", {"anonymousId": "a", "name": "Home"}, {"name": "Home"}, id="screen"),
    pytest.param("GROUP", {"userId": "u", "groupId": "g"}, {"groupId": "g"}, id="group"),
    pytest.param("ALIAS", {"userId": "u", "previousId": "a"}, {"previousId": "a"}, id="alias"),
]


@pytest.mark.parametrize(("name", "arguments", "stored"), HAPPY)
def test_an_accepted_event_is_stored_once_under_the_id_that_was_returned(
    toolkit: SegmentToolkit, box: Sandbox, name: str, arguments: dict[str, Any], stored: dict[str, Any]
) -> None:
    envelope = toolkit.tools.execute(f"SEGMENT_{name}", arguments, user_id="tenant")

    assert envelope.successful, envelope
    (event,) = box.events
    assert event["type"] == name.lower()
    assert event["messageId"] == envelope.data["messageId"]
    assert event.items() >= stored.items()
    assert box.dropped == []


def test_an_event_changes_what_usage_and_delivery_show_later(toolkit: SegmentToolkit, box: Sandbox) -> None:
    destination = box.destinations["actions-amplitude"]
    source = toolkit.tools.execute("SEGMENT_GET_DESTINATION", {"destinationId": destination}).data["destination"][
        "sourceId"
    ]
    asked = {"destinationId": destination, "sourceId": source}

    def successes() -> int:
        data = toolkit.tools.execute("SEGMENT_LIST_DELIVERY_METRICS_SUMMARY_FROM_DESTINATION", asked).data
        return sum(m["total"] for m in data["deliveryMetricsSummary"]["metrics"] if m["metricName"] == "successes")

    before = successes()
    toolkit.tools.execute("SEGMENT_TRACK", {"userId": "u", "event": "Signed Up"})

    assert successes() == before + 1


def test_a_batch_is_stored_whole_and_in_order(toolkit: SegmentToolkit, box: Sandbox) -> None:
    events = [
        {"type": "identify", "userId": "u"},
        *({"type": "track", "userId": "u", "event": f"E{n}"} for n in range(5)),
    ]

    envelope = toolkit.tools.execute("SEGMENT_BATCH", {"batch": events})

    assert envelope.successful, envelope
    assert [e.get("event") for e in box.events] == [None, "E0", "E1", "E2", "E3", "E4"]
    assert [r["messageId"] for r in envelope.data["receipts"]] == [e["messageId"] for e in box.events]


def test_more_events_than_segment_takes_at_once_are_split_and_none_is_lost(
    toolkit: SegmentToolkit, box: Sandbox
) -> None:
    events = [{"type": "track", "userId": "u", "event": "E"}] * 2_501

    envelope = toolkit.tools.execute("SEGMENT_BATCH", {"batch": events})

    assert envelope.data["requests"] == 2
    assert len(box.events) == 2_501
    assert box.dropped == []


def test_history_keeps_its_time(toolkit: SegmentToolkit, box: Sandbox) -> None:
    event = {"type": "track", "userId": "u", "event": "E", "timestamp": "2019-05-04T10:00:00"}

    envelope = toolkit.tools.execute("SEGMENT_IMPORT_HISTORICAL_DATA", {"batch": [event], "timezone": "Asia/Tokyo"})

    assert envelope.successful, envelope
    assert box.events[0]["timestamp"] == "2019-05-04T01:00:00.000Z"


def test_the_source_is_chosen_by_its_configured_name_or_by_its_key(toolkit: SegmentToolkit, box: Sandbox) -> None:
    names = list(box.write_keys)

    for write_key in (names[1], box.write_keys[names[1]]):
        arguments = {"userId": "u", "event": "E", "writeKey": write_key}
        assert toolkit.tools.execute("SEGMENT_TRACK", arguments).successful

    assert {event["sourceId"] for event in box.events} == {box.sources[names[1]]}


REFUSED = [
    pytest.param("TRACK", {"event": "E"}, "userId or anonymousId is required", id="no identity"),
    pytest.param("TRACK", {"userId": "  ", "event": "E"}, "userId: is blank", id="blank id"),
    pytest.param("TRACK", {"userId": 42, "event": "E"}, "userId: expected a string, got number", id="number as id"),
    pytest.param("TRACK", {"userId": "u"}, "event: is required", id="no event"),
    pytest.param("TRACK", {"userId": "u", "event": " "}, "event: is blank", id="blank event"),
    pytest.param(
        "TRACK", {"userId": "u", "event": "E", "properties": []}, "properties: expected an object", id="properties"
    ),
    pytest.param("IDENTIFY", {"userId": "u", "traits": "x"}, "traits: expected an object", id="traits"),
    pytest.param("PAGE", {"userId": "u", "name": 5}, "name: expected a string", id="page name"),
    pytest.param("GROUP", {"userId": "u", "groupId": ""}, "groupId: is blank", id="blank group"),
    pytest.param("GROUP", {"groupId": "g"}, "userId or anonymousId is required", id="a group is no identity"),
    pytest.param("ALIAS", {"previousId": "a"}, "userId: is required for alias", id="alias without target"),
    pytest.param("IDENTIFY", {"userId": "u", "messageId": "x" * 101}, "is 101 characters long", id="long messageId"),
    pytest.param("TRACK", {"userId": "u", "event": "E", "timestamp": "yesterday"}, "not an ISO 8601", id="no time"),
    pytest.param("TRACK", {"userId": "u", "event": "E", "timestamp": "2026-01-01"}, "no time zone", id="naive time"),
    pytest.param("TRACK", {"userId": "u", "event": "E", "integrations": {"all": False}}, "'All'", id="lower-case all"),
    pytest.param(
        "TRACK", {"userId": "u", "event": "E", "integrations": {"X": "on"}}, "expected true, false", id="flag"
    ),
    pytest.param("TRACK", {"userId": "u", "event": "E", "sentAt": "2020-01-01T00:00:00Z"}, "sentAt", id="stale sentAt"),
    pytest.param(
        "TRACK", {"userId": "u", "event": "E", "writeKey": "YOUR_KEY"}, "not a write key", id="placeholder key"
    ),
    pytest.param(
        "TRACK", {"userId": "u", "event": "E", "properties": {"x": float("nan")}}, "properties.x: is NaN", id="NaN"
    ),
    pytest.param(
        "TRACK", {"userId": "u", "event": "E", "properties": {"x": "\ud800"}}, "not valid Unicode", id="surrogate"
    ),
    pytest.param("TRACK", {"userId": "u", "event": "E", "properties": {"x": {1}}}, "is a set", id="no JSON value"),
    pytest.param(
        "TRACK",
        {"userId": "u", "event": "Segment Consent Preference Updated"},
        "categoryPreferences",
        id="consent event",
    ),
    pytest.param("BATCH", {"batch": []}, "batch: is empty", id="empty batch"),
    pytest.param("BATCH", {"batch": [{"userId": "u"}]}, "batch[0].type: is required", id="no type"),
    pytest.param("BATCH", {"batch": [{"type": "merge", "userId": "u"}]}, "expected one of identify", id="unknown type"),
    pytest.param(
        "BATCH",
        {
            "batch": [
                {"type": "identify", "userId": "u", "messageId": "m"},
                {"type": "identify", "userId": "v", "messageId": "m"},
            ]
        },
        "batch[1].messageId: is that of batch[0] too",
        id="repeated messageId",
    ),
    pytest.param(
        "BATCH",
        {"batch": [{"type": "track", "userId": "u", "event": "E", "traits": {"a": 1}}]},
        "use properties",
        id="misplaced",
    ),
    pytest.param(
        "IMPORT_HISTORICAL_DATA",
        {"batch": [{"type": "track", "userId": "u", "event": "E"}]},
        "timestamp",
        id="no time in history",
    ),
    pytest.param(
        "IMPORT_HISTORICAL_DATA",
        {
            "batch": [{"type": "track", "userId": "u", "event": "E", "timestamp": "2019-10-27T02:30:00"}],
            "timezone": "Europe/Berlin",
        },
        "happened twice or never",
        id="a time the clocks repeat",
    ),
    pytest.param(
        "IMPORT_HISTORICAL_DATA",
        {
            "batch": [{"type": "track", "userId": "u", "event": "E", "timestamp": "2019-10-27T02:30:00"}],
            "timezone": "Mars/Olympus",
        },
        "timezone: is no IANA time zone",
        id="unknown zone",
    ),
]


@pytest.mark.parametrize(("name", "arguments", "says"), REFUSED)
def test_what_segment_would_take_and_lose_is_refused_before_anything_leaves(
    toolkit: SegmentToolkit, box: Sandbox, name: str, arguments: dict[str, Any], says: str
) -> None:
    envelope = toolkit.tools.execute(f"SEGMENT_{name}", arguments)

    assert not envelope.successful
    assert envelope.failure is not None
    assert envelope.failure.code == "validation"
    assert says in str(envelope.error)
    assert box.requests == []


def test_all_problems_of_a_call_are_said_at_once(toolkit: SegmentToolkit) -> None:
    arguments = {"event": 5, "proprties": {}, "timestamp": "2026-01-01", "context": {"x": float("inf")}}

    envelope = toolkit.tools.execute("SEGMENT_TRACK", arguments)

    assert envelope.failure is not None
    assert {problem.path for problem in envelope.failure.problems} == {
        "event", "proprties", "", "timestamp", "context.x",
    }  # fmt: skip


def test_a_refused_batch_has_a_receipt_for_every_event(toolkit: SegmentToolkit) -> None:
    events = [{"type": "track", "userId": "u", "event": "E"}, {"type": "track", "event": ""}]

    envelope = toolkit.tools.execute("SEGMENT_BATCH", {"batch": events})

    good, bad = envelope.data["receipts"]
    assert (good["accepted"], bad["accepted"]) == (False, False)
    assert "not sent" in good["reason"]
    assert "userId or anonymousId is required" in bad["reason"]
    assert "event: is blank" in bad["reason"]


def test_an_html_page_with_status_200_is_not_an_accepted_event(toolkit: SegmentToolkit, box: Sandbox) -> None:
    box.inject(status=200, body="<html>maintenance</html>", headers={"content-type": "text/html"})

    envelope = toolkit.tools.execute("SEGMENT_IDENTIFY", {"userId": "u", "messageId": "m-1"})

    assert not envelope.successful
    assert "an HTML page" in str(envelope.error)
    assert "maintenance" not in str(envelope)
    assert envelope.data["messageId"] == "m-1"


def test_a_lost_answer_is_unknown_and_repeating_with_the_same_id_stores_one_event(
    toolkit: SegmentToolkit, box: Sandbox
) -> None:
    import httpx

    box.inject(error=httpx.ReadError, after=True)
    arguments = {"userId": "u", "messageId": "m-1"}

    lost = toolkit.tools.execute("SEGMENT_IDENTIFY", arguments)
    again = toolkit.tools.execute("SEGMENT_IDENTIFY", arguments)

    assert lost.failure is not None
    assert (lost.failure.code, lost.failure.retryable) == ("network", True)
    assert "unknown whether" in str(lost.error)
    assert again.successful
    assert len(box.events) == 1
