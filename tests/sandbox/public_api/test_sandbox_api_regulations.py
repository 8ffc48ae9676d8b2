"""Regulations: who is suppressed, who is deleted, and how it is told."""

from __future__ import annotations

import json
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from segment_toolkit.sandbox import Sandbox, StoppedClock


def regulate(public: httpx.Client, type_: str, *ids: str, path: str = "/regulations", subject: str = "USER_ID") -> str:
    response = ask(public, type_, *ids, path=path, subject=subject)
    assert response.status_code == 200, response.text
    id_: str = response.json()["data"]["regulateId"]
    return id_


def ask(public: httpx.Client, type_: str, *ids: Any, path: str = "/regulations", subject: str = "USER_ID") -> Any:
    body = {"regulationType": type_, "subjectType": subject, "subjectIds": list(ids)}
    # In ASCII, because httpx cannot write a lone surrogate.
    return public.post(path, content=json.dumps(body))


def track(tracking: httpx.Client, write_key: str, **person: str) -> None:
    response = tracking.post("/track", content=json.dumps({"writeKey": write_key, "event": "E", **person}))
    assert response.status_code == 200


def suppressed(public: httpx.Client) -> list[Any]:
    found: list[Any] = public.get("/suppressions").json()["data"]["suppressed"]
    return found


def status(public: httpx.Client, id_: str) -> str:
    found: str = public.get(f"/regulations/{id_}").json()["data"]["regulation"]["overallStatus"]
    return found


def users(box: Sandbox) -> list[Any]:
    return [event.get("userId") for event in box.events]


@pytest.mark.parametrize("type_", ["SUPPRESS_ONLY", "SUPPRESS_WITH_DELETE", "SUPPRESS_WITH_DELETE_INTERNAL"])
def test_events_of_a_suppressed_user_are_taken_and_dropped(
    box: Sandbox, public: httpx.Client, tracking: httpx.Client, type_: str
) -> None:
    regulate(public, type_, "u1")
    for slug in ("shop-web", "shop-api"):
        track(tracking, box.write_keys[slug], userId="u1")
    track(tracking, box.write_key, userId="u2")

    assert users(box) == ["u2"]
    assert [item["reason"] for item in box.dropped] == ["suppressed", "suppressed"]
    assert suppressed(public) == [{"subjectType": "USER_ID", "subjectIds": ["u1"]}]


def test_a_suppressed_user_who_stays_anonymous_passes(
    box: Sandbox, public: httpx.Client, tracking: httpx.Client
) -> None:
    regulate(public, "SUPPRESS_ONLY", "u1")
    track(tracking, box.write_key, anonymousId="u1")

    assert box.event_count == 1


def test_an_unsuppressed_user_is_tracked_again(box: Sandbox, public: httpx.Client, tracking: httpx.Client) -> None:
    regulate(public, "SUPPRESS_ONLY", "u1", "u2")
    regulate(public, "UNSUPPRESS", "u1", "nobody")
    for user_id in ("u1", "u2"):
        track(tracking, box.write_key, userId=user_id)

    assert users(box) == ["u1"]
    assert suppressed(public) == [{"subjectType": "USER_ID", "subjectIds": ["u2"]}]


@pytest.mark.parametrize("type_", ["DELETE_ONLY", "DELETE_INTERNAL", "SUPPRESS_WITH_DELETE"])
def test_a_deletion_takes_the_events_of_a_user_away(
    box: Sandbox, public: httpx.Client, tracking: httpx.Client, type_: str
) -> None:
    for slug, user_id in (("shop-web", "u1"), ("shop-web", "u2"), ("shop-api", "u1"), ("old-backoffice", "u1")):
        track(tracking, box.write_keys[slug], userId=user_id)
    before = box.totals

    regulate(public, type_, "u1")

    assert users(box) == ["u2"]
    assert box.dropped == []
    assert box.totals == before


def test_who_was_only_deleted_is_tracked_anew(box: Sandbox, public: httpx.Client, tracking: httpx.Client) -> None:
    track(tracking, box.write_key, userId="u1")
    regulate(public, "DELETE_ONLY", "u1")
    track(tracking, box.write_key, userId="u1")

    assert users(box) == ["u1"]
    assert suppressed(public) == []


