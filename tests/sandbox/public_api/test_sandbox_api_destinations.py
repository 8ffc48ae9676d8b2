"""Destinations: what is created, changed and deleted, and what a source's events make of it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from segment_toolkit.sandbox import Sandbox
from tests.sandbox.public_api.answers import data, field_of, not_found_message, trail, walk

MIXPANEL = "615c7438d93d9b61b1e9e192"


def own(public: httpx.Client, slug: str) -> str:
    """The catalog id of one of the sandbox's own kinds."""
    kinds = data(public.get("/catalog/destinations", params={"pagination.count": 1000}))["destinationsCatalog"]
    [found] = [kind["id"] for kind in kinds if kind["slug"] == slug]
    assert isinstance(found, str)
    return found


def create(public: httpx.Client, source: str, **members: Any) -> httpx.Response:
    body = {"sourceId": source, "metadataId": MIXPANEL, "settings": {}, **members}
    return public.post("/destinations", json={name: value for name, value in body.items() if value != "absent"})


def test_a_created_destination_is_listed_and_connected_to_its_source(public: httpx.Client, web: str) -> None:
    created = data(create(public, web, name="Mixpanel", settings={"projectToken": "t"}))["destination"]

    assert created["name"] == "Mixpanel"
    assert created["enabled"] is True
    assert created["settings"] == {"projectToken": "t"}
    assert created["metadata"]["slug"] == "actions-mixpanel"
    assert data(public.get(f"/destinations/{created['id']}"))["destination"] == created
    assert data(public.get("/destinations"))["destinations"][-1] == created
    assert data(public.get(f"/sources/{web}/connected-destinations"))["destinations"][-1] == created
    assert trail(public) == [("Integration Created", created["id"])]


def test_a_destination_can_be_created_switched_off_and_without_a_name(public: httpx.Client, web: str) -> None:
    created = data(create(public, web, enabled=False))["destination"]

    assert created["enabled"] is False
    assert "name" not in created


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"sourceId": "absent"}, "sourceId"),
        ({"sourceId": 7}, "sourceId"),
        ({"sourceId": "nobody"}, "sourceId"),
        ({"metadataId": "absent"}, "metadataId"),
        ({"metadataId": "nothing"}, "metadataId"),
        ({"metadataId": ["a"] * 1000}, "metadataId"),
        ({"settings": "absent"}, "settings"),
        ({"settings": []}, "settings"),
        ({"settings": None}, "settings"),
        ({"enabled": "yes"}, "enabled"),
        ({"name": 7}, "name"),
    ],
    ids=str,
)
def test_a_wrong_creation_is_refused_and_changes_nothing(
    public: httpx.Client, web: str, members: dict[str, Any], field: str
) -> None:
    before = data(public.get("/destinations"))

    assert field_of(create(public, web, **members)) == field

    assert data(public.get("/destinations")) == before
    assert trail(public) == []


def test_a_source_has_at_most_25_instances_of_a_kind(box: Sandbox, public: httpx.Client, web: str) -> None:
    for _ in range(25):
        data(create(public, web))

    assert field_of(create(public, web)) == "metadataId"

    data(create(public, box.sources["shop-api"]))
    assert len(walk(public, "/destinations", "destinations", 10)) == 3 + 25 + 1


@pytest.mark.parametrize(
    ("slug", "settings", "field"),
    [
        ("file", {}, "settings.path"),
        ("file", {"path": 7}, "settings.path"),
        ("file", {"path": ""}, "settings.path"),
        ("webhook", {}, "settings.url"),
        ("webhook", {"url": "ftp://x"}, "settings.url"),
        ("webhook", {"url": "http://x", "headers": {"a": 1}}, "settings.headers"),
        ("webhook", {"url": "http://x", "sharedSecret": []}, "settings.sharedSecret"),
        ("file", {"path": "events.jsonl"}, None),
        ("webhook", {"url": "https://x", "headers": {"a": "b"}, "sharedSecret": "s"}, None),
        ("blackhole", {}, None),
    ],
    ids=str,
)
def test_the_sandboxs_own_kinds_need_the_settings_they_work_with(
    public: httpx.Client, web: str, slug: str, settings: dict[str, Any], field: str | None
) -> None:
    response = create(public, web, metadataId=own(public, slug), settings=settings)

    if field is None:
        data(response)
    else:
        assert field_of(response) == field


def test_an_update_cannot_take_away_what_a_webhook_needs(public: httpx.Client, web: str) -> None:
    settings = {"url": "http://x"}
    created = data(create(public, web, metadataId=own(public, "webhook"), settings=settings))["destination"]

    response = public.patch(f"/destinations/{created['id']}", json={"settings": {"url": None}})

    assert field_of(response) == "settings.url"
    assert data(public.get(f"/destinations/{created['id']}"))["destination"]["settings"] == settings


@pytest.mark.parametrize(
    ("change", "titles"),
    [
        ({"enabled": False}, ["Integration Disabled"]),
        ({"enabled": True}, []),
        ({"name": "New"}, ["Destination Modified"]),
        ({"name": None, "enabled": False}, ["Integration Disabled", "Destination Modified"]),
        ({}, []),
    ],
    ids=str,
)
def test_an_update_writes_to_the_audit_trail_what_it_changed(
    box: Sandbox, public: httpx.Client, change: dict[str, Any], titles: list[str]
) -> None:
    slack = box.destinations["slack"]

    data(public.patch(f"/destinations/{slack}", json=change))

    assert trail(public) == [(title, slack) for title in titles]


def test_a_deleted_destination_is_gone_with_its_filters(box: Sandbox, public: httpx.Client, web: str) -> None:
    slack = box.destinations["slack"]
    body = {"sourceId": web, "if": "all", "actions": [{"type": "DROP"}], "title": "None", "enabled": True}
    filter_id = data(public.post(f"/destination/{slack}/filters", json=body))["filter"]["id"]

    assert data(public.delete(f"/destinations/{slack}")) == {"status": "SUCCESS"}

    assert not_found_message(public.delete(f"/destinations/{slack}")) == f"Destination with id '{slack}' not found."
    not_found_message(public.get(f"/destination/{slack}/filters/{filter_id}"))
    connected = data(public.get(f"/sources/{web}/connected-destinations"))["destinations"]
    assert slack not in [item["id"] for item in connected]
    assert trail(public)[-1] == ("Integration Deleted", slack)
