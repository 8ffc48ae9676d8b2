"""Laws that hold after any sequence of events, and for any event."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segment_toolkit.sandbox.profiles import IdentitySettings, Limit, Profiles
from segment_toolkit.sandbox.profiles.query import Query
from segment_toolkit.sandbox.profiles.views import VIEWS

SPACE = "spa_test"
MANY = settings(max_examples=150, deadline=None)


def some(prefix: str) -> st.SearchStrategy[str | None]:
    return st.none() | st.sampled_from([f"{prefix}{number}" for number in range(4)])


steps = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["identify", "track", "group", "alias"]),
        "userId": some("u"),
        "anonymousId": some("a"),
        "groupId": some("g"),
        "context": st.fixed_dictionaries({"traits": st.fixed_dictionaries({"email": some("e")})}),
        "traits": st.dictionaries(st.sampled_from("xyz"), st.integers(0, 9), max_size=2),
    }
)
tight = IdentitySettings(limits={"user_id": Limit(1), "anonymous_id": Limit(2)}, default_limit=Limit(3), max_merges=2)
loose = IdentitySettings(limits={}, default_limit=Limit(1000))


def stamped(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    times = [f"2026-03-01T00:{minute:02d}:00.000Z" for minute in range(60)]
    return [
        {**event, "messageId": f"m{number}", "timestamp": times[number], "receivedAt": times[number]}
        for number, event in enumerate(events)
    ]


def resolved(connection: sqlite3.Connection, events: list[dict[str, Any]], rules: IdentitySettings) -> Profiles:
    profiles = Profiles(connection, rules)
    profiles.resolve_many(SPACE, [(event, None) for event in events])
    return profiles


def picture(profiles: Profiles) -> set[tuple[frozenset[str], str, int]]:
    """What of the profiles does not depend on the order: their ids, traits and number of events."""
    return {
        (
            frozenset(f"{each['type']}:{each['id']}" for each in profile.external_ids()),
            json.dumps({name: trait.value for name, trait in profile.traits().items()}),
            len(list(profile.events())),
        )
        for profile in profiles.profiles(SPACE)
    }


@MANY
@given(events=st.lists(steps, max_size=25))
def test_an_external_id_has_one_profile_and_no_profile_exceeds_a_limit(events: list[dict[str, Any]]) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        profiles = resolved(connection, stamped(events), tight)

        everyone = [profile for name in ("users", "accounts") for profile in profiles.profiles(SPACE, name)]
        ids = [(each["type"], each["id"], profile) for profile in everyone for each in profile.external_ids()]
        found = [profiles.profile(SPACE, owner.collection, f"{kind}:{value}") for kind, value, owner in ids]

    assert found == [owner for _, _, owner in ids]
    assert len({(kind, value) for kind, value, _ in ids}) == len(ids)
    counts = Counter((owner.id, kind) for kind, _, owner in ids)
    assert all(count <= tight.limit_of(kind).count for (_, kind), count in counts.items())


@MANY
@given(events=st.lists(steps, max_size=12), data=st.data())
def test_without_a_limit_in_the_way_the_order_of_events_does_not_matter(
    events: list[dict[str, Any]], data: st.DataObject
) -> None:
    forward = stamped(events)
    shuffled = data.draw(st.permutations(forward))

    with closing(sqlite3.connect(":memory:")) as one, closing(sqlite3.connect(":memory:")) as other:
        pictures = [picture(resolved(one, forward, loose)), picture(resolved(other, shuffled, loose))]

    assert pictures[0] == pictures[1]


@MANY
@given(events=st.lists(steps, max_size=15))
def test_one_by_one_and_in_bulk_come_to_the_same(events: list[dict[str, Any]]) -> None:
    with closing(sqlite3.connect(":memory:")) as one, closing(sqlite3.connect(":memory:")) as other:
        single = Profiles(one, tight)
        for event in stamped(events):
            single.resolve(SPACE, event)

        assert picture(single) == picture(resolved(other, stamped(events), tight))
        assert single.problems(SPACE) == Profiles(other, tight).problems(SPACE)


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(10**4000)
    | st.floats()
    | st.text()
    | st.sampled_from(["\ud800", "\x00", "ios", "2026-03-01T00:00:00.000Z", "9999-99-99T99:99:99.999Z", "group", "0"])
)
documents = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)
external = st.dictionaries(st.sampled_from(["id", "type", "collection", "encoding"]), scalars | st.just("users"))
contexts = st.dictionaries(
    st.sampled_from(["traits", "device", "integrations", "externalIds", "groupId"]),
    documents | st.lists(external, max_size=3),
)
kinds = st.sampled_from(["identify", "track", "page", "screen", "group", "alias"])
TEXTS = ["userId", "anonymousId", "groupId", "messageId", "timestamp", "receivedAt", "sourceId", "event"]
hostile = st.fixed_dictionaries(
    {"type": kinds | documents},
    optional=dict.fromkeys([*TEXTS, "properties", "traits"], documents) | {"context": contexts | documents},
)


@MANY
@given(events=st.lists(hostile, max_size=4), known=st.booleans())
def test_no_event_raises_and_what_is_kept_can_be_shown(events: list[dict[str, Any]], known: bool) -> None:
    rules = IdentitySettings(custom_identifiers={"app_id": ()}, email_from_properties=True)
    tied = [{**event, "userId": "u1", "anonymousId": "a"} if known else event for event in events]

    with closing(sqlite3.connect(":memory:")) as connection:
        profiles = resolved(connection, tied, rules)
        query = Query("/", "", 2**40)
        shown = [view(each, query) for each in profiles.profiles(SPACE) for view in VIEWS.values()]

    assert json.dumps(shown, allow_nan=False)


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"a": [value]}
    return value


LARGE: dict[str, dict[str, Any]] = {
    "200 levels": {"traits": {"deep": nested(99)}, "context": nested(99)},
    "a huge integer in 200 levels": {"traits": {"deep": [nested(98), 10**5000]}},
    "a lone surrogate everywhere": {
        "userId": "\ud800",
        "messageId": "\udfff",
        "sourceId": "\ud800",
        "traits": {"\ud800": "\ud800", "email": "\ud800@x"},
    },
    "2,000 external ids": {
        "context": {
            "externalIds": [
                {"id": str(n), "type": f"t{n % 500}", "collection": "users", "encoding": "none"} for n in range(2000)
            ]
        }
    },
}


@pytest.mark.parametrize("members", LARGE.values(), ids=LARGE)
def test_an_extreme_event_makes_one_profile(connection: sqlite3.Connection, members: dict[str, Any]) -> None:
    profiles = Profiles(connection)

    resolution = profiles.resolve(SPACE, {"type": "identify", "userId": "u1", **members})

    assert resolution.user is not None
    assert profiles.count(SPACE) == 1