def test_who_was_only_suppressed_keeps_the_events(box: Sandbox, public: httpx.Client, tracking: httpx.Client) -> None:
    track(tracking, box.write_key, userId="u1")
    regulate(public, "SUPPRESS_ONLY", "u1")

    assert users(box) == ["u1"]


def test_positions_of_deleted_events_are_not_given_out_again(
    box: Sandbox, public: httpx.Client, tracking: httpx.Client
) -> None:
    journal, lock = box._backend.store.journal, box._backend.lock
    track(tracking, box.write_key, userId="u1")
    with lock:
        deleted = journal.next_position() - 1
    regulate(public, "DELETE_ONLY", "u1")

    track(tracking, box.write_key, userId="u2")

    with lock:
        gone, after = journal.event_at(deleted), journal.event_at(deleted + 1)
    assert gone is None
    assert after is not None
    assert after["userId"] == "u2"


@pytest.mark.parametrize("odd", ["\ud800", "a\0b", "a", '["a"]', "ünï", "%", "'", "7"])
def test_any_id_means_itself_and_nobody_else(
    box: Sandbox, public: httpx.Client, tracking: httpx.Client, odd: str
) -> None:
    others = {"\ud800", "a\0b", "a", '["a"]', "ünï", "%", "'", "7", "A"} - {odd}
    for user_id in (odd, *sorted(others)):
        track(tracking, box.write_key, userId=user_id)
    tracking.post("/track", json={"writeKey": box.write_key, "userId": ["a"], "event": "E"})
    tracking.post("/track", json={"writeKey": box.write_key, "userId": 7, "event": "E"})

    regulate(public, "SUPPRESS_WITH_DELETE", odd)
    track(tracking, box.write_key, userId=odd)

    assert set(users(box)) == others
    assert [item["event"]["userId"] for item in box.dropped] == [["a"], 7, odd]
    assert suppressed(public)[0]["subjectIds"] == [odd]


def test_a_regulation_of_one_source_leaves_the_others_alone(
    box: Sandbox, public: httpx.Client, tracking: httpx.Client, web: str
) -> None:
    keys = [box.write_keys[slug] for slug in ("shop-web", "shop-api")]
    for key in keys:
        track(tracking, key, userId="u1")

    regulate(public, "SUPPRESS_WITH_DELETE", "u1", path=f"/regulations/sources/{web}")
    for key in keys:
        track(tracking, key, userId="u1")

    assert [event["sourceId"] for event in box.events] == [box.sources["shop-api"]] * 2
    assert suppressed(public) == [{"subjectType": "USER_ID", "subjectIds": ["u1"]}]


def test_a_source_can_suppress_an_anonymous_person(
    box: Sandbox, public: httpx.Client, tracking: httpx.Client, web: str
) -> None:
    path = f"/regulations/sources/{web}"
    track(tracking, box.write_key, anonymousId="a1")
    regulate(public, "SUPPRESS_WITH_DELETE", "a1", path=path, subject="ANONYMOUS_ID")
    track(tracking, box.write_key, anonymousId="a1")
    track(tracking, box.write_key, userId="a1")
    assert users(box) == ["a1"]

    regulate(public, "UNSUPPRESS", "a1", path=path, subject="ANONYMOUS_ID")
    track(tracking, box.write_key, anonymousId="a1")

    assert box.event_count == 2
    assert suppressed(public) == []


def test_a_source_cannot_lift_a_suppression_of_the_workspace(
    box: Sandbox, public: httpx.Client, tracking: httpx.Client, web: str
) -> None:
    regulate(public, "SUPPRESS_ONLY", "u1")
    id_ = regulate(public, "UNSUPPRESS", "u1", path=f"/regulations/sources/{web}")
    track(tracking, box.write_key, userId="u1")

    assert status(public, id_) == "FAILED"
    assert box.events == []


