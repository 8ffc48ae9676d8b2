"""Event volume: what the sources received, filtered, grouped and in buckets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from segment_toolkit.sandbox import Sandbox, StoppedClock

TODAY = {"granularity": "DAY", "startTime": "2026-03-18T10:15:00Z", "endTime": "2026-03-19T00:00:00Z"}


@pytest.fixture(autouse=True)
def received(box: Sandbox, tracking: httpx.Client) -> None:
    """Three orders and a page on the web, an order with a version and an identify on the server."""
    web, api = box.write_keys["shop-web"], box.write_keys["shop-api"]
    app = {"context": {"app": {"version": "2.1"}}}
    for _ in range(3):
        tracking.post("/track", json={"writeKey": web, "userId": "u", "event": "Order"})
    tracking.post("/page", json={"writeKey": web, "userId": "u", "name": "Home"})
    tracking.post("/track", json={"writeKey": api, "userId": "u", "event": "Order", **app})
    tracking.post("/identify", json={"writeKey": api, "userId": "u"})


def volume(public: httpx.Client, query: str = "", **params: Any) -> Any:
    url = httpx.URL("/events/volume?" + query).copy_merge_params({**TODAY, **params})
    response = public.get(url)
    assert response.status_code == 200, response.text
    return response.json()["data"]


def totals(data: Any, *names: str) -> dict[Any, int]:
    return {tuple(entry.get(name) for name in names): entry["total"] for entry in data["result"]}


def test_without_groups_there_is_one_series_of_everything(public: httpx.Client) -> None:
    [entry] = volume(public)["result"]

    assert entry == {"total": 6, "series": [{"time": "2026-03-18T00:00:00.000Z", "count": 6}]}


def test_series_are_grouped_largest_first(public: httpx.Client) -> None:
    data = volume(public, groupBy="eventName,eventType")

    assert list(totals(data, "eventName", "eventType").items()) == [
        (("Order", "track"), 4),
        ((None, "identify"), 1),
        (("Home", "page"), 1),
    ]


def test_a_source_is_named_by_id_name_and_slug(public: httpx.Client, web: str) -> None:
    entries = volume(public, groupBy="source")["result"]

    assert entries[0]["source"] == {"id": web, "name": "Shop website", "slug": "shop-web"}
    assert [entry["total"] for entry in entries] == [4, 2]


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("groupBy=eventName&groupBy=source", id="repeated"),
        pytest.param("groupBy.0=eventName&groupBy.1=source", id="dotted"),
        pytest.param("groupBy%5B0%5D=eventName&groupBy%5B1%5D=source", id="bracketed"),
        pytest.param("groupBy=eventName,source", id="commas"),
        pytest.param("groupBy=eventName,%20source,eventName", id="commas with a blank, and one twice"),
    ],
)
def test_groups_come_in_any_encoding(public: httpx.Client, query: str) -> None:
    data = volume(public, query)

    assert data["query"]["groupBy"] == ["eventName", "source"]
    assert len(data["result"]) == 4


@pytest.mark.parametrize(
    ("filters", "total"),
    [
        ({"eventName": "Order"}, 4),
        ({"eventName": ["Order", "Home"]}, 5),
        ({"eventType": "identify"}, 1),
        ({"appVersion": "2.1"}, 1),
        ({"eventName": "Order", "eventType": "page"}, None),
        ({"sourceId": "nosuch"}, None),
    ],
)
def test_filters_keep_what_fits_all_of_them(public: httpx.Client, filters: dict[str, Any], total: int | None) -> None:
    data = volume(public, **filters)

    assert [entry["total"] for entry in data["result"]] == ([] if total is None else [total])


def test_a_source_can_be_chosen(public: httpx.Client, web: str) -> None:
    assert totals(volume(public, sourceId=web)) == {(): 4}


def test_a_comma_in_a_name_is_no_separator(box: Sandbox, public: httpx.Client, tracking: httpx.Client) -> None:
    tracking.post("/track", json={"writeKey": box.write_key, "userId": "u", "event": "Paid, in cash"})

    assert totals(volume(public, eventName="Paid, in cash")) == {(): 1}


def test_buckets_without_events_are_left_out(
    box: Sandbox, clock: StoppedClock, public: httpx.Client, tracking: httpx.Client
) -> None:
    clock.forward(timedelta(minutes=95, seconds=20))
    tracking.post("/track", json={"writeKey": box.write_key, "userId": "u", "event": "Late"})

    minutes, hours = (volume(public, granularity=name)["result"][0]["series"] for name in ("MINUTE", "HOUR"))

    assert minutes == [
        {"time": "2026-03-18T10:30:00.000Z", "count": 6},
        {"time": "2026-03-18T12:05:00.000Z", "count": 1},
    ]
    assert [point["time"][11:16] for point in hours] == ["10:00", "12:00"]


def test_the_start_is_inclusive_and_the_end_is_not(public: httpx.Client) -> None:
    from_it = volume(public, startTime="2026-03-18T10:30:00Z")
    up_to_it = volume(public, endTime="2026-03-18T10:30:00Z")

    assert [len(from_it["result"]), len(up_to_it["result"])] == [1, 0]


def test_the_query_is_echoed(box: Sandbox, public: httpx.Client, web: str) -> None:
    data = volume(public, sourceId=[web], eventName=["Order", "Home"])

    assert data["path"] == "/events/volume"
    assert data["query"] == {"workspaceId": box.id, **TODAY, "sourceId": [web], "eventName": ["Order", "Home"]}


def test_at_most_5000_series_are_answered_over_all_pages(
    box: Sandbox, public: httpx.Client, tracking: httpx.Client
) -> None:
    for start in range(0, 5100, 850):
        batch = [{"type": "track", "userId": "u", "event": f"E{number}"} for number in range(start, start + 850)]
        tracking.post("/batch", json={"writeKey": box.write_key, "batch": batch})

    data = volume(public, "groupBy=eventName&pagination.count=1000")

    assert data["result"][0]["eventName"] == "Order"
    assert data["pagination"]["totalEntries"] == 5000


@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param({"granularity": ""}, "granularity", id="no granularity"),
        pytest.param({"granularity": "WEEK"}, "granularity", id="unknown granularity"),
        pytest.param({"startTime": ""}, "startTime", id="no start"),
        pytest.param({"startTime": "yesterday"}, "startTime", id="no instant"),
        pytest.param({"endTime": "2026-03-01"}, "startTime", id="ends before it starts"),
        pytest.param({"groupBy": "appVersion"}, "groupBy", id="no such dimension"),
        pytest.param({"groupBy": "source," * 5_000 + "x"}, "groupBy", id="a very long list"),
        pytest.param({"eventName": "[{}]"}, "eventName", id="items that are no text"),
        pytest.param({"pagination.count": "0"}, "pagination.count", id="an empty page"),
    ],
)
def test_what_is_wrong_is_named(public: httpx.Client, change: dict[str, str], field: str) -> None:
    response = public.get("/events/volume", params={**TODAY, **change})

    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == field
