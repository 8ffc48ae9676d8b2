"""What identifies whom, which events never reach Unify, and what events do to traits and links."""

from __future__ import annotations

from typing import Any

import pytest

from segment_toolkit.sandbox.profiles import Profiles

EXTERNAL = {"id": "x1", "type": "shop_id", "collection": "users", "encoding": "none"}
IOS = {"type": "ios", "id": "d1", "token": "t1", "advertisingId": "ad1"}

PROMOTED: dict[str, tuple[dict[str, Any], set[str]]] = {
    "traits.email": ({"traits": {"email": "e"}}, {"email:e"}),
    "context.traits.email": ({"context": {"traits": {"email": "e"}}}, {"email:e"}),
    "properties.email is not read": ({"properties": {"email": "e"}}, set()),
    "an ios device": ({"context": {"device": IOS}}, {"ios.id:d1", "ios.push_token:t1"}),
    "a tracked ios device": (
        {"context": {"device": {**IOS, "adTrackingEnabled": True}}},
        {"ios.id:d1", "ios.push_token:t1", "ios.idfa:ad1"},
    ),
    "an android device": ({"context": {"device": {"type": "android", "id": "d1"}}}, {"android.id:d1"}),
    "any other device": ({"context": {"device": {"type": "tv", "id": "d1"}}}, set()),
    "Google Analytics": (
        {"context": {"integrations": {"Google Analytics": {"clientId": "g1"}}}},
        {"ga_client_id:g1"},
    ),
    "externalIds": ({"context": {"externalIds": [EXTERNAL]}}, {"shop_id:x1"}),
    "externalIds without encoding": ({"context": {"externalIds": [{**EXTERNAL, "encoding": None}]}}, set()),
    "externalIds in upper case": ({"context": {"externalIds": [{**EXTERNAL, "type": "Shop"}]}}, set()),
    "an empty id": ({"anonymousId": ""}, set()),
    "a number": ({"anonymousId": 7}, set()),
}


@pytest.mark.parametrize(("members", "promoted"), PROMOTED.values(), ids=PROMOTED)
def test_identifiers_are_promoted_from_their_documented_places(
    unify: Any, members: dict[str, Any], promoted: set[str]
) -> None:
    unify.send("identify", userId="u1", **members)

    assert unify.ids("user_id:u1") == {"user_id:u1", *promoted}


@pytest.mark.parametrize(
    "members",
    [
        {"traits": {"appId": "7"}},
        {"context": {"traits": {"app_id": "7"}}},
        {"properties": {"appId": "7"}},
    ],
    ids=["camelCase trait", "snake_case context trait", "property"],
)
def test_a_custom_identifier_is_read_in_both_spellings(make_unify: Any, members: dict[str, Any]) -> None:
    unify = make_unify(custom_identifiers={"app_id": ()})

    unify.send("track", userId="u1", **members)

    assert unify.ids("app_id:7") == {"user_id:u1", "app_id:7"}


def test_a_custom_identifier_may_name_its_keys(make_unify: Any) -> None:
    unify = make_unify(custom_identifiers={"phone": ("mobile",)}, email_from_properties=True)

    unify.send("track", userId="u1", properties={"mobile": "1", "phone": "2", "email": "e"})

    assert unify.ids("user_id:u1") == {"user_id:u1", "phone:1", "email:e"}


DROPPED: dict[str, tuple[str, dict[str, Any]]] = {
    "a groupId of 501 characters": ("group", {"groupId": "g" * 501}),
    "a context.groupId of 501 characters": ("page", {"context": {"groupId": "g" * 501}}),
    "301 properties": ("track", {"properties": {str(n): n for n in range(301)}}),
    "301 traits": ("identify", {"traits": {str(n): n for n in range(301)}}),
    "a messageId of 101 characters": ("track", {"messageId": "m" * 101}),
    "an empty groupId on a group call": ("group", {"groupId": ""}),
    "an empty context.groupId on a track call": ("track", {"context": {"groupId": ""}}),
}


@pytest.mark.parametrize(("kind", "members"), DROPPED.values(), ids=DROPPED)
def test_unify_drops_such_an_event_without_a_word(unify: Any, kind: str, members: dict[str, Any]) -> None:
    resolution = unify.send(kind, userId="u1", **members)

    assert resolution.dropped
    assert unify.profiles.count("spa_test") == 0
    assert unify.profiles.problems("spa_test") == []


KEPT: dict[str, tuple[str, dict[str, Any]]] = {
    "a groupId of 500 characters": ("group", {"groupId": "g" * 500}),
    "300 properties": ("track", {"properties": {str(n): n for n in range(300)}}),
    "a messageId of 100 characters": ("track", {"messageId": "m" * 100}),
    "an empty context.groupId on a page call": ("page", {"context": {"groupId": ""}}),
}


