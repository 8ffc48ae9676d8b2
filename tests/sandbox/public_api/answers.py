"""What the tests of the Public API read out of answers."""

from __future__ import annotations

from typing import Any

import httpx


def data(response: httpx.Response, status: int = 200) -> Any:
    """Return what stands under `data`."""
    assert response.status_code == status, response.text
    return response.json()["data"]


def field_of(response: httpx.Response) -> str | None:
    """Return the field that a 422 complains about."""
    assert response.status_code == 422, response.text
    [item] = response.json()["errors"]
    assert item["type"] == "validation"
    assert item["message"]
    field: str | None = item.get("field")
    return field


def not_found_message(response: httpx.Response) -> str:
    """Return the message of a 404."""
    assert response.status_code == 404, response.text
    [item] = response.json()["errors"]
    assert item["type"] == "not-found"
    message: str = item["message"]
    return message


def trail(public: httpx.Client) -> list[tuple[str, str]]:
    """Return title and resource id of the audit events, oldest first."""
    events = data(public.get("/audit-events"))["events"]
    return [(event["type"], event["resourceId"]) for event in reversed(events)]


def walk(public: httpx.Client, path: str, name: str, count: int) -> list[Any]:
    """Read a whole list, a page at a time."""
    found: list[Any] = []
    cursor = "MA=="
    while True:
        answer = data(public.get(path, params={"pagination.count": count, "pagination.cursor": cursor}))
        assert len(answer[name]) <= count
        found += answer[name]
        cursor = answer["pagination"].get("next")
        if cursor is None:
            assert answer["pagination"]["totalEntries"] == len(found)
            return found
