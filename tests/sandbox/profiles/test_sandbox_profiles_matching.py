"""Which profile an event belongs to: matches, merges, limits, priorities, blocked values, caps."""

from __future__ import annotations

from typing import Any

import pytest

from segment_toolkit.sandbox.profiles import BlockedValue, Identifier, IdentitySettings, Limit, Problem


def phone(*numbers: str) -> dict[str, Any]:
    ids = [{"id": number, "type": "phone", "collection": "users", "encoding": "none"} for number in numbers]
    return {"externalIds": ids}


def test_an_anonymous_visitor_who_signs_up_keeps_the_profile(unify: Any) -> None:
    visit = unify.send("page", anonymousId="a1")

    signup = unify.send("track", userId="u1", anonymousId="a1")

    assert signup.user == visit.user
    assert visit.created == (visit.user,)
    assert signup.created == ()
    assert unify.ids("user_id:u1") == {"user_id:u1", "anonymous_id:a1"}


def test_the_documented_shared_email_is_demoted_and_the_new_user_gets_a_profile_of_their_own(unify: Any) -> None:
    jane = unify.send("identify", userId="abc123", traits={"email": "jane@example1.com"})

    other = unify.send("identify", userId="abc456", traits={"email": "jane@example1.com"})

    assert other.user != jane.user
    assert unify.ids("user_id:abc456") == {"user_id:abc456"}
    assert unify.ids("email:jane@example1.com") == {"user_id:abc123", "email:jane@example1.com"}
    assert other.problems == (
        Problem("Identifier value limit exceeded", Identifier("email", "jane@example1.com"), "m2"),
    )


def test_a_device_shared_by_two_users_stays_with_the_first(unify: Any) -> None:
    unify.send("track", userId="u1", anonymousId="ipad")

    unify.send("track", userId="u2", anonymousId="ipad")

    assert unify.ids("anonymous_id:ipad") == {"user_id:u1", "anonymous_id:ipad"}
    assert unify.ids("user_id:u2") == {"user_id:u2"}


def test_two_profiles_with_a_common_event_merge_into_the_older(unify: Any) -> None:
    older = unify.send("track", anonymousId="a1")
    newer = unify.send("track", userId="u1")

    both = unify.send("track", userId="u1", anonymousId="a1")

    assert both.user == older.user
    assert both.merged == (newer.user,)
    assert unify.profiles.count("spa_test") == 1


@pytest.mark.parametrize("name", ["user_id:u1", "anonymous_id:a1", "segment id of the merged profile"])
def test_after_a_merge_every_id_finds_the_profile(unify: Any, name: str) -> None:
    older = unify.send("track", anonymousId="a1")
    newer = unify.send("track", userId="u1")
    unify.send("track", userId="u1", anonymousId="a1")

    found = unify.profiles.profile("spa_test", "users", newer.user if "segment" in name else name)

    assert found.id == older.user


def test_a_merged_profile_has_the_events_of_both(unify: Any) -> None:
    unify.send("track", anonymousId="a1", event="Seen")
    unify.send("track", userId="u1", event="Bought")
    unify.send("track", userId="u1", anonymousId="a1", event="Met")

    profile = unify.profiles.profile("spa_test", "users", "anonymous_id:a1")

    assert [each.event["event"] for each in profile.events()] == ["Met", "Bought", "Seen"]


def test_profiles_of_two_users_do_not_merge_over_an_event_that_names_neither(unify: Any) -> None:
    unify.send("identify", userId="u1", traits={"email": "e@x.io"})
    unify.send("track", userId="u2", anonymousId="a2")

    both = unify.send("track", anonymousId="a2", context={"traits": {"email": "e@x.io"}})

    assert unify.ids("email:e@x.io") == {"user_id:u1", "email:e@x.io"}
    assert both.user == unify.profiles.profile("spa_test", "users", "user_id:u1").id
    assert [problem.dropped for problem in both.problems] == [Identifier("anonymous_id", "a2")]


def test_a_sixth_value_of_a_type_is_left_out_and_the_event_still_resolves(unify: Any) -> None:
    for number in range(5):
        unify.send("track", userId="u1", anonymousId=f"a{number}")

    sixth = unify.send("track", userId="u1", anonymousId="a5")

    assert sixth.user == unify.profiles.profile("spa_test", "users", "user_id:u1").id
    assert unify.ids("anonymous_id:a5") == set()
    assert [problem.text for problem in sixth.problems] == ["Identifier value limit exceeded"]


@pytest.mark.parametrize(
    ("later", "kept"),
    [("2026-03-02T00:00:00.000Z", False), ("2026-03-09T00:00:00.000Z", True)],
    ids=["within the week", "when the week has passed"],
)
def test_a_weekly_limit_slides(make_unify: Any, later: str, kept: bool) -> None:
    unify = make_unify(limits={"anonymous_id": Limit(1, "weekly")})
    unify.send("track", userId="u1", anonymousId="a1")

    resolution = unify.send("track", userId="u1", anonymousId="a2", at=later)

    assert ("anonymous_id:a2" in unify.ids("user_id:u1")) is kept
    texts = [problem.text for problem in resolution.problems]
    assert texts == ([] if kept else ["Identifier value time limit exceeded"])


def test_an_event_with_more_values_than_the_limit_keeps_the_first_ones(make_unify: Any) -> None:
    unify = make_unify(default_limit=Limit(2))

    unify.send("track", userId="u1", context=phone("1", "2", "3"))

    assert unify.ids("user_id:u1") == {"user_id:u1", "phone:1", "phone:2"}