@pytest.mark.parametrize(("kind", "members"), KEPT.values(), ids=KEPT)
def test_unify_keeps_an_event_at_the_limit(unify: Any, kind: str, members: dict[str, Any]) -> None:
    resolution = unify.send(kind, userId="u1", **members)

    assert resolution.dropped is None
    assert unify.profiles.count("spa_test") == 1


def test_alias_does_nothing(unify: Any) -> None:
    unify.send("track", userId="old")

    resolution = unify.send("alias", userId="new", previousId="old")

    assert (resolution.user, resolution.problems) == (None, ())
    assert unify.ids("user_id:old") == {"user_id:old"}
    assert unify.ids("user_id:new") == set()


def test_identify_sets_traits_and_keeps_those_it_does_not_name(unify: Any) -> None:
    unify.send("identify", userId="u1", traits={"plan": "free", "city": "Oslo", "age": 7})

    unify.send("identify", userId="u1", traits={"plan": "pro", "city": None})

    assert unify.traits("user_id:u1") == {"plan": "pro", "city": None, "age": 7}


@pytest.mark.parametrize("kind", ["track", "page", "screen", "identify"])
def test_context_traits_do_not_change_the_profile(unify: Any, kind: str) -> None:
    unify.send(kind, userId="u1", context={"traits": {"plan": "pro"}})

    assert unify.traits("user_id:u1") == {}


def test_an_event_that_comes_late_does_not_overwrite_a_newer_trait(unify: Any) -> None:
    unify.send("identify", userId="u1", traits={"plan": "pro"}, timestamp="2026-03-05T00:00:00.000Z")

    unify.send("identify", userId="u1", traits={"plan": "free"}, timestamp="2026-03-04T00:00:00.000Z")

    assert unify.traits("user_id:u1") == {"plan": "pro"}


@pytest.mark.parametrize("newer", ["user", "visitor"])
def test_after_a_merge_the_most_recent_value_of_each_trait_wins(unify: Any, newer: str) -> None:
    days = {"visitor": 1, "user": 1, newer: 2}
    unify.send("identify", anonymousId="a1", traits={"by": "visitor", "a": 1}, at=f"2026-02-0{days['visitor']}")
    unify.send("identify", userId="u1", traits={"by": "user", "u": 1}, at=f"2026-02-0{days['user']}")

    unify.send("track", userId="u1", anonymousId="a1")

    assert unify.traits("user_id:u1") == {"by": newer, "a": 1, "u": 1}


def test_a_group_call_builds_an_account_and_links_the_user(unify: Any) -> None:
    resolution = unify.send("group", userId="u1", groupId="g1", traits={"name": "Acme", "email": "info@acme.io"})

    user, account = (
        unify.profiles.profile("spa_test", *where) for where in (("users", "user_id:u1"), ("accounts", "group_id:g1"))
    )
    assert resolution.account == account.id
    assert unify.traits("group_id:g1", "accounts") == {"name": "Acme", "email": "info@acme.io"}
    assert unify.traits("user_id:u1") == {}
    assert unify.ids("user_id:u1") == {"user_id:u1"}
    assert [link.id for link in user.links()] == [account.id]
    assert [link.id for link in account.links()] == [user.id]


def test_a_context_group_id_links_without_setting_traits(unify: Any) -> None:
    unify.send("track", userId="u1", context={"groupId": "g1"})

    assert unify.ids("group_id:g1", "accounts") == {"group_id:g1"}
    assert len(unify.profiles.profile("spa_test", "users", "user_id:u1").links()) == 1


def test_users_of_one_account_stay_apart_and_links_survive_a_merge(unify: Any) -> None:
    unify.send("group", anonymousId="a1", groupId="g1")
    unify.send("group", userId="u1", groupId="g1")
    unify.send("group", userId="u1", groupId="g2")
    apart = unify.profiles.count("spa_test")

    merged = unify.send("track", userId="u1", anonymousId="a1")

    account = unify.profiles.profile("spa_test", "accounts", "group_id:g1")
    user = unify.profiles.profile("spa_test", "users", "anonymous_id:a1")
    assert apart == 2
    assert [link.id for link in account.links()] == [merged.user]
    assert len(user.links()) == 2


def test_events_are_read_by_position_when_the_caller_keeps_them(connection: Any) -> None:
    table = [{"type": "track", "userId": "u1", "event": name, "messageId": name} for name in ("first", "second")]
    profiles = Profiles(connection, event_at=table.__getitem__)

    profiles.resolve_many("spa_test", [(event, position) for position, event in enumerate(table)])

    profile = profiles.profile("spa_test", "users", "user_id:u1")
    copies = connection.execute("SELECT COUNT(*) FROM profile_event_copy").fetchone()
    assert profile is not None
    assert [each.event for each in profile.events()] == table[::-1]
    assert copies == (0,)
