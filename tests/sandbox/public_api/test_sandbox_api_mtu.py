"""Monthly tracked users: distinct people, cumulative within a month, for each source and for the workspace."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from segment_toolkit.sandbox import Sandbox, StoppedClock
from segment_toolkit.sandbox.public_api.mtu_usage import Sighting, _changes, _distinct, _snapshots

MONTH = {"period": "2026-03-01"}
COUNTS = ("identified", "anonymous", "anonymousIdentified", "neverIdentified")


def seen(tracking: httpx.Client, write_key: str, **person: str) -> None:
    assert tracking.post("/track", json={"writeKey": write_key, "event": "E", **person}).status_code == 200


def per_source(public: httpx.Client, source_id: str) -> list[Any]:
    entries = public.get("/usage/mtu/sources/daily", params=MONTH).json()["data"]["dailyPerSourceMTUUsage"]
    return [entry for entry in entries if entry["sourceId"] == source_id]


def whole(public: httpx.Client) -> list[Any]:
    entries: list[Any] = public.get("/usage/mtu/daily", params=MONTH).json()["data"]["dailyWorkspaceMTUUsage"]
    return entries


def counts(entry: Any) -> tuple[str, ...]:
    return tuple(entry[name] for name in COUNTS)


def test_users_and_anonymous_people_are_counted_once(
    box: Sandbox, public: httpx.Client, tracking: httpx.Client, web: str
) -> None:
    for person in ({"userId": "u1"}, {"userId": "u1"}, {"userId": "u2"}, {"anonymousId": "a1"}, {"anonymousId": "a1"}):
        seen(tracking, box.write_key, **person)

    [today] = per_source(public, web)

    assert counts(today) == ("2", "1", "0", "1")


def test_an_anonymous_person_who_logs_in_is_never_identified_no_more(
    box: Sandbox, clock: StoppedClock, public: httpx.Client, tracking: httpx.Client, web: str
) -> None:
    seen(tracking, box.write_key, anonymousId="a1")
    clock.forward(timedelta(days=1))
    seen(tracking, box.write_key, anonymousId="a1", userId="u1")

    first, second = per_source(public, web)

    assert counts(first) == ("0", "1", "0", "1")
    assert counts(second) == ("1", "1", "1", "0")


def test_a_snapshot_says_its_day_and_the_bounds_of_its_month(
    box: Sandbox, public: httpx.Client, tracking: httpx.Client
) -> None:
    seen(tracking, box.write_key, userId="u1")

    [today] = whole(public)

    assert today["timestamp"] == "2026-03-18T00:00:00.000Z"
    assert today["periodStart"] == datetime(2026, 3, 1, tzinfo=UTC).timestamp()
    assert today["periodEnd"] == datetime(2026, 4, 1, tzinfo=UTC).timestamp()


def test_each_day_until_today_has_a_snapshot_that_is_cumulative(
    box: Sandbox, clock: StoppedClock, public: httpx.Client, tracking: httpx.Client, web: str
) -> None:
    seen(tracking, box.write_key, userId="u1")
    clock.forward(timedelta(days=3))
    seen(tracking, box.write_key, userId="u2")

    entries = per_source(public, web)

    assert [entry["timestamp"][:10] for entry in entries] == ["2026-03-18", "2026-03-19", "2026-03-20", "2026-03-21"]
    assert [entry["identified"] for entry in entries] == ["1", "1", "1", "2"]


def test_the_month_ends_with_its_last_day_and_the_next_starts_from_nothing(
    box: Sandbox, clock: StoppedClock, public: httpx.Client, tracking: httpx.Client
) -> None:
    seen(tracking, box.write_key, userId="u1")
    clock.forward(timedelta(days=20))
    seen(tracking, box.write_key, userId="u1")

    march = whole(public)
    april = public.get("/usage/mtu/daily", params={"period": "2026-04-01"}).json()["data"]["dailyWorkspaceMTUUsage"]

    assert march[-1]["timestamp"] == "2026-03-31T00:00:00.000Z"
    assert [(entry["timestamp"][:10], entry["identified"]) for entry in april] == [("2026-04-07", "1")]


def test_a_person_of_two_sources_counts_in_both_and_once_in_the_workspace(
    box: Sandbox, public: httpx.Client, tracking: httpx.Client, web: str
) -> None:
    seen(tracking, box.write_keys["shop-web"], userId="u1", anonymousId="a1")
    seen(tracking, box.write_keys["shop-api"], userId="u1")
    seen(tracking, box.write_keys["shop-api"], anonymousId="a1")

    [of_web], [of_api] = per_source(public, web), per_source(public, box.sources["shop-api"])
    [of_all] = whole(public)

    assert counts(of_web) == ("1", "1", "1", "0")
    assert counts(of_api) == ("1", "1", "0", "1")
    assert counts(of_all) == ("1", "1", "1", "0")


def test_the_earliest_days_of_all_sources_count_for_the_workspace() -> None:
    late = Sighting("anonymous", "a", "2026-03-05", "2026-03-09")
    early = Sighting("anonymous", "a", "2026-03-02", None)

    assert list(_distinct([late, early])) == [Sighting("anonymous", "a", "2026-03-02", "2026-03-09")]
    assert list(_distinct([early, late])) == list(_distinct([late, early]))


def test_a_hundred_thousand_people_are_counted() -> None:
    people = [Sighting("user", str(number), f"2026-03-{number % 28 + 1:02}", None) for number in range(100_000)]

    snapshots = list(_snapshots(_changes(_distinct(people)), date(2026, 3, 1), date(2026, 3, 31)))

    assert [len(snapshots), snapshots[-1]["identified"]] == [31, "100000"]


def test_nobody_is_an_empty_list_and_pages_are_made(box: Sandbox, public: httpx.Client, tracking: httpx.Client) -> None:
    empty = whole(public)
    for slug in ("shop-web", "shop-api"):
        seen(tracking, box.write_keys[slug], userId="u1")

    first = public.get("/usage/mtu/sources/daily", params={**MONTH, "pagination.count": 1}).json()["data"]

    assert empty == []
    assert len(first["dailyPerSourceMTUUsage"]) == 1
    assert first["pagination"]["totalEntries"] == 2
    assert first["pagination"]["next"]


@pytest.mark.parametrize("path", ["/usage/mtu/daily", "/usage/mtu/sources/daily"])
@pytest.mark.parametrize("period", ["", "2026-03", "2026-03-02", "9999-13-01", "2026-03-01T00:00:00Z"])
def test_a_period_is_the_first_day_of_a_month(public: httpx.Client, path: str, period: str) -> None:
    response = public.get(path, params={"period": period})

    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "period"
