"""What can only be read: users, the audit trail and the catalogs; and the deletion of labels."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from segment_toolkit.sandbox import Sandbox, StoppedClock
from tests.sandbox.public_api.answers import data, field_of, not_found_message, trail, walk

CATALOGS = {"sources": "source", "destinations": "destination", "warehouses": "warehouse"}


@pytest.mark.parametrize(("plural", "singular"), CATALOGS.items())
def test_each_kind_of_a_catalog_can_be_read_alone(public: httpx.Client, plural: str, singular: str) -> None:
    kinds = walk(public, f"/catalog/{plural}", f"{plural}Catalog", 3)

    assert len({kind["id"] for kind in kinds}) == len({kind["slug"] for kind in kinds}) == len(kinds)
    for kind in kinds:
        assert data(public.get(f"/catalog/{plural}/{kind['id']}")) == {f"{singular}Metadata": kind}


@pytest.mark.parametrize("plural", CATALOGS)
def test_an_unknown_kind_is_not_found(public: httpx.Client, plural: str) -> None:
    assert "nothing" in not_found_message(public.get(f"/catalog/{plural}/nothing"))


def test_the_catalog_shows_the_kind_that_a_destination_has(box: Sandbox, public: httpx.Client) -> None:
    slack = data(public.get(f"/destinations/{box.destinations['slack']}"))["destination"]["metadata"]

    assert data(public.get(f"/catalog/destinations/{slack['id']}"))["destinationMetadata"] == slack


def test_the_sandboxs_own_kinds_say_that_they_are_its_own(public: httpx.Client) -> None:
    kinds = walk(public, "/catalog/destinations", "destinationsCatalog", 1000)

    own = {kind["slug"]: kind for kind in kinds if "only in the sandbox" in kind["description"]}

    assert set(own) == {"file", "webhook", "blackhole"}
    assert all(kind["name"].endswith(" (sandbox)") for kind in own.values())
    needed = {slug: [option["name"] for option in kind["options"] if option["required"]] for slug, kind in own.items()}
    assert needed == {"file": ["path"], "webhook": ["url"], "blackhole": []}


def test_a_kind_tells_which_calls_it_supports(public: httpx.Client) -> None:
    kind = data(public.get("/catalog/destinations/61957755c4d820be968457de"))["destinationMetadata"]

    assert kind["supportedMethods"] == {
        "pageview": False,
        "identify": True,
        "alias": False,
        "track": True,
        "group": True,
    }


def test_each_user_can_be_read_alone(public: httpx.Client) -> None:
    users = walk(public, "/users", "users", 1)

    assert [user["name"] for user in users] == ["Ada Owner", "Ben Builder"]
    for user in users:
        assert data(public.get(f"/users/{user['id']}")) == {"user": user}
    assert not_found_message(public.get("/users/nobody")) == "User with id 'nobody' not found."


def make_label(public: httpx.Client, key: str) -> str:
    data(public.post("/labels", json={"label": {"key": key, "value": "v"}}), 201)
    return f"{key}:v"


def test_the_trail_shows_the_newest_event_first_with_all_about_it(clock: StoppedClock, public: httpx.Client) -> None:
    make_label(public, "a")
    clock.forward(timedelta(minutes=1))
    make_label(public, "b")

    newest, oldest = walk(public, "/audit-events", "events", 1)

    assert newest == {
        "id": newest["id"],
        "timestamp": "2026-03-18T10:31:00.000Z",
        "type": "Label Created",
        "actor": newest["actor"],
        "resourceId": "b:v",
        "resourceType": "LABEL",
        "resourceName": "b:v",
    }
    assert (oldest["resourceId"], oldest["timestamp"]) == ("a:v", "2026-03-18T10:30:00.000Z")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"resourceId": "a:v"}, ["a:v"]),
        ({"resourceId": "nobody"}, []),
        ({"resourceType": "LABEL"}, ["a:v", "b:v"]),
        ({"resourceType": "SOURCE"}, []),
        ({"startTime": "2026-03-18T10:31:00Z"}, ["b:v"]),
        ({"endTime": "2026-03-18T10:31:00Z"}, ["a:v"]),
        ({"startTime": "2026-03-18", "endTime": "2026-03-19"}, ["a:v", "b:v"]),
        ({"startTime": "2026-03-18T10:31:00.001Z"}, []),
    ],
    ids=str,
)
def test_the_trail_is_filtered(
    clock: StoppedClock, public: httpx.Client, query: dict[str, str], found: list[str]
) -> None:
    make_label(public, "a")
    clock.forward(timedelta(minutes=1))
    make_label(public, "b")

    events = data(public.get("/audit-events", params=query))["events"]

    assert sorted(event["resourceId"] for event in events) == found


def test_audit_events_are_kept_for_90_days(clock: StoppedClock, public: httpx.Client) -> None:
    make_label(public, "a")

    clock.forward(timedelta(days=90))
    assert trail(public) == [("Label Created", "a:v")]

    clock.forward(timedelta(seconds=1))
    assert trail(public) == []
    assert data(public.get("/audit-events", params={"startTime": "2026-01-01"}))["events"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"startTime": "yesterday"}, "startTime"),
        ({"endTime": ""}, "endTime"),
        ({"startTime": "2026-03-18", "endTime": "2026-03-18"}, "startTime"),
        ({"pagination.count": "0"}, "pagination.count"),
    ],
    ids=str,
)
def test_a_wrong_question_about_the_trail_is_refused(public: httpx.Client, query: dict[str, Any], field: str) -> None:
    assert field_of(public.get("/audit-events", params=query)) == field


def test_a_deleted_label_is_gone(public: httpx.Client) -> None:
    make_label(public, "a")

    assert data(public.delete("/labels/a/v")) == {"status": "SUCCESS"}

    assert {"key": "a", "value": "v"} not in data(public.get("/labels"))["labels"]
    assert not_found_message(public.delete("/labels/a/v")) == "Label with id 'a:v' not found."
    assert trail(public)[-1] == ("Label Deleted", "a:v")


def test_a_label_in_use_cannot_be_deleted(box: Sandbox, public: httpx.Client) -> None:
    before = data(public.get("/labels"))

    assert field_of(public.delete("/labels/team/growth")) == "value"

    assert data(public.get("/labels")) == before
    data(public.put(f"/sources/{box.sources['shop-web']}/labels", json={"labels": []}))
    data(public.delete("/labels/team/growth"))
