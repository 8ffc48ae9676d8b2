"""What each schema setting, and each toggle of a source without a plan, does to an event."""

from __future__ import annotations

from typing import Any

import pytest

from segment_toolkit.sandbox.pipeline.enforcement import NOTHING_BLOCKED, Blocked, enforce
from segment_toolkit.sandbox.pipeline.plan import compile_plan
from tests.sandbox.enforcement.documents import (
    COMMON,
    ORDER,
    PLANNED,
    TRAITS,
    WITH_COMMON,
    call,
    judge,
    rule,
    settings,
    track,
)

GOOD = track(order_id="o-1", quantity=2)
UNPLANNED = track("order completed", order_id="o-1")
NO_DEVICE = {**GOOD, "context": {}}


@pytest.mark.parametrize(
    ("event", "changed", "reason"),
    [
        pytest.param(GOOD, {}, None, id="a planned event passes"),
        pytest.param(UNPLANNED, {}, None, id="an unplanned event passes while it is allowed"),
        pytest.param(UNPLANNED, {"allowUnplannedEvents": False}, "unplanned", id="a name in other case is unplanned"),
        pytest.param(GOOD, {"allowUnplannedEvents": False}, None, id="a planned event is not unplanned"),
        pytest.param(
            {**UNPLANNED, "context": {}},
            {"allowUnplannedEvents": False},
            "unplanned_and_schema_violation",
            id="unplanned and against the common schema",
        ),
        pytest.param(track(), {}, None, id="a violation passes while it is allowed"),
        pytest.param(track(), {"allowEventOnViolations": False}, "schema_violation", id="a missing required property"),
        pytest.param(
            track(order_id=7), {"allowEventOnViolations": False}, "schema_violation", id="a value of the wrong type"
        ),
        pytest.param(
            track(order_id="o", coupon="low"), {"allowEventOnViolations": False}, "schema_violation", id="a bad pattern"
        ),
        pytest.param(
            NO_DEVICE, {"allowEventOnViolations": False}, None, id="the common schema is no matter of that setting"
        ),
        pytest.param(NO_DEVICE, {}, None, id="a common violation passes while it is allowed"),
        pytest.param(
            NO_DEVICE, {"commonEventOnViolations": "BLOCK"}, "common_schema_violation", id="a common violation blocks"
        ),
        pytest.param(
            {**track(), "context": {}},
            {"allowEventOnViolations": False, "commonEventOnViolations": "BLOCK"},
            "schema_violation",
            id="the standard controls come first",
        ),
    ],
)
def test_track_events_are_blocked_for_these_reasons(event: Any, changed: Any, reason: str | None) -> None:
    verdict = judge(event, WITH_COMMON, **changed)

    assert verdict.reason == reason
    assert (verdict.event is None) == (reason is not None)


@pytest.mark.parametrize("kind", ["identify", "group"])
def test_a_common_violation_blocks_identify_and_group_as_well(kind: str) -> None:
    event = {**call(kind, email="a@b.c"), "context": {}}

    verdict = judge(event, WITH_COMMON, commonEventOnViolations="BLOCK")

    assert verdict.reason == "common_schema_violation"


@pytest.mark.parametrize("kind", ["identify", "group"])
def test_unplanned_and_offending_traits_are_taken_out_and_the_call_is_kept(kind: str) -> None:
    event = call(kind, email="a@b.c", age="old", stray=1)

    verdict = judge(event, PLANNED, allowUnplannedTraits=False, allowTraitsOnViolations=False)

    assert verdict.event is not None
    assert verdict.event["traits"] == {"email": "a@b.c"}
    assert verdict.event["context"]["protocols"]["omitted"] == ["stray"]
    assert verdict.event["context"]["protocols"]["omitted_on_violation"] == ["age"]


@pytest.mark.parametrize(
    ("sent", "changed", "left"),
    [
        pytest.param(
            {"order_id": "o", "stray": 1},
            {"allowUnplannedEventProperties": False},
            {"order_id": "o"},
            id="an unplanned property goes",
        ),
        pytest.param(
            {"order_id": 7},
            {"allowUnplannedEventProperties": False},
            {"order_id": 7},
            id="only names are looked at",
        ),
        pytest.param(
            {"order_id": "o", "address": {"zip": "1", "stray": 1}},
            {"allowUnplannedEventProperties": False},
            {"order_id": "o", "address": {"zip": "1", "stray": 1}},
            id="only at the first level",
        ),
        pytest.param(
            {"order_id": "o", "quantity": "x", "stray": 1},
            {"allowPropertiesOnViolations": False},
            {"order_id": "o", "stray": 1},
            id="an offending property goes, an unplanned one stays",
        ),
        pytest.param(
            {"order_id": "o", "address": {"zip": 1, "city": "B"}},
            {"allowPropertiesOnViolations": False},
            {"order_id": "o", "address": {"city": "B"}},
            id="an offending nested property goes alone",
        ),
        pytest.param(
            {"order_id": "o", "products": ["a", 1, 2]},
            {"allowPropertiesOnViolations": False},
            {"order_id": "o"},
            id="a list with an offending item goes whole",
        ),
        pytest.param(
            {"quantity": 1}, {"allowPropertiesOnViolations": False}, {"quantity": 1}, id="what is missing cannot go"
        ),
        pytest.param(
            {"order_id": "o", "unit": 1},
            {"commonEventOnViolations": "OMIT_PROPERTIES"},
            {"order_id": "o"},
            id="what offends the common schema goes",
        ),
    ],
)
def test_properties_are_taken_out(sent: Any, changed: Any, left: Any) -> None:
    verdict = judge(track(**sent), WITH_COMMON, **changed)

    assert verdict.event is not None
    assert verdict.event["properties"] == left


