"""The management tools against the local Segment: each documented happy path, and what a later read then shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from segment_toolkit import SegmentToolkit
from segment_toolkit.sandbox import Sandbox


@pytest.fixture
def source(box: Sandbox) -> str:
    return box.sources["shop-web"]


def done(toolkit: SegmentToolkit, name: str, /, **arguments: Any) -> dict[str, Any]:
    envelope = toolkit.tools.execute(f"SEGMENT_{name}", arguments)
    assert envelope.successful, envelope
    return envelope.data


def refused(toolkit: SegmentToolkit, name: str, /, **arguments: Any) -> tuple[str, str]:
    envelope = toolkit.tools.execute(f"SEGMENT_{name}", arguments)
    assert envelope.failure is not None
    return envelope.failure.code, str(envelope.error)


def test_added_labels_join_those_that_were_there(toolkit: SegmentToolkit, source: str) -> None:
    before = done(toolkit, "UPDATE_SOURCE", sourceId=source, enabled=True)["source"]["labels"]

    labels = done(toolkit, "ADD_LABELS_TO_SOURCE", sourceId=source, labels=[{"key": "environment", "value": "prod"}])[
        "labels"
    ]

    pairs = {(label["key"], label["value"]) for label in labels}
    assert pairs == {(label["key"], label["value"]) for label in before} | {("environment", "prod")}


def test_a_label_that_the_workspace_lacks_is_refused_in_segments_words(toolkit: SegmentToolkit, source: str) -> None:
    code, error = refused(toolkit, "ADD_LABELS_TO_SOURCE", sourceId=source, labels=[{"key": "no", "value": "such"}])

    assert code == "validation"
    assert "Segment answered 422" in error


def test_an_updated_source_shows_the_change_and_hides_its_write_keys(
    toolkit: SegmentToolkit, box: Sandbox, source: str
) -> None:
    data = done(toolkit, "UPDATE_SOURCE", sourceId=source, name="Shop (web)", settings={"websiteUrl": "https://x.test"})

    assert data["source"]["name"] == "Shop (web)"
    assert data["source"]["settings"]["websiteUrl"] == "https://x.test"
    assert data["source"]["writeKeys"]
    assert box.write_key not in str(data)


def test_a_paused_source_drops_events_that_segment_still_accepts(
    toolkit: SegmentToolkit, box: Sandbox, source: str
) -> None:
    done(toolkit, "UPDATE_SOURCE", sourceId=source, enabled=False)

    data = done(toolkit, "TRACK", userId="u", event="E")

    assert data["status"] == "accepted"  # true, and all that can be said
    assert [drop["reason"] for drop in box.dropped] == ["source_disabled"]


def test_a_deleted_source_is_gone(toolkit: SegmentToolkit, box: Sandbox, source: str) -> None:
    assert done(toolkit, "DELETE_SOURCE", sourceId=source)["status"] == "SUCCESS"

    assert source not in box.sources.values()
    assert refused(toolkit, "LIST_SCHEMA_SETTINGS_IN_SOURCE", sourceId=source)[0] == "not_found"
    assert refused(toolkit, "DELETE_SOURCE", sourceId=source)[0] == "not_found"


def test_a_removed_write_key_no_longer_brings_events_in_and_is_never_shown(
    toolkit: SegmentToolkit, box: Sandbox, source: str
) -> None:
    key = box.write_key

    data = done(toolkit, "REMOVE_SOURCE_WRITE_KEY", sourceId=source, writeKey=key)
    done(toolkit, "TRACK", userId="u", event="E")

    assert data["status"] == "SUCCESS"
    assert key not in str(data)
    assert len(box.dropped) == 1
    assert key not in refused(toolkit, "REMOVE_SOURCE_WRITE_KEY", sourceId=source, writeKey=key)[1]


def test_connected_warehouses_come_page_by_page(toolkit: SegmentToolkit, box: Sandbox, source: str) -> None:
    first = done(toolkit, "LIST_CONNECTED_WAREHOUSES_FROM_SOURCE", sourceId=source, pagination={"count": 1})

    second = done(
        toolkit,
        "LIST_CONNECTED_WAREHOUSES_FROM_SOURCE",
        sourceId=source,
        pagination={"count": 1, "cursor": first["pagination"]["next"]},
    )

    found = {page["warehouses"][0]["id"] for page in (first, second)}
    assert found == set(box.warehouses.values())
    assert second["pagination"].get("next") is None


def test_schema_settings_are_one_object(toolkit: SegmentToolkit, source: str) -> None:
    data = done(toolkit, "LIST_SCHEMA_SETTINGS_IN_SOURCE", sourceId=source)

    assert data["sourceId"] == source
    assert data["settings"]["track"]["allowUnplannedEvents"] is True


def test_usage_counts_an_event_on_its_day(toolkit: SegmentToolkit, source: str) -> None:
    today = datetime.now(UTC).date()
    period = today.replace(day=1).isoformat()

    def calls() -> int:
        data = done(toolkit, "GET_DAILY_PER_SOURCE_API_CALLS_USAGE", period=period, pagination={"count": 1000})
        days = [d for d in data["dailyPerSourceAPICallsUsage"] if d["sourceId"] == source]
        return max((int(d["apiCalls"]) for d in days if d["timestamp"].startswith(today.isoformat())), default=0)

    before = calls()
    done(toolkit, "TRACK", userId="u", event="E")

    assert calls() == before + 1


def test_a_destination_is_read_with_its_secrets_masked(toolkit: SegmentToolkit, box: Sandbox) -> None:
    destination = done(toolkit, "GET_DESTINATION", destinationId=box.destinations["actions-amplitude"])["destination"]

    assert destination["enabled"] is True
    assert "…" in destination["settings"]["apiKey"]


@pytest.mark.parametrize("granularity", [None, "MINUTE", "HOUR", "DAY"])
def test_delivery_metrics_are_read_at_every_granularity(
    toolkit: SegmentToolkit, box: Sandbox, granularity: str | None
) -> None:
    destination = box.destinations["actions-amplitude"]
    source = done(toolkit, "GET_DESTINATION", destinationId=destination)["destination"]["sourceId"]
    more = {"granularity": granularity} if granularity else {}

    data = done(
        toolkit,
        "LIST_DELIVERY_METRICS_SUMMARY_FROM_DESTINATION",
        destinationId=destination,
        sourceId=source,
        **more,
    )

    assert {metric["metricName"] for metric in data["deliveryMetricsSummary"]["metrics"]} >= {"successes"}


def ago(**span: float) -> str:
    return (datetime.now(UTC) - timedelta(**span)).isoformat()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(
            {"startTime": ago(hours=49)}, "MINUTE reaches back at most 48 hours", id="too long ago for MINUTE"
        ),
        pytest.param({"startTime": ago(hours=5)}, "a range over 4 hours", id="too wide for MINUTE"),
        pytest.param({"startTime": ago(days=8), "granularity": "HOUR"}, "at most 7 days", id="too long ago for HOUR"),
        pytest.param({"startTime": ago(days=15), "granularity": "DAY"}, "at most 14 days", id="too long ago for DAY"),
        pytest.param({"startTime": ago(hours=1), "endTime": ago(hours=2)}, "not after startTime", id="backwards"),
        pytest.param({"startTime": "2026-01-01T00:00:00"}, "no time zone", id="naive"),
        pytest.param({"granularity": "WEEK"}, "expected one of MINUTE, HOUR, DAY", id="unknown granularity"),
    ],
)
def test_a_window_that_segment_refuses_is_refused_before_it_leaves(
    toolkit: SegmentToolkit, box: Sandbox, arguments: dict[str, str], says: str
) -> None:
    code, error = refused(
        toolkit, "LIST_DELIVERY_METRICS_SUMMARY_FROM_DESTINATION", destinationId="d", sourceId="s", **arguments
    )

    assert code == "validation"
    assert says in error
    assert box.requests == []


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        pytest.param("UPDATE_SOURCE", {"sourceId": "s"}, "nothing to change", id="no change"),
        pytest.param("UPDATE_SOURCE", {"sourceId": "s", "slug": " "}, "slug: is blank", id="blank slug"),
        pytest.param("DELETE_SOURCE", {"sourceId": ".."}, "sourceId: is blank", id="dots"),
        pytest.param("DELETE_SOURCE", {"sourceId": "a\nb"}, "characters that no id has", id="line break"),
        pytest.param("ADD_LABELS_TO_SOURCE", {"sourceId": "s", "labels": []}, "labels: is empty", id="no labels"),
        pytest.param(
            "ADD_LABELS_TO_SOURCE", {"sourceId": "s", "labels": ["prod"]}, "labels[0]: expected an object", id="text"
        ),
        pytest.param("GET_DAILY_PER_SOURCE_API_CALLS_USAGE", {"period": "2026-03"}, "YYYY-MM-01", id="a month"),
        pytest.param(
            "GET_DAILY_PER_SOURCE_API_CALLS_USAGE", {"period": "2026-03-02"}, "YYYY-MM-01", id="not the first"
        ),
        pytest.param(
            "GET_DAILY_PER_SOURCE_API_CALLS_USAGE", {"period": "2026-13-01"}, "YYYY-MM-01", id="no such month"
        ),
        pytest.param(
            "LIST_CONNECTED_WAREHOUSES_FROM_SOURCE",
            {"sourceId": "s", "pagination": {"count": 0}},
            "at least 1",
            id="no items",
        ),
        pytest.param(
            "LIST_CONNECTED_WAREHOUSES_FROM_SOURCE", {"sourceId": "s"}, "pagination: is required", id="no pagination"
        ),
    ],
)
def test_arguments_that_cannot_be_right_are_refused_before_they_leave(
    toolkit: SegmentToolkit, box: Sandbox, name: str, arguments: dict[str, Any], says: str
) -> None:
    code, error = refused(toolkit, name, **arguments)

    assert code == "validation"
    assert says in error
    assert box.requests == []