def test_objects_are_listed_as_suppressed(public: httpx.Client, web: str) -> None:
    body = {"regulationType": "SUPPRESS_ONLY", "subjectType": "OBJECT_ID", "subjectIds": ["o1"]}
    cloud = public.post(f"/regulations/cloudsources/{web}", json={**body, "collection": "orders"})
    workspace = public.post("/regulations", json=body)

    assert [cloud.status_code, workspace.status_code] == [200, 200]
    assert suppressed(public) == [{"subjectType": "OBJECT_ID", "subjectIds": ["o1"]}] * 2
    assert status(public, cloud.json()["data"]["regulateId"]) == "FINISHED"


def test_a_regulation_tells_its_streams_and_their_destinations(box: Sandbox, public: httpx.Client, web: str) -> None:
    id_ = regulate(public, "DELETE_ONLY", "u1", path=f"/regulations/sources/{web}")

    regulation = public.get(f"/regulations/{id_}").json()["data"]["regulation"]

    assert [len(id_), id_.isalnum()] == [27, True]
    assert regulation["workspaceId"] == box.id
    assert regulation["createdAt"] == regulation["finishedAt"] == "2026-03-18T10:30:00.000Z"
    [stream] = regulation["streamStatus"]
    assert stream["id"] == web
    assert {item["id"] for item in stream["destinationStatus"]} == {
        box.destinations["actions-amplitude"],
        box.destinations["slack"],
    }
    assert {item["status"] for item in stream["destinationStatus"]} == {"NOT_SUPPORTED"}


def test_a_regulation_of_the_workspace_has_a_stream_for_each_source(box: Sandbox, public: httpx.Client) -> None:
    id_ = regulate(public, "DELETE_INTERNAL", "u1")

    streams = public.get(f"/regulations/{id_}").json()["data"]["regulation"]["streamStatus"]

    assert [stream["id"] for stream in streams] == list(box.sources.values())
    assert all(stream["destinationStatus"] == [] for stream in streams)


def test_workspace_and_source_list_their_own_regulations_newest_first(public: httpx.Client, web: str) -> None:
    path = f"/regulations/sources/{web}"
    first, second = regulate(public, "SUPPRESS_ONLY", "u1"), regulate(public, "DELETE_ONLY", "u2")
    third = regulate(public, "DELETE_ARCHIVE_ONLY", "u3", path=path)

    of_workspace = public.get("/regulations").json()["data"]
    of_source = public.get(path).json()["data"]

    assert [item["id"] for item in of_workspace["regulations"]] == [second, first]
    assert of_source["regulations"] == [
        {
            "id": third,
            "subjectType": "USER_ID",
            "subjects": ["u3"],
            "status": "FINISHED",
            "createdAt": "2026-03-18T10:30:00.000Z",
            "regulationType": "DELETE_ARCHIVE_ONLY",
            "finishedAt": "2026-03-18T10:30:00.000Z",
        }
    ]


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("status=FINISHED", 3),
        ("status=RUNNING", 0),
        ("regulationTypes=DELETE_ONLY", 1),
        ("regulationTypes=DELETE_ONLY&regulationTypes=UNSUPPRESS", 2),
        ("regulationTypes.0=DELETE_ONLY&regulationTypes.1=UNSUPPRESS", 2),
        ("regulationTypes%5B0%5D=DELETE_ONLY", 1),
        ("pagination.count=1", 1),
    ],
)
def test_a_list_can_be_filtered_and_has_pages(public: httpx.Client, query: str, number: int) -> None:
    for type_ in ("SUPPRESS_ONLY", "DELETE_ONLY", "UNSUPPRESS"):
        regulate(public, type_, "u1")

    assert len(public.get(f"/regulations?{query}").json()["data"]["regulations"]) == number


def test_a_regulation_is_found_for_90_days(clock: StoppedClock, public: httpx.Client) -> None:
    id_ = regulate(public, "SUPPRESS_ONLY", "u1")
    clock.forward(timedelta(days=90))
    on_the_last_day = public.get(f"/regulations/{id_}").status_code
    clock.forward(timedelta(seconds=1))

    assert on_the_last_day == 200
    assert public.get(f"/regulations/{id_}").status_code == 404
    assert public.get("/regulations").json()["data"]["regulations"] == []
    assert len(suppressed(public)) == 1


