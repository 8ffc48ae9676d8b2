"""Destination filters: what each action leaves of an event, in which order, and what becomes of unclear ones."""

from __future__ import annotations

import copy
import hashlib
from typing import Any

import pytest

from segment_toolkit.sandbox.pipeline.filters import apply_filters, check_actions, compile_filter

EVENT: dict[str, Any] = {
    "type": "track",
    "userId": "u-1",
    "properties": {"email": "a@example.com", "price": 5, "items": [{"sku": 1, "cost": 2}, "x", {"cost": 3}]},
}
DROP = {"type": "DROP"}


def drop_properties(**fields: list[str]) -> dict[str, Any]:
    return {"type": "DROP_PROPERTIES", "fields": fields}


def allow_properties(**fields: list[str]) -> dict[str, Any]:
    return {"type": "ALLOW_PROPERTIES", "fields": fields}


def sample(percent: float, path: str = "") -> dict[str, Any]:
    return {"type": "SAMPLE", "percent": percent, "path": path}


def left(*actions: dict[str, Any], event: dict[str, Any] = EVENT, chance: float = 0.5) -> dict[str, Any] | None:
    """What one filter on everything leaves of an event."""
    return apply_filters([compile_filter("all", actions)], event, lambda: chance)


def test_an_event_is_dropped() -> None:
    assert left(DROP) is None


def test_a_filter_whose_condition_does_not_hold_does_nothing() -> None:
    filters = [compile_filter("type = 'page'", [DROP])]

    assert apply_filters(filters, EVENT, lambda: 0.5) is EVENT


def test_an_event_without_filters_is_returned_itself() -> None:
    assert apply_filters([], EVENT, lambda: 0.5) is EVENT


def test_named_properties_are_dropped() -> None:
    assert left(drop_properties(properties=["email", "items", "none"])) == {**EVENT, "properties": {"price": 5}}


def test_all_but_the_named_properties_are_dropped() -> None:
    assert left(allow_properties(properties=["price"])) == {**EVENT, "properties": {"price": 5}}


def test_the_empty_path_is_the_event_itself() -> None:
    assert left({"type": "DROP_PROPERTIES", "fields": {"": ["properties", "type"]}}) == {"userId": "u-1"}
    assert left({"type": "ALLOW_PROPERTIES", "fields": {"": ["type"]}}) == {"type": "track"}


def test_a_path_to_a_list_means_every_object_in_it() -> None:
    event = left({"type": "DROP_PROPERTIES", "fields": {"properties.items": ["cost"]}})

    assert event is not None
    assert event["properties"]["items"] == [{"sku": 1}, "x", {}]


@pytest.mark.parametrize("path", ["missing", "userId", "properties.price", "properties.items.0", "properties.x.y", "."])
def test_a_path_to_no_object_is_ignored(path: str) -> None:
    assert left({"type": "DROP_PROPERTIES", "fields": {path: ["sku", "email"]}}) is EVENT
    assert left({"type": "ALLOW_PROPERTIES", "fields": {path: []}}) is EVENT


def test_the_event_that_came_is_not_changed_and_shares_what_stays() -> None:
    before = copy.deepcopy(EVENT)

    event = left({"type": "ALLOW_PROPERTIES", "fields": {"": ["properties"], "properties": ["items"]}})

    assert before == EVENT
    assert event is not None
    assert event["properties"]["items"] is EVENT["properties"]["items"]


def test_an_action_without_effect_copies_nothing() -> None:
    assert left(drop_properties(properties=["none"]), sample(1)) is EVENT


def test_over_all_filters_sampling_comes_first_then_dropping_then_properties() -> None:
    draws: list[float] = []

    def chance() -> float:
        draws.append(0.9)
        return 0.9

    filters = [
        compile_filter("all", [allow_properties(properties=["email", "price"])]),
        compile_filter("type = 'track'", [drop_properties(properties=["email"]), sample(0.95)]),
    ]

    assert apply_filters(filters, EVENT, chance) == {**EVENT, "properties": {"price": 5}}
    assert apply_filters([*filters, compile_filter("all", [DROP])], EVENT, chance) is None
    assert draws == [0.9, 0.9]  # also for the event that another filter drops


def test_conditions_see_the_event_as_it_came() -> None:
    filters = [
        compile_filter("all", [drop_properties(properties=["email"])]),
        compile_filter("properties.email = 'a@example.com'", [drop_properties(properties=["price"])]),
    ]

    event = apply_filters(filters, EVENT, lambda: 0.5)

    assert event is not None
    assert set(event["properties"]) == {"items"}


def test_two_filters_that_send_only_different_events_send_nothing() -> None:
    filters = [compile_filter("!(type = 'track')", [DROP]), compile_filter("!(type = 'page')", [DROP])]

    assert apply_filters(filters, EVENT, lambda: 0.5) is None


def test_a_share_is_kept_by_chance() -> None:
    assert left(sample(0.3), chance=0.29) is EVENT
    assert left(sample(0.3), chance=0.3) is None


