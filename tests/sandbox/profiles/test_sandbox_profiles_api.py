"""The Profile API as its docs show it: routes, parameters, cursors, errors."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from segment_toolkit.sandbox import StoppedClock
from segment_toolkit.sandbox.profiles import profile_api
from segment_toolkit.sandbox.transport import SandboxTransport

SPACE = "/v1/spaces/spa_test/collections"
USER = f"{SPACE}/users/profiles/user_id:u1"


@pytest.fixture
def api(unify: Any) -> Iterator[httpx.Client]:
    """A client that has the token of the space."""
    clock = StoppedClock(datetime(2026, 3, 10, tzinfo=UTC))
    tokens = {"secret": "spa_test", "other": "spa_other"}
    app = profile_api(lambda: unify.profiles, tokens.get, threading.RLock(), clock=clock, request_id=lambda: "req-1")

    async def encoded(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "path": scope["raw_path"].decode("latin-1")}, receive, send)

    with httpx.Client(
        transport=SandboxTransport(encoded), base_url="https://profiles.segment.com", auth=("secret", "")
    ) as client:
        yield client


def test_traits_are_plain_values_with_a_cursor(unify: Any, api: httpx.Client) -> None:
    unify.send("identify", userId="u1", traits={"name": "Bob", "age": 33})

    response = api.get(f"{USER}/traits")

    assert response.json() == {
        "traits": {"age": 33, "name": "Bob"},
        "cursor": {"url": f"{USER}/traits", "has_more": False, "next": "", "limit": 10},
    }
    assert response.headers["request-id"] == "req-1"


def test_verbose_traits_say_where_they_come_from(unify: Any, api: httpx.Client) -> None:
    unify.send("identify", userId="u1", traits={"name": "Bob"}, at="2026-03-01T00:00:00.000Z")

    body = api.get(f"{USER}/traits", params={"verbose": "true"}).json()

    assert body["traits"] == {"name": {"value": "Bob", "source_id": "src_1", "updated_at": "2026-03-01T00:00:00.000Z"}}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"include": "a,c, zz"}, ["a", "c"]),
        ({"class": "audience"}, []),
        ({"class": "computed_trait"}, []),
        ({"limit": "2"}, ["a", "b"]),
        ({"next": "b"}, ["b", "c"]),
    ],
)
def test_traits_can_be_chosen(unify: Any, api: httpx.Client, query: dict[str, str], names: list[str]) -> None:
    unify.send("identify", userId="u1", traits={"a": 1, "b": 2, "c": 3})

    assert list(api.get(f"{USER}/traits", params=query).json()["traits"]) == names


def pages(api: httpx.Client, path: str, **query: str) -> list[Any]:
    """Follow the cursors of a list to its end, by their url."""
    answers = [api.get(path, params=query).json()]
    while answers[-1]["cursor"]["has_more"]:
        cursor = answers[-1]["cursor"]
        assert parse_qs(urlsplit(cursor["url"]).query)["next"] == [cursor["next"]]
        answers.append(api.get(cursor["url"]).json())
    return answers


def test_pages_of_traits_give_each_trait_once(unify: Any, api: httpx.Client) -> None:
    unify.send("identify", userId="u1", traits={f"t{n:02d}": n for n in range(25)})

    answers = pages(api, f"{USER}/traits")

    assert [len(answer["traits"]) for answer in answers] == [10, 10, 5]
    assert [value for answer in answers for value in answer["traits"].values()] == list(range(25))


def test_pages_of_external_ids_give_each_id_once(unify: Any, api: httpx.Client) -> None:
    for number in range(5):
        unify.send("track", userId="u1", anonymousId=f"a{number}")

    answers = pages(api, f"{USER}/external_ids", limit="2")

    assert [len(answer["data"]) for answer in answers] == [2, 2, 2]
    assert len({each["id"] for answer in answers for each in answer["data"]}) == 6


@pytest.mark.parametrize("sort", ["asc", "desc"])
def test_pages_of_events_give_each_event_once_also_at_one_instant(unify: Any, api: httpx.Client, sort: str) -> None:
    for number in range(7):
        unify.send("track", userId="u1", timestamp=f"2026-03-01T00:00:0{number // 3}.000Z")

    answers = pages(api, f"{USER}/events", limit="2", sort=sort)

    ids = [each["message_id"] for answer in answers for each in answer["data"]]
    assert ids == [f"m{n}" for n in (range(1, 8) if sort == "asc" else range(7, 0, -1))]


def test_an_external_id_says_which_message_brought_it(unify: Any, api: httpx.Client) -> None:
    unify.send("track", userId="u1", at="2026-03-01T00:00:00.000Z")

    body = api.get(f"{USER}/external_ids", params={"include": "user_id"}).json()

    assert body["data"] == [
        {
            "source_id": "src_1",
            "collection": "users",
            "id": "u1",
            "type": "user_id",
            "created_at": "2026-03-01T00:00:00.000Z",
            "encoding": "none",
            "first_message_id": "m1",
        }
    ]


def test_an_event_is_shown_with_its_identifiers(unify: Any, api: httpx.Client) -> None:
    at = "2026-03-01T00:00:00.000Z"
    sent = unify.send("track", userId="u1", event="Bought", properties={"total": 7}, context={"ip": "::"}, at=at)

    body = api.get(f"{USER}/events").json()

    assert body["data"] == [
        {
            "external_ids": [{"collection": "users", "type": "user_id", "id": "u1", "encoding": "none"}],
            "context": {"ip": "::"},
            "type": "track",
            "message_id": "m1",
            "source_id": "src_1",
            "timestamp": at,
            "properties": {"total": 7},
            "event": "Bought",
            "related": {"users": sent.user},
        }
    ]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["C", "B", "A"]),
        ({"sort": "asc"}, ["A", "B", "C"]),
        ({"include": "A,C"}, ["C", "A"]),
        ({"exclude": "A,C"}, ["B"]),
        ({"start": "2026-03-02"}, ["C", "B"]),
        ({"end": "2026-03-02"}, ["B", "A"]),
        ({"start": "2000-01-01"}, ["C", "B", "A"]),
    ],
    ids=str,
)
def test_events_of_the_last_14_days_can_be_chosen(
    unify: Any, api: httpx.Client, query: dict[str, str], names: list[str]
) -> None:
    unify.send("track", userId="u1", event="Long ago", at="2026-02-01T00:00:00.000Z")
    for day, name in enumerate("ABC", 1):
        unify.send("track", userId="u1", event=name, at=f"2026-03-0{day}T00:00:00.000Z")

    body = api.get(f"{USER}/events", params=query).json()

    assert [each["event"] for each in body["data"]] == names


def test_metadata_names_the_first_and_the_last_message(unify: Any, api: httpx.Client) -> None:
    unify.send("track", userId="u1", at="2026-03-01T00:00:00.000Z")
    unify.send("track", userId="u1", sourceId="src_2", at="2026-03-02T00:00:00.000Z")

    assert api.get(f"{USER}/metadata").json() == {
        "metadata": {
            "created_at": "2026-03-01T00:00:00.000Z",
            "updated_at": "2026-03-02T00:00:00.000Z",
            "expires_at": None,
            "first_message_id": "m1",
            "first_source_id": "src_1",
            "last_message_id": "m2",
            "last_source_id": "src_2",
        }
    }


def test_links_lead_from_users_to_accounts_and_back(unify: Any, api: httpx.Client) -> None:
    unify.send("group", userId="u1", groupId="g1", at="2026-03-01T00:00:00.000Z")

    accounts = api.get(f"{USER}/links").json()
    users = api.get(f"{SPACE}/accounts/profiles/group_id:g1/links", params={"limit": "20"}).json()

    group = {"id": "g1", "type": "group_id", "source_id": "src_1", "collection": "accounts"}
    when = {"created_at": "2026-03-01T00:00:00.000Z", "encoding": "none"}
    assert accounts == {"data": [{"to_collection": "accounts", "external_ids": [{**group, **when}]}]}
    assert [each["to_collection"] for each in users["data"]] == ["users"]


@pytest.mark.parametrize(
    ("auth", "path"),
    [(("wrong", ""), USER), (("other", ""), USER), (None, USER), (("", ""), USER)],
    ids=["an unknown token", "the token of another space", "no token", "an empty token"],
)
def test_only_the_token_of_the_space_reads_it(unify: Any, api: httpx.Client, auth: Any, path: str) -> None:
    unify.send("track", userId="u1")
    api.auth = auth

    response = api.get(f"{path}/traits")

    assert response.status_code == 401
    assert response.json()["error"]["code"] == "authentication_error"


@pytest.mark.parametrize("authorization", ["Basic", "Basic é", "Basic ====", "Bearer c2VjcmV0Og==", "Basic //8="])
def test_an_odd_authorization_is_none(api: httpx.Client, authorization: str) -> None:
    headers = [(b"authorization", authorization.encode())]

    assert api.get(f"{USER}/traits", headers=headers, auth=lambda request: request).status_code == 401


def test_a_missing_profile_is_the_documented_404(api: httpx.Client) -> None:
    response = api.get(f"{USER}/traits")

    assert response.status_code == 404
    assert response.json() == {"error": {"code": "not_found", "message": "Profile was not found."}}


def test_a_collection_with_invalid_characters_is_the_documented_error(api: httpx.Client) -> None:
    response = api.get(f"{SPACE}/users!/profiles/user_id:u1/traits")

    assert response.status_code == 400
    assert response.json()["error"] == {
        "code": "validation_error",
        "message": "The parameter `collection` has invalid character(s) `!`",
    }


@pytest.mark.parametrize(
    ("view", "query"),
    [
        ("traits", "limit=201"),
        ("traits", "limit=0"),
        ("traits", "limit=" + "9" * 5000),
        ("traits", "class=other"),
        ("traits", "verbose=maybe"),
        ("external_ids", "limit=101"),
        ("external_ids", "next=x"),
        ("events", "start=yesterday"),
        ("events", "sort=up"),
        ("events", "next=%FF"),
        ("events", "next=OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk6Om0="),
        ("links", "limit=21"),
    ],
)
def test_a_parameter_that_breaks_a_rule_is_refused(unify: Any, api: httpx.Client, view: str, query: str) -> None:
    unify.send("track", userId="u1")

    response = api.get(f"{USER}/{view}?{query}")

    assert response.status_code == 400
    assert response.json()["error"]["code"] == "validation_error"


@pytest.mark.parametrize(
    ("written", "status"),
    [("phone:%2B5555550123", 200), ("phone:+5555550123", 404)],
    ids=["escaped", "bare"],
)
def test_a_plus_sign_must_be_escaped(unify: Any, api: httpx.Client, written: str, status: int) -> None:
    entry = {"id": "+5555550123", "type": "phone", "collection": "users", "encoding": "none"}
    unify.send("track", context={"externalIds": [entry]})

    response = api.get(f"{SPACE}/users/profiles/{written}/traits")

    assert response.status_code == status


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/spaces/spa_test", 404),
        ("GET", f"{USER}/other", 404),
        ("GET", f"{SPACE}/planets/profiles/user_id:u1/traits", 404),
        ("POST", f"{USER}/traits", 405),
        ("GET", f"{SPACE}/users/profiles/%00%FF%2F/traits", 404),
        ("GET", f"{SPACE}/users/profiles/use_{'9' * 27}/traits", 404),
    ],
)
def test_what_is_no_route_or_no_profile_is_answered_with_an_error_body(
    unify: Any, api: httpx.Client, method: str, path: str, status: int
) -> None:
    unify.send("track", userId="u1")

    response = api.request(method, path)

    assert response.status_code == status
    assert set(response.json()["error"]) == {"code", "message"}


def test_the_application_never_waits(unify: Any, api: httpx.Client) -> None:
    unify.send("track", userId="u1")

    async def inside_a_loop() -> int:
        return api.get(f"{USER}/metadata").status_code

    assert asyncio.run(inside_a_loop()) == 200
