"""What the tests of state share: clients of a sandbox, a webhook on it, and everything it knows in one value."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from segment_toolkit.sandbox import Profile, Sandbox, WorkspaceHandle

PUBLIC = {"us": "https://api.segmentapis.com", "eu": "https://eu1.api.segmentapis.com"}
TRACKING = {"us": "https://api.segment.io/v1", "eu": "https://events.eu1.segmentapis.com/v1"}

_LISTS = ("/sources", "/destinations", "/warehouses", "/labels", "/tracking-plans", "/users", "/audit-events")


def public_client(box: Sandbox, workspace: WorkspaceHandle | None = None) -> httpx.Client:
    """A client of the Public API with the token of a workspace, at the host of its region."""
    at = workspace or box
    headers = {"authorization": f"Bearer {at.token}"}
    return httpx.Client(transport=box.transport(), base_url=PUBLIC[at.region], headers=headers)


def tracking_client(box: Sandbox, region: str = "us") -> httpx.Client:
    """A client of the Tracking API of a region; the write key is up to each body."""
    return httpx.Client(transport=box.transport(), base_url=TRACKING[region])


def track(client: httpx.Client, write_key: str, event: str = "Order Completed", **more: Any) -> httpx.Response:
    """Send one event, of the user `u-1` unless told."""
    return client.post("track", json={"writeKey": write_key, "userId": "u-1", "event": event, **more})


def send(box: Sandbox, *events: str, source: str = "shop-web", **more: Any) -> None:
    """Send events by name to a source of the first workspace."""
    with tracking_client(box, box.region) as client:
        for event in events:
            assert track(client, box.write_keys[source], event, **more).status_code == 200


def names(workspace: WorkspaceHandle) -> list[str]:
    """The events that a workspace took in, by name."""
    return [event["event"] for event in workspace.events]


def add_webhook(box: Sandbox, url: str, source: str = "shop-api") -> str:
    """Connect a source to the sandbox's own webhook and return the id of the destination."""
    with public_client(box) as client:
        kinds = client.get("/catalog/destinations?pagination.count=200").json()["data"]["destinationsCatalog"]
        kind = next(item["id"] for item in kinds if item["slug"] == "webhook")
        body = {"sourceId": box.sources[source], "metadataId": kind, "enabled": True, "settings": {"url": url}}
        answer = client.post("/destinations", json=body)
    assert answer.is_success, answer.text
    id_: str = answer.json()["data"]["destination"]["id"]
    return id_


def everything(box: Sandbox) -> dict[str, Any]:
    """All that a sandbox keeps, as far as Python and the Public API show it."""
    shown: dict[str, Any] = {}
    for slug, workspace in box.workspaces.items():
        with public_client(box, workspace) as client:
            answers = {path: client.get(path).json() for path in _LISTS}
        shown[slug] = {
            "answers": answers,
            "events": workspace.events,
            "dropped": workspace.dropped,
            "violations": workspace.violations,
            "totals": workspace.totals,
            "profiles": [_profile(item) for item in workspace.profiles],
            "tables": {name: _rows(workspace, name) for name in workspace_tables(workspace)},
        }
    return shown


def _profile(profile: Profile) -> tuple[Any, ...]:
    events = [event for _, event in profile.events()]
    return profile.id, profile.traits(), profile.external_ids(), profile.metadata(), events


def workspace_tables(workspace: WorkspaceHandle) -> list[str]:
    """The tables of the first workspace's Postgres that exist once its website has tracked something."""
    tracked = any(event["sourceId"] == workspace.sources.get("shop-web") for event in workspace.events)
    return ["shop_web.tracks"] if tracked and workspace.slug == "acme" else []


def _rows(workspace: WorkspaceHandle, table: str) -> list[dict[str, Any]]:
    return workspace.query(f"SELECT * FROM {table} ORDER BY id")


@contextmanager
def closing(box: Sandbox) -> Iterator[Sandbox]:
    """Close a sandbox in the end."""
    try:
        yield box
    finally:
        box.close()
