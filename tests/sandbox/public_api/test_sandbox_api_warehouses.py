"""Warehouses and the sources connected to them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from segment_toolkit.sandbox import Sandbox
from tests.sandbox.public_api.answers import data, field_of, not_found_message, trail, walk

POSTGRES = "55d3d3aea3c"
REACHABLE = {"hostname": "db.example.com", "database": "acme"}


def create(public: httpx.Client, **members: Any) -> Any:
    body = {"metadataId": POSTGRES, "settings": REACHABLE, **members}
    return data(public.post("/warehouses", json=body), 201)["warehouse"]


def test_a_created_warehouse_is_connected_to_all_sources(box: Sandbox, public: httpx.Client, web: str) -> None:
    created = create(public, name="Second")

    assert created["enabled"] is True
    assert "name" not in created
    assert data(public.get(f"/warehouses/{created['id']}"))["warehouse"] == created
    assert created in data(public.get(f"/sources/{web}/connected-warehouses"))["warehouses"]
    connected = walk(public, f"/warehouses/{created['id']}/connected-sources", "sources", 3)
    assert [source["id"] for source in connected] == list(box.sources.values())
    assert trail(public) == [("Storage Destination Created", created["id"])]


def test_a_warehouse_can_be_created_alone_and_switched_off(public: httpx.Client) -> None:
    created = create(public, disconnectAllSources=True, enabled=False)

    assert created["enabled"] is False
    assert data(public.get(f"/warehouses/{created['id']}/connected-sources"))["sources"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"settings": {}}, "metadataId"),
        ({"metadataId": "nothing", "settings": {}}, "metadataId"),
        ({"metadataId": POSTGRES}, "settings"),
        ({"metadataId": POSTGRES, "settings": []}, "settings"),
        ({"metadataId": POSTGRES, "settings": {}, "enabled": 1}, "enabled"),
        ({"metadataId": POSTGRES, "settings": {}, "name": 1}, "name"),
        ({"metadataId": POSTGRES, "settings": {}, "disconnectAllSources": "no"}, "disconnectAllSources"),
    ],
    ids=str,
)
def test_a_wrong_creation_of_a_warehouse_is_refused(public: httpx.Client, body: dict[str, Any], field: str) -> None:
    assert field_of(public.post("/warehouses", json=body)) == field

    assert data(public.get("/warehouses"))["pagination"]["totalEntries"] == 2


def test_an_update_merges_the_settings(box: Sandbox, public: httpx.Client) -> None:
    postgres = box.warehouses["postgres"]

    updated = data(public.patch(f"/warehouses/{postgres}", json={"settings": {"port": "5432"}}))["warehouse"]

    assert updated["settings"] == {**REACHABLE, "port": "5432"}
    assert data(public.get(f"/warehouses/{postgres}"))["warehouse"] == updated


@pytest.mark.parametrize(
    ("change", "titles"),
    [
        ({"settings": {}}, []),
        ({"settings": {}, "enabled": False}, ["Storage Destination Disabled"]),
        ({"settings": {"port": "1"}}, ["Storage Destination Modified"]),
        ({"settings": {}, "name": "Named"}, ["Storage Destination Modified"]),
        ({"settings": {}, "name": None}, []),
    ],
    ids=str,
)
def test_an_update_of_a_warehouse_is_audited(
    box: Sandbox, public: httpx.Client, change: dict[str, Any], titles: list[str]
) -> None:
    postgres = box.warehouses["postgres"]

    data(public.patch(f"/warehouses/{postgres}", json=change))

    assert trail(public) == [(title, postgres) for title in titles]


@pytest.mark.parametrize(
    ("change", "field"),
    [({}, "settings"), ({"settings": 1}, "settings"), ({"settings": {}, "enabled": None}, "enabled")],
    ids=str,
)
def test_a_wrong_update_of_a_warehouse_is_refused(
    box: Sandbox, public: httpx.Client, change: dict[str, Any], field: str
) -> None:
    assert field_of(public.patch(f"/warehouses/{box.warehouses['postgres']}", json=change)) == field


def test_a_deleted_warehouse_is_gone(box: Sandbox, public: httpx.Client, web: str) -> None:
    postgres = box.warehouses["postgres"]

    assert data(public.delete(f"/warehouses/{postgres}")) == {"status": "SUCCESS"}

    assert not_found_message(public.get(f"/warehouses/{postgres}")) == f"Warehouse with id '{postgres}' not found."
    connected = data(public.get(f"/sources/{web}/connected-warehouses"))["warehouses"]
    assert [item["metadata"]["slug"] for item in connected] == ["bigquery"]
    assert trail(public) == [("Storage Destination Deleted", postgres)]


@pytest.mark.parametrize(
    ("settings", "status"),
    [
        (REACHABLE, "CONNECTED"),
        ({"hostname": "h"}, "FAILED"),
        ({**REACHABLE, "database": " "}, "FAILED"),
        ({}, "FAILED"),
    ],
    ids=["all there", "one missing", "one blank", "none"],
)
def test_settings_are_valid_when_those_that_are_needed_are_there(
    public: httpx.Client, settings: dict[str, Any], status: str
) -> None:
    answer = data(public.post("/warehouses/validation", json={"metadataId": POSTGRES, "settings": settings}))

    assert answer == {"status": status}
    warehouse = create(public, settings=settings)
    state = data(public.get(f"/warehouses/{warehouse['id']}/connection-state"))
    assert state == {"connectionState": status}
    assert trail(public)[0] == ("Storage Destination Settings Validation", POSTGRES)


def test_a_source_is_connected_and_disconnected(box: Sandbox, public: httpx.Client) -> None:
    warehouse, source = box.warehouses["bigquery"], box.sources["shop-api"]
    path = f"/warehouses/{warehouse}/connected-sources/{source}"

    assert data(public.post(path), 201) == {"status": "CONNECTED"}

    sources = data(public.get(f"/warehouses/{warehouse}/connected-sources"))["sources"]
    assert [item["slug"] for item in sources] == ["shop-web", "shop-api"]
    assert data(public.post(path), 201) == {"status": "CONNECTED"}
    assert trail(public) == [("Storage Destination Modified", warehouse)]

    assert data(public.delete(path)) == {"status": "SUCCESS"}

    warehouses = data(public.get(f"/sources/{source}/connected-warehouses"))["warehouses"]
    assert [item["metadata"]["slug"] for item in warehouses] == ["postgres"]
    not_found_message(public.delete(path))


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_connection_needs_a_warehouse_and_a_source(box: Sandbox, public: httpx.Client, web: str, method: str) -> None:
    not_found_message(public.request(method, f"/warehouses/nobody/connected-sources/{web}"))
    not_found_message(public.request(method, f"/warehouses/{box.warehouses['postgres']}/connected-sources/nobody"))