def test_5000_people_are_suppressed_in_one_call_and_listed_in_pages(public: httpx.Client) -> None:
    regulate(public, "SUPPRESS_ONLY", *map(str, range(5000)))

    first = public.get("/suppressions", params={"pagination.count": 1000}).json()["data"]

    assert len(first["suppressed"]) == 1000
    assert first["pagination"]["totalEntries"] == 5000


def test_a_creation_tells_how_much_of_the_limit_is_left(clock: StoppedClock, public: httpx.Client) -> None:
    types = ("SUPPRESS_ONLY", "DELETE_ONLY", "DELETE_INTERNAL")
    answers = [ask(public, type_, "u1").headers for type_ in types]
    clock.forward(timedelta(minutes=1))
    later = ask(public, "SUPPRESS_ONLY", "u1").headers

    used = [(item["x-ratelimit-consumed"], item["x-ratelimit-remaining"]) for item in (*answers, later)]
    assert used == [("1", "599"), ("2", "598"), ("1", "599"), ("1", "599")]
    assert parsedate_to_datetime(later["x-ratelimit-reset"]) == clock.now + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param({"regulationType": None}, "regulationType", id="a type that is null"),
        pytest.param({"regulationType": "FORGET"}, "regulationType", id="unknown type"),
        pytest.param({"regulationType": "DELETE_ARCHIVE_ONLY"}, "regulationType", id="a type for sources only"),
        pytest.param({"subjectType": "ANONYMOUS_ID"}, "subjectType", id="subjects for sources only"),
        pytest.param({"subjectIds": []}, "subjectIds", id="nobody"),
        pytest.param({"subjectIds": ["u"] * 5001}, "subjectIds", id="too many"),
        pytest.param({"subjectIds": ["u"] * 100_000}, "subjectIds", id="far too many"),
        pytest.param({"subjectIds": "u"}, "subjectIds", id="no array"),
        pytest.param({"subjectIds": ["u", " "]}, "subjectIds", id="a blank id"),
        pytest.param({"subjectIds": ["u", 7]}, "subjectIds", id="a number"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_done(public: httpx.Client, change: dict[str, Any], field: str) -> None:
    body = {"regulationType": "SUPPRESS_ONLY", "subjectType": "USER_ID", "subjectIds": ["u"], **change}

    response = public.post("/regulations", json=body)

    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == field
    assert suppressed(public) == []
    assert public.get("/regulations").json()["data"]["regulations"] == []


@pytest.mark.parametrize("name", ["regulationType", "subjectType", "subjectIds", "collection"])
def test_what_is_required_is_missed(public: httpx.Client, web: str, name: str) -> None:
    body = {"regulationType": "UNSUPPRESS", "subjectType": "OBJECT_ID", "subjectIds": ["o"], "collection": "orders"}
    del body[name]

    response = public.post(f"/regulations/cloudsources/{web}", json=body)

    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == name


@pytest.mark.parametrize(
    ("query", "field"), [("status=DONE", "status"), ("regulationTypes=DELETE_ARCHIVE_ONLY", "regulationTypes")]
)
def test_a_filter_of_another_word_is_refused(public: httpx.Client, query: str, field: str) -> None:
    response = public.get(f"/regulations?{query}")

    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == field


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/regulations/nosuch"),
        ("GET", "/regulations/sources/nosuch"),
        ("POST", "/regulations/sources/nosuch"),
        ("POST", "/regulations/cloudsources/nosuch"),
    ],
)
def test_an_unknown_id_is_not_found(public: httpx.Client, method: str, path: str) -> None:
    response = public.request(method, path, json={})

    assert response.status_code == 404
    assert response.json()["errors"][0]["type"] == "not-found"


def test_suppressions_survive_in_a_picture_of_the_sandbox(
    box: Sandbox, public: httpx.Client, tracking: httpx.Client, web: str
) -> None:
    regulate(public, "SUPPRESS_ONLY", "u1")
    regulate(public, "SUPPRESS_ONLY", "a1", path=f"/regulations/sources/{web}", subject="ANONYMOUS_ID")

    box.restore(box.snapshot())
    track(tracking, box.write_key, userId="u1")
    track(tracking, box.write_key, anonymousId="a1")

    assert box.events == []
    assert len(suppressed(public)) == 2