def test_what_the_standard_controls_took_out_the_common_schema_does_not_see() -> None:
    event = track(order_id="o", unit=1)

    verdict = judge(event, WITH_COMMON, allowUnplannedEventProperties=False, commonEventOnViolations="BLOCK")

    assert verdict.reason is None
    assert verdict.violations == ()


def test_without_a_rule_all_members_are_unplanned() -> None:
    verdict = judge(call("identify", email="a@b.c"), [rule("COMMON", COMMON)], allowUnplannedTraits=False)

    assert verdict.event is not None
    assert verdict.event["traits"] == {}


def test_omitting_traits_is_no_setting_of_a_track() -> None:
    verdict = judge(track(order_id="o", unit=1), WITH_COMMON, commonEventOnViolations="OMIT_TRAITS")

    assert verdict.event is not None
    assert verdict.event["properties"] == {"order_id": "o", "unit": 1}


@pytest.mark.parametrize(("kind", "viewed"), [("page", "Page Viewed"), ("screen", "Screen Viewed")])
def test_a_page_or_screen_is_judged_by_its_own_rule_or_as_viewed_and_never_blocked(kind: str, viewed: str) -> None:
    strict = {"allowUnplannedEvents": False, "allowEventOnViolations": False, "commonEventOnViolations": "BLOCK"}
    plan = compile_plan([rule("TRACK", ORDER, viewed), rule(kind.upper(), TRAITS, "Home")])
    by_name = {"type": kind, "name": "Home", "properties": {}, "traits": {"age": "x"}}
    as_viewed = {"type": kind, "name": "Else", "properties": {}, "traits": {"age": "x"}}

    verdicts = [enforce(event, settings("track", **strict), plan, NOTHING_BLOCKED) for event in (by_name, as_viewed)]

    assert [[violation.field for violation in verdict.violations] for verdict in verdicts] == [
        ["traits.age"],
        ["properties.order_id"],
    ]
    assert [verdict.reason for verdict in verdicts] == [None, None]


def test_an_event_that_nothing_is_done_to_comes_back_itself() -> None:
    strict = {"allowUnplannedEvents": False, "allowUnplannedEventProperties": False, "allowEventOnViolations": False}

    assert judge(GOOD, WITH_COMMON).event is GOOD
    assert judge(GOOD, WITH_COMMON, **strict).event is GOOD
    assert enforce(GOOD, {}, None, NOTHING_BLOCKED).event is GOOD


TOGGLES = Blocked(
    events=frozenset({"Order Completed"}),
    pages=frozenset({"Home"}),
    screens=frozenset({"Start"}),
    traits=frozenset({"email"}),
    group_traits=frozenset({"plan"}),
)


@pytest.mark.parametrize(
    ("event", "blocked"),
    [
        pytest.param({"type": "track", "event": "Order Completed"}, True, id="track"),
        pytest.param({"type": "track", "event": "order completed"}, False, id="track in other case"),
        pytest.param({"type": "page", "name": "Home"}, True, id="page"),
        pytest.param({"type": "screen", "name": "Start"}, True, id="screen"),
        pytest.param({"type": "screen", "name": "Home"}, False, id="screen with the name of a page"),
        pytest.param({"type": "page"}, False, id="page without a name"),
        pytest.param({"type": "alias", "name": "Home"}, False, id="alias"),
        pytest.param({"type": "track", "event": ["Order Completed"]}, False, id="a name that is no string"),
    ],
)
def test_without_a_plan_toggles_block_by_name(event: Any, blocked: bool) -> None:
    verdict = enforce(event, settings(), None, TOGGLES)

    assert verdict.reason == ("event_setting" if blocked else None)
    assert verdict.event is (None if blocked else event)


@pytest.mark.parametrize(
    ("kind", "left"), [("identify", {"plan": "pro"}), ("group", {"email": "a@b.c"}), ("alias", None)]
)
def test_without_a_plan_toggles_take_traits_out(kind: str, left: Any) -> None:
    event = call(kind, email="a@b.c", plan="pro")

    verdict = enforce(event, settings(), None, TOGGLES)

    assert verdict.event is not None
    assert verdict.event["traits"] == (left or event["traits"])


def test_with_a_plan_toggles_do_not_count() -> None:
    verdict = enforce(GOOD, settings(), compile_plan([]), TOGGLES)

    assert verdict.event is GOOD