def test_a_limit_of_none_leaves_an_event_without_identifiers(make_unify: Any) -> None:
    unify = make_unify(limits={}, default_limit=Limit(0))

    resolution = unify.send("track", userId="u1")

    assert resolution.user is None
    assert [problem.text for problem in resolution.problems] == [
        "Identifier value limit exceeded",
        "No matching identifiers on event",
    ]


def test_an_explicit_priority_decides_which_identifier_is_demoted(make_unify: Any) -> None:
    unify = make_unify(priorities=("email", "user_id"))
    unify.send("identify", userId="abc123", traits={"email": "jane@x.io"})

    other = unify.send("identify", userId="abc456", traits={"email": "jane@x.io"})

    assert [problem.dropped for problem in other.problems] == [Identifier("user_id", "abc456")]
    assert unify.ids("user_id:abc456") == set()


@pytest.mark.parametrize(
    ("types", "ranked"),
    [
        (["ga_client_id", "anonymous_id", "email", "user_id"], ["user_id", "email", "anonymous_id", "ga_client_id"]),
        (["ga_client_id", "anonymous_id", "android.id"], ["android.id", "anonymous_id", "ga_client_id"]),
    ],
    ids=["user_id and email first", "a new type reshuffles the rest"],
)
def test_types_without_an_explicit_priority_rank_by_the_alphabet(types: list[str], ranked: list[str]) -> None:
    settings = IdentitySettings()

    assert settings.ranked(types) == ranked


@pytest.mark.parametrize("value", ["0000-0000", "-", "-1", "null", "anonymous"])
def test_suggested_blocked_values_identify_nobody(unify: Any, value: str) -> None:
    resolution = unify.send("track", userId=value)

    assert resolution.user is None
    assert [problem.text for problem in resolution.problems] == ["ID value blocked", "No matching identifiers on event"]


def test_a_value_blocked_for_one_type_is_promoted_as_another(make_unify: Any) -> None:
    blocked = (BlockedValue("void", identifier_type="user_id"), BlockedValue("^test-", is_pattern=True))
    unify = make_unify(blocked_values=blocked)

    unify.send("track", userId="void", anonymousId="void")
    unify.send("track", userId="test-1", anonymousId="b")

    assert unify.ids("anonymous_id:void") == {"anonymous_id:void"}
    assert unify.ids("anonymous_id:b") == {"anonymous_id:b"}


def test_beyond_the_merge_limit_events_resolve_and_profiles_stay_apart(make_unify: Any) -> None:
    unify = make_unify(max_merges=1)
    for visitor in ("a1", "a2", "a3"):
        unify.send("track", anonymousId=visitor)
    unify.send("track", context=phone("1"), anonymousId="a1")
    unify.send("track", context=phone("1"), anonymousId="a2")

    refused = unify.send("track", context=phone("1"), anonymousId="a3")

    assert refused.user == unify.profiles.profile("spa_test", "users", "anonymous_id:a3").id
    assert unify.ids("phone:1") == {"anonymous_id:a1", "anonymous_id:a2", "phone:1"}
    assert refused.problems == (Problem("Profile merge limit exceeded", Identifier("phone", "1"), "m6"),)


def test_beyond_the_mapping_limit_a_profile_gains_no_identifier(make_unify: Any) -> None:
    unify = make_unify(max_mappings=2)

    resolution = unify.send("track", userId="u1", anonymousId="a1", context=phone("1"))
    later = unify.send("track", userId="u1", anonymousId="a2")

    assert unify.ids("user_id:u1") == {"user_id:u1", "anonymous_id:a1"}
    assert later.user == resolution.user
    assert [problem.text for problem in (*resolution.problems, *later.problems)] == (
        ["Identifier mapping limit exceeded"] * 2
    )


def test_profiles_whose_identifiers_would_exceed_the_mapping_limit_do_not_merge(make_unify: Any) -> None:
    unify = make_unify(max_mappings=3)
    unify.send("track", userId="u1", anonymousId="a1")
    unify.send("track", anonymousId="a2", context=phone("1"))

    resolution = unify.send("track", userId="u1", context=phone("1"))

    assert unify.ids("phone:1") == {"anonymous_id:a2", "phone:1"}
    assert [problem.text for problem in resolution.problems] == ["Identifier mapping limit exceeded"]


def test_default_caps_are_those_of_the_docs() -> None:
    settings = IdentitySettings()

    assert (settings.max_merges, settings.max_mappings) == (100, 1000)
    assert settings.limit_of("user_id") == Limit(1)
    assert settings.limit_of("email") == Limit(5)


def test_a_space_knows_nothing_of_another(unify: Any) -> None:
    unify.send("track", userId="u1")

    assert unify.profiles.profile("spa_other", "users", "user_id:u1") is None
    assert unify.profiles.count("spa_other") == 0


def test_only_the_last_problems_are_kept_newest_first(make_unify: Any) -> None:
    unify = make_unify(max_problems=2)
    for _ in range(3):
        unify.send("track")

    assert [problem.message_id for problem in unify.profiles.problems("spa_test")] == ["m3", "m2"]


def test_a_rollback_undoes_profiles_and_problems(unify: Any, connection: Any) -> None:
    unify.send("track", userId="u1")
    connection.commit()
    unify.send("track", userId="u2")
    unify.send("track")

    connection.rollback()
    again = unify.send("track", userId="u2")

    assert again.created == (again.user,)
    assert unify.profiles.count("spa_test") == 2
    assert unify.profiles.problems("spa_test") == []
