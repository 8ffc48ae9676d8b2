"""Delivery overview: the six steps of a source's events, with their limits, groups and filters."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from segment_toolkit.sandbox import Sandbox, StoppedClock
from segment_toolkit.sandbox.store import ledger

OF_SOURCE = ("successfully-received", "failed-on-ingest", "filtered-at-source")
OF_DESTINATION = ("filtered-at-destination", "failed-delivery", "successful-delivery")
HOUR = {"granularity": "HOUR", "startTime": "2026-03-18T10:00:00Z", "endTime": "2026-03-18T11:00:00Z"}


@pytest.fixture
def query(box: Sandbox, web: str) -> dict[str, Any]:
    """What each step can be asked with: the last hour of the web source and its Amplitude."""
    return {**HOUR, "sourceId": web, "destinationConfigId": box.destinations["actions-amplitude"]}


def metrics(public: httpx.Client, step: str, query: dict[str, Any], **more: Any) -> Any:
    response = public.get(f"/delivery-overview/{step}", params={**query, **more})
    assert response.status_code == 200, response.text
    return response.json()["data"]


def refused(public: httpx.Client, step: str, query: dict[str, Any]) -> str:
    response = public.get(f"/delivery-overview/{step}", params=query)
    assert response.status_code == 422
    field: str = response.json()["errors"][0]["field"]
    return field


def test_the_steps_account_for_every_event_a_source_received(
    box: Sandbox, public: httpx.Client, tracking: httpx.Client, query: dict[str, Any]
) -> None:
    for integrations in ({}, {"All": False}):
        message = {"writeKey": box.write_key, "userId": "u", "event": "E", "integrations": integrations}
        tracking.post("/track", json=message)

    received = metrics(public, "successfully-received", query)["total"]
    steps = ("filtered-at-source", *OF_DESTINATION)

    assert received > 100
    assert sum(metrics(public, step, query)["total"] for step in steps) == received


def test_a_step_has_a_series_for_each_group(
    box: Sandbox, public: httpx.Client, tracking: httpx.Client, query: dict[str, Any]
) -> None:
    for event in ("Signed Up", "Signed Up", 7):
        tracking.post("/track", json={"writeKey": box.write_key, "userId": "u", "event": event})

    received = metrics(public, "successfully-received", query, groupBy="eventName,eventType")
    failed = metrics(public, "failed-on-ingest", query, groupBy="discardReason")

    assert [entry["eventName"] for entry in received["dataset"]] == ["Product Viewed", "Signed Up"]
    assert received["dataset"][1]["series"] == [{"time": "2026-03-18T10:00:00.000Z", "count": 2}]
    assert [(entry["discardReason"], entry["total"]) for entry in failed["dataset"]] == [("event_not_string", 1)]


def test_successful_delivery_tells_how_many_took_a_retry(public: httpx.Client, query: dict[str, Any]) -> None:
    [whole] = metrics(public, "successful-delivery", query)["dataset"]
    first, second = metrics(public, "successful-delivery", query, groupBy="discardReason")["dataset"]

    assert whole["totalRetryCount"] == second["total"] > 0
    assert whole["series"][0]["retryCount"] == whole["totalRetryCount"]
    assert [first["discardReason"], first["totalRetryCount"]] == ["successes.attempt.1", 0]
    assert [second["discardReason"], second["totalRetryCount"]] == ["successes.attempt.2", second["total"]]


def test_other_steps_have_no_retries(public: httpx.Client, query: dict[str, Any]) -> None:
    [entry] = metrics(public, "failed-delivery", query)["dataset"]

    assert set(entry) == {"total", "series"}


@pytest.mark.parametrize(
    "filters",
    [
        pytest.param({"filter.discardReason.0": "successes.attempt.2"}, id="dotted"),
        pytest.param({"filter[discardReason][0]": "successes.attempt.2"}, id="bracketed"),
        pytest.param({"filter.discardReason": "successes.attempt.2"}, id="one text"),
        pytest.param({"filter": '{"discardReason": ["successes.attempt.2"]}'}, id="JSON"),
    ],
)
def test_a_filter_comes_in_any_encoding(public: httpx.Client, query: dict[str, Any], filters: dict[str, str]) -> None:
    data = metrics(public, "successful-delivery", query, **filters)

    assert data["total"] == data["dataset"][0]["totalRetryCount"] > 0


def test_a_filter_on_what_no_event_has_finds_nothing(public: httpx.Client, query: dict[str, Any]) -> None:
    data = metrics(public, "successful-delivery", query, **{"filter.subscriptionId.0": "sub"})

    assert [data["total"], data["dataset"]] == [0, []]


def test_a_group_that_no_event_has_is_one_series_without_it(public: httpx.Client, query: dict[str, Any]) -> None:
    [entry] = metrics(public, "successful-delivery", query, groupBy="audienceId")["dataset"]

    assert "audienceId" not in entry


def test_the_dataset_has_pages_and_the_total_is_of_all(public: httpx.Client, query: dict[str, Any]) -> None:
    data = metrics(public, "successful-delivery", query, groupBy="discardReason", **{"pagination.count": 1})

    assert len(data["dataset"]) == 1
    assert data["pagination"]["totalEntries"] == 2
    assert data["total"] > data["dataset"][0]["total"]


def test_days_are_buckets_of_utc(public: httpx.Client, query: dict[str, Any]) -> None:
    window = {"granularity": "DAY", "startTime": "2026-03-16T00:00:00Z", "endTime": "2026-03-18T00:00:00Z"}
    [entry] = metrics(public, "successfully-received", {**query, **window})["dataset"]

    assert [point["time"] for point in entry["series"]] == ["2026-03-16T00:00:00.000Z", "2026-03-17T00:00:00.000Z"]


@pytest.mark.parametrize(
    ("granularity", "longest", "oldest"),
    [
        ("MINUTE", timedelta(hours=4), timedelta(hours=48)),
        ("HOUR", timedelta(days=14), timedelta(days=30)),
        ("DAY", timedelta(days=30), timedelta(days=30)),
    ],
)
def test_a_window_has_a_longest_range_and_an_oldest_start(
    clock: StoppedClock,
    public: httpx.Client,
    query: dict[str, Any],
    granularity: str,
    longest: timedelta,
    oldest: timedelta,
) -> None:
    def window(start: timedelta, length: timedelta) -> dict[str, Any]:
        begin = clock.now - start
        times = {"startTime": begin.isoformat(), "endTime": (begin + length).isoformat()}
        return {**query, **times, "granularity": granularity}

    day = timedelta(days=1)
    just_right = public.get("/delivery-overview/failed-on-ingest", params=window(oldest, longest))
    too_old = refused(public, "failed-on-ingest", window(oldest + day, timedelta(hours=1)))
    too_long = refused(public, "failed-on-ingest", window(oldest, longest + day))

    assert just_right.status_code == 200
    assert [too_old, too_long] == ["startTime", "endTime"]


@pytest.mark.parametrize("step", [*OF_SOURCE, *OF_DESTINATION])
@pytest.mark.parametrize("name", ["sourceId", "startTime", "endTime", "granularity"])
def test_what_is_required_is_missed(public: httpx.Client, query: dict[str, Any], step: str, name: str) -> None:
    del query[name]

    assert refused(public, step, query) == name


@pytest.mark.parametrize("step", OF_DESTINATION)
def test_a_destination_is_required_and_must_be_the_sources(
    box: Sandbox, public: httpx.Client, query: dict[str, Any], step: str
) -> None:
    chosen = ("", "nosuch", box.destinations["actions-webhook"])

    fields = [refused(public, step, {**query, "destinationConfigId": id_}) for id_ in chosen]

    assert fields == ["destinationConfigId"] * 3


@pytest.mark.parametrize("step", OF_SOURCE)
def test_steps_of_a_source_need_no_destination(public: httpx.Client, query: dict[str, Any], step: str) -> None:
    del query["destinationConfigId"]

    assert set(metrics(public, step, query)) == {"total", "dataset", "pagination"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param({"sourceId": "nosuch"}, "sourceId", id="unknown source"),
        pytest.param({"granularity": "hour"}, "granularity", id="unknown granularity"),
        pytest.param({"groupBy": "discardReason"}, "groupBy", id="received events have no reason"),
        pytest.param({"filter": "[]"}, "filter", id="no object"),
        pytest.param({"filter.discardReason.0": "x"}, "filter", id="no such filter"),
        pytest.param({"filter": '{"eventName": [1]}'}, "filter.eventName", id="no text"),
        pytest.param({"filter": '{"eventName": null}'}, "filter.eventName", id="no array"),
    ],
)
def test_what_is_wrong_is_named(
    public: httpx.Client, query: dict[str, Any], change: dict[str, str], field: str
) -> None:
    assert refused(public, "successfully-received", {**query, **change}) == field


def test_the_steps_of_the_api_are_those_of_the_ledger() -> None:
    assert set(ledger.STEPS) == {*OF_SOURCE, *OF_DESTINATION}
