"""Pagination, usage and delivery metrics: parameters, limits, numbers."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest

from segment_toolkit.sandbox import Sandbox


def error_field(response: httpx.Response) -> str | None:
    assert response.status_code == 422, response.text
    field: str | None = response.json()["errors"][0].get("field")
    return field


@pytest.mark.parametrize(
    "query",
    [
        "pagination.count=2&pagination.cursor=MQ%3D%3D",
        "pagination[count]=2&pagination[cursor]=MQ==",
        "pagination%5Bcount%5D=2&pagination%5Bcursor%5D=MQ%3D%3D",
        "pagination=%7B%22cursor%22%3A%20%22MQ%3D%3D%22%2C%20%22count%22%3A%202%7D",
    ],
    ids=["dotted", "brackets", "encoded brackets", "JSON"],
)
def test_pagination_is_read_in_every_encoding(box: Sandbox, public: httpx.Client, query: str) -> None:
    answer = public.get(f"/sources?{query}").json()["data"]

    assert [source["slug"] for source in answer["sources"]] == ["shop-api", "shop-ios"]
    assert answer["pagination"] == {"current": "MQ==", "next": "Mw==", "previous": "MA==", "totalEntries": 4}


def test_following_next_reads_every_source_once(box: Sandbox, public: httpx.Client) -> None:
    slugs: list[str] = []
    cursor: str | None = "MA=="

    while cursor:
        params: dict[str, Any] = {"pagination.count": 1, "pagination.cursor": cursor}
        answer = public.get("/sources", params=params).json()["data"]
        slugs += [source["slug"] for source in answer["sources"]]
        cursor = answer["pagination"].get("next")

    assert slugs == list(box.sources)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("pagination.count=0", "pagination.count"),
        ("pagination.count=1001", "pagination.count"),
        ("pagination.count=two", "pagination.count"),
        ("pagination.count=" + "9" * 5000, "pagination.count"),
        ("pagination.cursor=MA==", "pagination.count"),
        ('pagination={"count":true}', "pagination.count"),
        ('pagination={"count":1.5}', "pagination.count"),
        ("pagination.count=1&pagination.cursor=x", "pagination.cursor"),
        ("pagination.count=1&pagination.cursor=" + base64.b64encode(b"-1").decode(), "pagination.cursor"),
        ("pagination=7", "pagination"),
        ("pagination={", "pagination"),
    ],
)
def test_wrong_pagination_is_refused(public: httpx.Client, query: str, field: str) -> None:
    assert error_field(public.get(f"/sources?{query}")) == field


def test_usage_is_cumulative_and_in_decimal_strings(box: Sandbox, public: httpx.Client, web: str) -> None:
    answer = public.get("/usage/api-calls/sources/daily?period=2026-03-01").json()["data"]

    rows = [row for row in answer["dailyPerSourceAPICallsUsage"] if row["sourceId"] == web]
    counts = [int(row["apiCalls"]) for row in rows]
    assert [row["timestamp"] for row in rows] == [f"2026-03-{day:02}T00:00:00.000Z" for day in range(1, 19)]
    assert counts == sorted(set(counts))
    assert {row["sourceId"] for row in answer["dailyPerSourceAPICallsUsage"]} <= set(box.sources.values())


def test_the_workspaces_usage_is_the_sum_of_its_sources(public: httpx.Client) -> None:
    per_source = public.get("/usage/api-calls/sources/daily?period=2026-03-01").json()["data"]
    workspace = public.get("/usage/api-calls/daily?period=2026-03-01").json()["data"]

    last = workspace["dailyWorkspaceAPICallsUsage"][-1]
    rows = per_source["dailyPerSourceAPICallsUsage"]
    total = sum(int(row["apiCalls"]) for row in rows if row["timestamp"] == last["timestamp"])
    assert int(last["apiCalls"]) == total


def test_a_month_without_traffic_is_empty(public: httpx.Client) -> None:
    answer = public.get("/usage/api-calls/daily?period=2019-01-01").json()["data"]

    assert answer == {"dailyWorkspaceAPICallsUsage": [], "pagination": {"current": "MA==", "totalEntries": 0}}


@pytest.mark.parametrize("period", [None, "", "2026-03", "2026-03-02", "2026-13-01", "01/03/2026", "٢٠٢٦-03-01"])
@pytest.mark.parametrize("path", ["/usage/api-calls/sources/daily", "/usage/api-calls/daily"])
def test_a_period_is_the_first_day_of_a_month(public: httpx.Client, path: str, period: str | None) -> None:
    params = {} if period is None else {"period": period}

    assert error_field(public.get(path, params=params)) == "period"


def metrics(client: httpx.Client, box: Sandbox, **query: str) -> httpx.Response:
    """Ask for the metrics of the Amplitude destination; the clock stands at 2026-03-18T10:30:00Z."""
    path = f"/destinations/{box.destinations['actions-amplitude']}/delivery-metrics"
    return client.get(path, params={"sourceId": box.sources["shop-web"], **query})


def test_delivery_metrics_are_a_summary_with_a_breakdown(box: Sandbox, public: httpx.Client, web: str) -> None:
    response = metrics(public, box)

    summary = response.json()["data"]["deliveryMetricsSummary"]
    assert summary["sourceId"] == web
    assert summary["destinationMetadataId"] == "5f7dd6d21ad74f3842b1fc47"
    assert [metric["metricName"] for metric in summary["metrics"]] == ["successes", "discarded"]
    assert all(metric["total"] == sum(part["value"] for part in metric["breakdown"]) for metric in summary["metrics"])
    assert response.headers["content-type"] == "application/vnd.segment.v1beta+json"


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"granularity": "HOUR"},
        {"granularity": "DAY"},
        {"startTime": "2026-03-18T06:30:00Z"},
        {"startTime": "2026-03-16T10:30:00Z", "endTime": "2026-03-16T12:00:00Z"},
        {"granularity": "HOUR", "startTime": "2026-03-11T10:30:00.000Z"},
        {"granularity": "DAY", "startTime": "2026-03-04T11:30:00+01:00"},
    ],
)
def test_a_window_within_the_limits_is_accepted(box: Sandbox, public: httpx.Client, query: dict[str, str]) -> None:
    assert metrics(public, box, **query).status_code == 200


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"sourceId": ""}, "sourceId"),
        ({"granularity": "WEEK"}, "granularity"),
        ({"granularity": "day"}, "granularity"),
        ({"startTime": "yesterday"}, "startTime"),
        ({"endTime": "1763800000"}, "endTime"),
        ({"startTime": "2026-03-18T10:00:00Z", "endTime": "2026-03-18T10:00:00Z"}, "startTime"),
        ({"startTime": "2026-03-18T06:00:00Z"}, "endTime"),
        ({"startTime": "2026-03-16T10:00:00Z", "endTime": "2026-03-16T12:00:00Z"}, "startTime"),
        ({"granularity": "HOUR", "startTime": "2026-03-11T10:00:00Z"}, "startTime"),
        ({"granularity": "DAY", "startTime": "2026-03-04T10:00:00Z"}, "startTime"),
    ],
)
def test_a_window_outside_the_limits_is_refused(
    box: Sandbox, public: httpx.Client, query: dict[str, str], field: str
) -> None:
    assert error_field(metrics(public, box, **query)) == field


def test_the_source_must_exist_and_own_the_destination(box: Sandbox, public: httpx.Client) -> None:
    assert metrics(public, box, sourceId="nope").status_code == 404
    assert error_field(metrics(public, box, sourceId=box.sources["shop-api"])) == "sourceId"


@pytest.mark.parametrize(("kind", "number"), [("LIVE", 1), ("ENGAGE", 0)])
def test_tracking_plans_are_filtered_by_type(public: httpx.Client, kind: str, number: int) -> None:
    answer = public.get("/tracking-plans", params={"type": kind}).json()["data"]

    assert len(answer["trackingPlans"]) == number


def test_a_tracking_plan_type_that_does_not_exist_is_refused(public: httpx.Client) -> None:
    assert error_field(public.get("/tracking-plans?type=DEAD")) == "type"
