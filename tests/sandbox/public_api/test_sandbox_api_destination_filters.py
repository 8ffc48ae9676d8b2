"""Destination filters: what is kept of them, what is refused, and what a preview shows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from segment_toolkit.sandbox import Sandbox, StoppedClock
from tests.sandbox.public_api.answers import data, field_of, not_found_message, trail, walk

DROP = {"type": "DROP"}
NOW, LATER = "2026-03-18T10:30:00.000Z", "2026-03-18T11:30:00.000Z"


@pytest.fixture
def filters(box: Sandbox) -> str:
    """The path of the filters of a destination."""
    return f"/destination/{box.destinations['slack']}/filters"


def body_of(web: str, **members: Any) -> dict[str, Any]:
    body = {
        "sourceId": web,
        "if": "type = 'track'",
        "actions": [DROP],
        "title": "No tracks",
        "enabled": True,
        **members,
    }
    return {name: value for name, value in body.items() if value != "absent"}


def test_a_created_filter_is_found_again(box: Sandbox, public: httpx.Client, web: str, filters: str) -> None:
    created = data(public.post(filters, json=body_of(web, description="Quiet")))["filter"]

    assert created == {
        **body_of(web, description="Quiet"),
        "id": created["id"],
        "destinationId": box.destinations["slack"],
        "createdAt": NOW,
        "updatedAt": NOW,
    }
    assert data(public.get(f"{filters}/{created['id']}"))["filter"] == created
    assert data(public.get(filters))["filters"] == [created]
    assert trail(public) == [("Destination Filter Created", created["id"])]


def test_an_action_keeps_the_members_that_the_api_knows(public: httpx.Client, web: str, filters: str) -> None:
    actions = [{"type": "SAMPLE", "percent": 0.5, "path": "userId", "fields": None, "colour": "red"}]

    created = data(public.post(filters, json=body_of(web, actions=actions)))["filter"]

    assert created["actions"] == [{"type": "SAMPLE", "percent": 0.5, "path": "userId"}]


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"sourceId": "absent"}, "sourceId"),
        ({"sourceId": "nobody"}, "sourceId"),
        ({"if": "absent"}, "if"),
        ({"if": 7}, "if"),
        ({"if": "type ="}, "if"),
        ({"if": "(" * 3000}, "if"),
        ({"if": "type = '" + "x" * 5_200 + "'"}, "if"),
        ({"actions": "absent"}, "actions"),
        ({"actions": {}}, "actions"),
        ({"actions": [None]}, "actions"),
        ({"actions": [{"type": "EXPLODE"}]}, "actions"),
        ({"actions": [{"type": "SAMPLE", "percent": 2}]}, "actions"),
        ({"actions": [{"type": "DROP_PROPERTIES", "fields": {"properties": "email"}}]}, "actions"),
        ({"title": "absent"}, "title"),
        ({"title": " "}, "title"),
        ({"enabled": "absent"}, "enabled"),
        ({"enabled": 1}, "enabled"),
        ({"description": 1}, "description"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_wrong_filter_is_refused(
    public: httpx.Client, web: str, filters: str, members: dict[str, Any], field: str
) -> None:
    assert field_of(public.post(filters, json=body_of(web, **members))) == field

    assert data(public.get(filters))["filters"] == []
    assert trail(public) == []


def test_another_source_of_the_workspace_is_refused(box: Sandbox, public: httpx.Client, filters: str) -> None:
    assert field_of(public.post(filters, json=body_of(box.sources["shop-api"]))) == "sourceId"


def test_a_destination_has_at_most_10_filters(public: httpx.Client, web: str, filters: str) -> None:
    created = [data(public.post(filters, json=body_of(web, title=f"{n}")))["filter"]["id"] for n in range(10)]

    response = public.post(filters, json=body_of(web))

    assert field_of(response) is None
    assert "at most 10" in response.json()["errors"][0]["message"]
    assert [item["id"] for item in walk(public, filters, "filters", 3)] == created


def test_s3_takes_no_filters(public: httpx.Client, web: str) -> None:
    body = {"sourceId": web, "metadataId": "60be92c8dabdd561bf6c9130", "settings": {}}
    bucket = data(public.post("/destinations", json=body))["destination"]["id"]

    response = public.post(f"/destination/{bucket}/filters", json=body_of(web))

    assert response.status_code == 422


def test_an_update_changes_what_it_names(clock: StoppedClock, public: httpx.Client, web: str, filters: str) -> None:
    before = data(public.post(filters, json=body_of(web, description="Quiet")))["filter"]
    clock.forward(timedelta(hours=1))
    change = {"if": "all", "actions": [{"type": "SAMPLE", "percent": 0.1}], "title": "Some", "description": None}

    after = data(public.patch(f"{filters}/{before['id']}", json=change))["filter"]

    del before["description"], change["description"]
    assert after == {**before, **change, "updatedAt": LATER}
    assert data(public.get(f"{filters}/{before['id']}"))["filter"] == after


@pytest.mark.parametrize(
    ("change", "title"),
    [
        ({"enabled": False}, ["Destination Filter Disabled"]),
        ({"enabled": True}, []),
        ({"title": "Other"}, ["Destination Filter Modified"]),
    ],
    ids=str,
)
def test_an_update_of_a_filter_is_audited(
    public: httpx.Client, web: str, filters: str, change: dict[str, Any], title: list[str]
) -> None:
    filter_id = data(public.post(filters, json=body_of(web)))["filter"]["id"]

    data(public.patch(f"{filters}/{filter_id}", json=change))

    assert trail(public)[1:] == [(each, filter_id) for each in title]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"if": "=="}, "if"),
        ({"if": None}, "if"),
        ({"actions": None}, "actions"),
        ({"title": None}, "title"),
        ({"description": 1}, "description"),
        ({"enabled": None}, "enabled"),
    ],
    ids=str,
)
def test_a_wrong_update_leaves_the_filter_as_it_was(
    public: httpx.Client, web: str, filters: str, change: dict[str, Any], field: str
) -> None:
    before = data(public.post(filters, json=body_of(web)))["filter"]

    assert field_of(public.patch(f"{filters}/{before['id']}", json=change)) == field

    assert data(public.get(f"{filters}/{before['id']}"))["filter"] == before


def test_a_removed_filter_is_gone(public: httpx.Client, web: str, filters: str) -> None:
    filter_id = data(public.post(filters, json=body_of(web)))["filter"]["id"]

    assert data(public.delete(f"{filters}/{filter_id}")) == {"status": "SUCCESS"}

    assert not_found_message(public.get(f"{filters}/{filter_id}")) == f"Filter with id '{filter_id}' not found."
    not_found_message(public.patch(f"{filters}/{filter_id}", json={}))
    not_found_message(public.delete(f"{filters}/{filter_id}"))
    assert trail(public)[-1] == ("Destination Filter Deleted", filter_id)


def test_a_filter_is_found_under_its_own_destination_only(
    box: Sandbox, public: httpx.Client, web: str, filters: str
) -> None:
    filter_id = data(public.post(filters, json=body_of(web)))["filter"]["id"]
    other = box.destinations["actions-amplitude"]

    not_found_message(public.get(f"/destination/{other}/filters/{filter_id}"))
    not_found_message(public.get(f"/destination/nobody/filters/{filter_id}"))


EVENT = {"type": "track", "event": "Signed Up", "properties": {"email": "a@example.com", "plan": "pro"}}
WITHOUT_EMAIL = {**EVENT, "properties": {"plan": "pro"}}


@pytest.mark.parametrize(
    ("condition", "actions", "result"),
    [
        ("event = 'Signed Up'", [DROP], None),
        ("event = 'Other'", [DROP], EVENT),
        ("all", [{"type": "DROP_PROPERTIES", "fields": {"properties": ["email"]}}], WITHOUT_EMAIL),
        ("all", [{"type": "ALLOW_PROPERTIES", "fields": {"properties": ["plan"]}}], WITHOUT_EMAIL),
        ("all", [{"type": "SAMPLE", "percent": 0}], None),
        ("all", [{"type": "SAMPLE", "percent": 0.01}], EVENT),
    ],
    ids=["dropped", "not meant", "without a property", "with one property", "sampled away", "sampled"],
)
def test_a_preview_shows_what_is_left_of_the_payload(
    public: httpx.Client, condition: str, actions: list[Any], result: Any
) -> None:
    body = {"filter": {"if": condition, "actions": actions}, "payload": EVENT}

    answer = data(public.post("/destination/filters/preview", json=body))

    assert answer == {"inputPayload": EVENT, "result": result}
    assert trail(public) == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"payload": {}}, "filter"),
        ({"filter": {"actions": []}, "payload": {}}, "if"),
        ({"filter": {"if": "!", "actions": []}, "payload": {}}, "filter.if"),
        ({"filter": {"if": "all"}, "payload": {}}, "filter.actions"),
        ({"filter": {"if": "all", "actions": [1]}, "payload": {}}, "filter.actions"),
        ({"filter": {"if": "all", "actions": []}}, "payload"),
        ({"filter": {"if": "all", "actions": []}, "payload": []}, "payload"),
    ],
    ids=str,
)
def test_a_wrong_preview_is_refused(public: httpx.Client, body: dict[str, Any], field: str) -> None:
    assert field_of(public.post("/destination/filters/preview", json=body)) == field


def test_a_filter_decides_what_its_destination_gets(
    box: Sandbox, public: httpx.Client, tracking: httpx.Client, web: str
) -> None:
    filters = f"/destination/{box.destinations['actions-amplitude']}/filters"
    data(public.post(filters, json=body_of(web)))

    tracking.post("/track", json={"writeKey": box.write_key, "userId": "u", "event": "Signed Up"})

    query = {"sourceId": web, "startTime": "2026-03-18T10:00:00Z", "endTime": "2026-03-18T11:00:00Z"}
    path = f"/destinations/{box.destinations['actions-amplitude']}/delivery-metrics"
    [successes, discarded] = data(public.get(path, params=query))["deliveryMetricsSummary"]["metrics"]
    assert {"metricName": "FILTERED_BY_RULES", "value": 1} in discarded["breakdown"]
    assert successes["metricName"] == "successes"
