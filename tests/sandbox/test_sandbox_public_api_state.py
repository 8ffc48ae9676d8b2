"""The Public API remembers: what one call changes, the next one shows."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from segment_toolkit.sandbox import Sandbox

PROD = {"key": "environment", "value": "prod"}
GROWTH = {"key": "team", "value": "growth"}


def data(response: httpx.Response, status: int = 200) -> Any:
    assert response.status_code == status, response.text
    return response.json()["data"]


def field_of(response: httpx.Response) -> str | None:
    """The field a 422 complains about."""
    assert response.status_code == 422, response.text
    field: str | None = response.json()["errors"][0].get("field")
    return field


def test_a_deleted_source_is_gone_with_its_destinations_and_key(
    box: Sandbox, public: httpx.Client, tracking: httpx.Client, web: str
) -> None:
    key = box.write_key

    assert data(public.delete(f"/sources/{web}")) == {"status": "SUCCESS"}

    assert public.get(f"/sources/{web}").status_code == 404
    assert public.delete(f"/sources/{web}").status_code == 404
    assert list(box.destinations) == ["actions-webhook"]
    tracking.post("/track", json={"writeKey": key, "userId": "u", "event": "E"})
    assert [drop["reason"] for drop in box.dropped] == ["unknown_source"]


def test_get_source_answers_the_tracking_plan_beside_the_source(box: Sandbox, public: httpx.Client, web: str) -> None:
    plan = data(public.get("/tracking-plans"))["trackingPlans"][0]["id"]

    assert data(public.get(f"/sources/{web}"))["trackingPlanId"] == plan
    assert data(public.get(f"/sources/{box.sources['shop-api']}"))["trackingPlanId"] is None


def test_an_update_changes_what_it_names_and_merges_settings(public: httpx.Client, web: str) -> None:
    before = data(public.get(f"/sources/{web}"))["source"]

    changes = {"name": "Renamed", "enabled": False, "slug": "renamed", "settings": {"apiHost": "h"}}
    data(public.patch(f"/sources/{web}", json=changes))

    after = data(public.get(f"/sources/{web}"))["source"]
    assert after == {**before, **changes, "settings": {**before["settings"], "apiHost": "h"}}


def test_an_empty_update_changes_nothing(public: httpx.Client, web: str) -> None:
    before = data(public.get(f"/sources/{web}"))["source"]

    assert data(public.patch(f"/sources/{web}", json={}))["source"] == before


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": 7}, "name"),
        ({"name": " "}, "name"),
        ({"name": None}, "name"),
        ({"enabled": "false"}, "enabled"),
        ({"enabled": 0}, "enabled"),
        ({"slug": ""}, "slug"),
        ({"slug": "shop-api"}, "slug"),
        ({"settings": []}, "settings"),
    ],
)
def test_a_wrong_update_is_refused_whole(public: httpx.Client, web: str, change: dict[str, Any], field: str) -> None:
    before = data(public.get(f"/sources/{web}"))

    response = public.patch(f"/sources/{web}", json={"name": "Renamed", **change})

    assert field_of(response) == field
    assert data(public.get(f"/sources/{web}")) == before


def test_a_created_source_has_a_key_that_works_and_the_warehouses(
    box: Sandbox, public: httpx.Client, tracking: httpx.Client
) -> None:
    body = {"slug": "new", "enabled": True, "metadataId": "XRksQPCr7X"}

    source = data(public.post("/sources", json=body), 201)["source"]

    tracking.post("/track", json={"writeKey": source["writeKeys"][0], "userId": "u", "event": "E"})
    assert box.events[0]["sourceId"] == source["id"]
    assert source["metadata"]["slug"] == "python"
    assert len(data(public.get(f"/sources/{source['id']}/connected-warehouses"))["warehouses"]) == 2


def test_a_source_can_be_created_without_warehouses(public: httpx.Client) -> None:
    body = {"slug": "new", "enabled": True, "metadataId": "XRksQPCr7X", "disconnectAllWarehouses": True}

    source = data(public.post("/sources", json=body), 201)["source"]

    assert data(public.get(f"/sources/{source['id']}/connected-warehouses"))["warehouses"] == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"slug": "shop-web"}, "slug"),
        ({"enabled": None}, "enabled"),
        ({"metadataId": "nope"}, "metadataId"),
        ({"settings": "x"}, "settings"),
    ],
)
def test_a_wrong_new_source_is_refused(public: httpx.Client, change: dict[str, Any], field: str) -> None:
    response = public.post("/sources", json={"slug": "new", "enabled": True, "metadataId": "XRksQPCr7X", **change})

    assert field_of(response) == field


def test_labels_are_added_to_those_that_are_there(box: Sandbox, public: httpx.Client) -> None:
    path = f"/sources/{box.sources['shop-ios']}/labels"
    data(public.post(path, json={"labels": [GROWTH]}))

    answer = data(public.post(path, json={"labels": [{"key": "environment", "value": "prod"}]}))

    assert [(label["key"], label["value"]) for label in answer["labels"]] == [
        ("team", "growth"),
        ("environment", "prod"),
    ]
    shown = data(public.get(f"/sources/{box.sources['shop-ios']}"))["source"]["labels"]
    assert shown == answer["labels"]


def test_adding_a_label_twice_changes_nothing(box: Sandbox, public: httpx.Client, web: str) -> None:
    before = data(public.get(f"/sources/{web}"))["source"]["labels"]

    assert data(public.post(f"/sources/{web}/labels", json={"labels": [PROD]}))["labels"] == before


@pytest.mark.parametrize(
    "labels",
    [
        [{"key": "no-such", "value": "label"}],
        [{"key": "environment", "value": "dev"}],
        ["environment:prod"],
    ],
    ids=["not in the workspace", "second value of a key", "not an object"],
)
def test_a_label_that_cannot_be_added_is_refused(public: httpx.Client, web: str, labels: list[object]) -> None:
    response = public.post(f"/sources/{web}/labels", json={"labels": labels})

    assert field_of(response) == "labels"


def test_labels_are_replaced_and_cleared(public: httpx.Client, web: str) -> None:
    data(public.put(f"/sources/{web}/labels", json={"labels": [GROWTH]}))
    assert data(public.get(f"/sources/{web}"))["source"]["labels"] == [GROWTH]

    data(public.put(f"/sources/{web}/labels", json={"labels": []}))
    assert data(public.get(f"/sources/{web}"))["source"]["labels"] == []


def test_a_created_label_can_be_used(public: httpx.Client, box: Sandbox) -> None:
    label = {"key": "market", "value": "nordics", "description": "SE, NO, DK, FI"}

    assert data(public.post("/labels", json={"label": label}), 201) == {"label": label}

    assert label in data(public.get("/labels"))["labels"]
    answer = public.post(f"/sources/{box.sources['shop-ios']}/labels", json={"labels": [label]})
    assert data(answer)["labels"] == [label]


@pytest.mark.parametrize(
    "label", [PROD, {"key": "1st", "value": "x"}, {"key": "x", "value": "a b"}], ids=["exists", "digit first", "space"]
)
def test_a_label_of_the_wrong_form_is_refused(public: httpx.Client, label: dict[str, str]) -> None:
    assert field_of(public.post("/labels", json={"label": label})) == "label"


def test_a_new_write_key_works_beside_the_old_one(
    box: Sandbox, public: httpx.Client, tracking: httpx.Client, web: str
) -> None:
    response = public.post(f"/sources/{web}/writekey")

    keys = data(response)["source"]["writeKeys"]
    for key in keys:
        tracking.post("/track", json={"writeKey": key, "userId": "u", "event": "E"})
    assert response.headers["content-type"] == "application/vnd.segment.v1alpha+json"
    assert len(keys) == 2
    assert len(box.events) == 2


def test_a_removed_write_key_is_unknown_from_then_on(
    box: Sandbox, public: httpx.Client, tracking: httpx.Client, web: str
) -> None:
    key = box.write_key

    assert data(public.delete(f"/sources/{web}/writekey/{key}")) == {"status": "SUCCESS"}

    tracking.post("/track", json={"writeKey": key, "userId": "u", "event": "E"})
    assert [drop["reason"] for drop in box.dropped] == ["unknown_source"]
    assert data(public.get(f"/sources/{web}"))["source"]["writeKeys"] == []
    assert "shop-web" not in box.write_keys


def test_removing_an_unknown_write_key_is_404_and_does_not_repeat_it(public: httpx.Client, web: str) -> None:
    response = public.delete(f"/sources/{web}/writekey/not-a-key")

    assert response.status_code == 404
    assert "not-a-key" not in response.text


def test_schema_settings_are_merged(public: httpx.Client, web: str) -> None:
    before = data(public.get(f"/sources/{web}/settings"))["settings"]

    change = {"track": {"allowEventOnViolations": False}, "identify": {"commonEventOnViolations": "OMIT_TRAITS"}}
    data(public.patch(f"/sources/{web}/settings", json=change))

    after = data(public.get(f"/sources/{web}/settings"))
    assert after["sourceId"] == web
    assert after["settings"]["track"] == {**before["track"], "allowEventOnViolations": False}
    assert after["settings"]["identify"] == {**before["identify"], "commonEventOnViolations": "OMIT_TRAITS"}
    assert after["settings"]["group"] == before["group"]


def test_forwarding_is_switched_off_by_leaving_it_out(box: Sandbox, public: httpx.Client, web: str) -> None:
    path, target = f"/sources/{web}/settings", box.sources["shop-api"]

    on = data(public.patch(path, json={"forwardingViolationsTo": target}))["settings"]
    off = data(public.patch(path, json={}))["settings"]

    assert on["forwardingViolationsTo"] == target
    assert "forwardingViolationsTo" not in off


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"track": []}, "track"),
        ({"track": {"allowUnplannedEvents": "no"}}, "allowUnplannedEvents"),
        ({"track": {"commonEventOnViolations": "OMIT_TRAITS"}}, "commonEventOnViolations"),
        ({"forwardingViolationsTo": ""}, "forwardingViolationsTo"),
        ({"forwardingBlockedEventsTo": "nope"}, "forwardingBlockedEventsTo"),
    ],
)
def test_wrong_schema_settings_are_refused(public: httpx.Client, web: str, change: dict[str, Any], field: str) -> None:
    assert field_of(public.patch(f"/sources/{web}/settings", json=change)) == field


def test_a_destination_is_updated_and_unnamed(box: Sandbox, public: httpx.Client) -> None:
    path = f"/destinations/{box.destinations['slack']}"

    data(public.patch(path, json={"name": None, "enabled": False, "settings": {"icon": "cart"}}))

    after = data(public.get(path))["destination"]
    assert "name" not in after
    assert after["enabled"] is False
    assert after["settings"]["icon"] == "cart"
    assert "webhookUrl" in after["settings"]


def test_what_is_connected_to_a_source_is_listed(box: Sandbox, public: httpx.Client, web: str) -> None:
    destinations = data(public.get(f"/sources/{web}/connected-destinations"))["destinations"]
    warehouses = data(public.get(f"/sources/{box.sources['shop-api']}/connected-warehouses"))["warehouses"]

    assert [item["metadata"]["slug"] for item in destinations] == ["actions-amplitude", "slack"]
    assert [item["metadata"]["slug"] for item in warehouses] == ["postgres"]