@pytest.mark.parametrize("path", ["", "userId"])
def test_none_and_all_are_not_left_to_chance(path: str) -> None:
    assert left(sample(0, path), chance=0.0) is None
    assert left(sample(1, path), chance=1.0) is EVENT


@pytest.mark.parametrize(
    ("value", "text"),
    [("u-1", b'"u-1"'), (5.0, b"5"), (None, b"null"), ({"a": [1, "\u00e9"]}, b'{"a":[1,"\xc3\xa9"]}')],
)
def test_a_field_decides_by_the_hash_of_its_json(value: Any, text: bytes) -> None:
    fraction = int(hashlib.md5(text, usedforsecurity=False).hexdigest(), 16) / 16**32
    event = {"userId": value}

    assert left(sample(fraction, "userId"), event=event) is None
    assert left(sample(fraction + 1e-9, "userId"), event=event) is event


def test_a_larger_share_contains_a_smaller_one() -> None:
    events = [{"context": {"id": number}} for number in range(2000)]

    kept = {
        percent: [event for event in events if left(sample(percent, "context.id"), event=event)]
        for percent in (0.1, 0.6)
    }

    assert 140 < len(kept[0.1]) < 260
    assert 1100 < len(kept[0.6]) < 1300
    assert all(event in kept[0.6] for event in kept[0.1])


def test_a_missing_field_is_sampled_like_null() -> None:
    assert (left(sample(0.5, "a"), event={}) is None) is (left(sample(0.5, "a"), event={"a": None}) is None)


UNCLEAR: dict[str, tuple[str, list[Any]]] = {
    "an invalid condition": ('userId = oops"', [drop_properties(properties=["email"])]),
    "an empty condition": ("", []),
    "a condition that faults": ("'x' in type", [drop_properties(properties=["email"])]),
    "an unknown action": ("all", [{"type": "KEEP"}]),
    "an action without its members": ("type = 'page'", [{"type": "DROP_PROPERTIES"}]),
}


@pytest.mark.parametrize(("condition", "actions"), UNCLEAR.values(), ids=UNCLEAR)
def test_where_the_intent_is_unclear_the_event_is_dropped(condition: str, actions: list[Any]) -> None:
    assert apply_filters([compile_filter(condition, actions)], EVENT, lambda: 0.0) is None


GOOD_ACTIONS = {
    "none": [],
    "one of each": [DROP, sample(0.5), drop_properties(properties=["a"]), allow_properties(properties=[])],
    "the ends of the scale": [sample(0), sample(1, "userId")],
    "members that are null": [{"type": "DROP", "fields": None, "percent": None, "path": None}],
    "members of no use": [{"type": "DROP", "fields": {"a": ["b"]}, "percent": 0.5, "path": "x", "more": 1}],
}


@pytest.mark.parametrize("actions", GOOD_ACTIONS.values(), ids=GOOD_ACTIONS)
def test_actions_are_accepted(actions: list[Any]) -> None:
    assert check_actions(actions) is None


BAD_ACTIONS: dict[str, tuple[object, str]] = {
    "no list": ({"type": "DROP"}, "actions must be a list"),
    "null": (None, "actions must be a list"),
    "no object": ([DROP, "DROP"], "actions[1] must be an object"),
    "no type": ([{}], "actions[0].type must be one of ALLOW_PROPERTIES, DROP, DROP_PROPERTIES, SAMPLE"),
    "another type": ([{"type": []}], "actions[0].type must be one of ALLOW_PROPERTIES, DROP, DROP_PROPERTIES, SAMPLE"),
    "no fields": ([{"type": "ALLOW_PROPERTIES"}], "actions[0].fields is required for ALLOW_PROPERTIES"),
    "fields in a list": ([{"type": "DROP_PROPERTIES", "fields": ["a"]}], "actions[0].fields must be an object"),
    "a field that is no list": (
        [{"type": "DROP_PROPERTIES", "fields": {"properties": "a"}}],
        "actions[0].fields must map each path to a list of strings",
    ),
    "a name that is a number": (
        [drop_properties(properties=[1])],  # type: ignore[list-item]  # wrong on purpose
        "actions[0].fields must map each path to a list of strings",
    ),
    "no percent": ([{"type": "SAMPLE"}], "actions[0].percent is required for SAMPLE"),
    "a percent above": ([sample(50)], "actions[0].percent must be a number from 0 to 1"),
    "a percent below": ([sample(-0.1)], "actions[0].percent must be a number from 0 to 1"),
    "a percent that is a bool": ([sample(True)], "actions[0].percent must be a number from 0 to 1"),
    "a percent that is text": (
        [{"type": "SAMPLE", "percent": "0.5"}],
        "actions[0].percent must be a number from 0 to 1",
    ),
    "a path that is a list": ([{**sample(0.5), "path": ["a"]}], "actions[0].path must be a string"),
}


@pytest.mark.parametrize(("actions", "problem"), BAD_ACTIONS.values(), ids=BAD_ACTIONS)
def test_actions_are_refused_with_what_is_wrong(actions: object, problem: str) -> None:
    assert check_actions(actions) == problem
