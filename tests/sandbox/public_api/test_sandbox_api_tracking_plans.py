"""Tracking plans and the sources connected to them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from segment_toolkit.sandbox import Sandbox, StoppedClock
from tests.sandbox.public_api.answers import data, field_of, not_found_message, trail, walk

SUCCESS = {"status": "SUCCESS"}


@pytest.fixture
def seeded(public: httpx.Client) -> str:
    """The id of the plan that the website has."""
    [plan] = data(public.get("/tracking-plans"))["trackingPlans"]
    assert isinstance(plan["id"], str)
    return plan["id"]


def create(public: httpx.Client, **members: Any) -> Any:
    body = {"name": "App events", "type": "LIVE", **members}
    return data(public.post("/tracking-plans", json=body))["trackingPlan"]


def plan_of(public: httpx.Client, source: str) -> Any:
    return data(public.get(f"/sources/{source}"))["trackingPlanId"]


def test_a_created_plan_is_listed(public: httpx.Client) -> None:
    created = create(public, description="What apps send")

    assert created == {
        "id": created["id"],
        "name": "App events",
        "slug": "app-events",
        "description": "What apps send",
        "type": "LIVE",
        "createdAt": "2026-03-18T10:30:00.000Z",
        "updatedAt": "2026-03-18T10:30:00.000Z",
    }
    assert created["id"].startswith("tp_")
    assert data(public.get(f"/tracking-plans/{created['id']}"))["trackingPlan"] == created
    assert [plan["name"] for plan in walk(public, "/tracking-plans", "trackingPlans", 1)] == [
        "Shop events",
        "App events",
    ]
    assert trail(public) == [("Tracking Plan Created", created["id"])]


def test_plans_are_listed_by_type(public: httpx.Client) -> None:
    library = create(public, type="RULE_LIBRARY")

    found = data(public.get("/tracking-plans", params={"type": "RULE_LIBRARY"}))["trackingPlans"]

    assert found == [library]
    assert field_of(public.get("/tracking-plans", params={"type": "rule_library"})) == "type"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"type": "LIVE"}, "name"),
        ({"name": 7, "type": "LIVE"}, "name"),
        ({"name": "n"}, "type"),
        ({"name": "n", "type": "DEAD"}, "type"),
        ({"name": "n", "type": ["LIVE"]}, "type"),
        ({"name": "n", "type": "LIVE", "description": None}, "description"),
    ],
    ids=str,
)
def test_a_wrong_plan_is_refused(public: httpx.Client, body: dict[str, Any], field: str) -> None:
    assert field_of(public.post("/tracking-plans", json=body)) == field


def test_an_update_answers_a_status_and_changes_the_plan(
    clock: StoppedClock, public: httpx.Client, seeded: str
) -> None:
    before = data(public.get(f"/tracking-plans/{seeded}"))["trackingPlan"]
    clock.forward(timedelta(hours=1))

    assert data(public.patch(f"/tracking-plans/{seeded}", json={"name": "New"})) == SUCCESS

    after = data(public.get(f"/tracking-plans/{seeded}"))["trackingPlan"]
    assert after == {**before, "name": "New", "updatedAt": "2026-03-18T11:30:00.000Z"}
    assert field_of(public.patch(f"/tracking-plans/{seeded}", json={"name": ""})) == "name"


def test_a_deleted_plan_is_gone_and_its_sources_have_none(public: httpx.Client, web: str, seeded: str) -> None:
    assert data(public.delete(f"/tracking-plans/{seeded}")) == SUCCESS

    assert not_found_message(public.get(f"/tracking-plans/{seeded}")) == f"Tracking plan with id '{seeded}' not found."
    assert plan_of(public, web) is None
    assert trail(public) == [("Source Modified", web), ("Tracking Plan Deleted", seeded)]


def test_a_source_is_connected_and_disconnected(box: Sandbox, public: httpx.Client, web: str, seeded: str) -> None:
    api = box.sources["shop-api"]

    assert data(public.post(f"/tracking-plans/{seeded}/sources", json={"sourceId": api})) == SUCCESS

    assert plan_of(public, api) == seeded
    sources = walk(public, f"/tracking-plans/{seeded}/sources", "sources", 1)
    assert [source["id"] for source in sources] == [web, api]

    assert data(public.delete(f"/tracking-plans/{seeded}/sources", params={"sourceId": api})) == SUCCESS

    assert plan_of(public, api) is None
    assert trail(public) == [("Source Modified", api), ("Source Modified", api)]


def test_a_source_has_one_plan_at_most(public: httpx.Client, web: str, seeded: str) -> None:
    other = create(public)["id"]

    assert field_of(public.post(f"/tracking-plans/{other}/sources", json={"sourceId": web})) == "sourceId"
    assert data(public.post(f"/tracking-plans/{seeded}/sources", json={"sourceId": web})) == SUCCESS

    assert plan_of(public, web) == seeded


def test_only_a_live_plan_takes_sources(box: Sandbox, public: httpx.Client) -> None:
    library = create(public, type="PROPERTY_LIBRARY")["id"]

    response = public.post(f"/tracking-plans/{library}/sources", json={"sourceId": box.sources["shop-api"]})

    assert field_of(response) == "sourceId"


@pytest.mark.parametrize("source", [None, 7, "nobody"], ids=str)
def test_an_unknown_source_is_neither_connected_nor_disconnected(
    public: httpx.Client, seeded: str, source: Any
) -> None:
    body = {} if source is None else {"sourceId": source}

    assert field_of(public.post(f"/tracking-plans/{seeded}/sources", json=body)) == "sourceId"
    assert field_of(public.delete(f"/tracking-plans/{seeded}/sources", params=body)) == "sourceId"


def test_a_source_of_another_plan_is_not_disconnected(public: httpx.Client, web: str, seeded: str) -> None:
    other = create(public)["id"]

    assert field_of(public.delete(f"/tracking-plans/{other}/sources", params={"sourceId": web})) == "sourceId"

    assert plan_of(public, web) == seeded


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_an_unknown_plan_is_not_found(public: httpx.Client, method: str) -> None:
    not_found_message(public.request(method, "/tracking-plans/tp_nobody", json={}))
