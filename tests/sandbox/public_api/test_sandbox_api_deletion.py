"""A regulation that deletes reaches everything the sandbox keeps of a person: events, warehouses, profiles."""

from __future__ import annotations

import httpx
import pytest

from segment_toolkit.sandbox import Sandbox


@pytest.fixture
def two_people(box: Sandbox, tracking: httpx.Client) -> None:
    for source in ("shop-web", "shop-api"):
        for user in ("ada", "ben"):
            common = {"userId": user, "anonymousId": f"{user}-browser"}
            identify = {"type": "identify", "traits": {"email": f"{user}@example.com"}, **common}
            track = {"type": "track", "event": "Order Completed", **common}
            tracking.post("/batch", json={"writeKey": box.write_keys[source], "batch": [identify, track]})


def regulate(client: httpx.Client, kind: str, path: str = "/regulations", user: str = "ada") -> None:
    body = {"regulationType": kind, "subjectType": "USER_ID", "subjectIds": [user]}
    assert client.post(path, json=body).status_code == 200


def users_of(box: Sandbox, table: str) -> set[str]:
    return {row["user_id"] for row in box.query("SELECT user_id FROM " + table)}


@pytest.mark.parametrize("kind", ["DELETE_ONLY", "SUPPRESS_WITH_DELETE"])
def test_a_deleted_person_is_nowhere_and_the_others_are_where_they_were(
    box: Sandbox, public: httpx.Client, two_people: None, kind: str
) -> None:
    regulate(public, kind)

    assert {event["userId"] for event in box.events} == {"ben"}
    for schema in ("shop_web", "shop_api"):
        for table in ("tracks", "identifies", "order_completed"):
            assert users_of(box, f"{schema}.{table}") == {"ben"}
        assert [row["id"] for row in box.query("SELECT id FROM " + schema + ".users")] == ["ben"]
    for identifier in ("user_id:ada", "anonymous_id:ada-browser", "email:ada@example.com"):
        assert box.profile(identifier) is None
    assert box.profile("email:ben@example.com") is not None


def test_an_internal_deletion_leaves_the_warehouses(box: Sandbox, public: httpx.Client, two_people: None) -> None:
    regulate(public, "DELETE_INTERNAL")

    assert {event["userId"] for event in box.events} == {"ben"}
    assert users_of(box, "shop_web.tracks") == {"ada", "ben"}
    assert box.profile("user_id:ada") is None


def test_a_deletion_in_one_source_leaves_the_others_and_the_profile(
    box: Sandbox, public: httpx.Client, two_people: None, web: str
) -> None:
    regulate(public, "DELETE_ONLY", f"/regulations/sources/{web}")

    assert users_of(box, "shop_web.tracks") == {"ben"}
    assert users_of(box, "shop_api.tracks") == {"ada", "ben"}
    assert box.profile("user_id:ada") is not None


def test_a_deleted_person_who_comes_back_is_a_new_one(
    box: Sandbox, public: httpx.Client, tracking: httpx.Client, two_people: None
) -> None:
    regulate(public, "DELETE_ONLY")

    tracking.post("/track", json={"writeKey": box.write_key, "userId": "ada", "event": "Came Back"})

    profile = box.profile("user_id:ada")
    assert profile is not None
    assert profile.traits() == {}
    assert [item.event["event"] for item in profile.events()] == ["Came Back"]
