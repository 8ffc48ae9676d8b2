"""Patterns and references of a tracking plan that other programs take for ever over: pre-flight comes to an end."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pattern_pools import CATASTROPHIC, ORDINARY
from truth_world import operator

from segment_toolkit import SegmentToolkit
from segment_toolkit.sandbox import Sandbox
from segment_toolkit.truth.conditions import holds
from segment_toolkit.truth.forecast import EventForecast
from segment_toolkit.truth.plan import Rule

LONG = "a" * 2_000 + "!"


def foreseen(box: Sandbox, schema: Any, value: Any) -> EventForecast:
    """The forecast for an event under a plan with this schema for its property `p`."""
    whole = {"type": "object", "properties": {"properties": {"properties": {"p": schema}}}}
    rules = [{"type": "TRACK", "key": "E", "version": 1, "jsonSchema": whole}]
    with operator(box) as api:
        plan = next(iter(box.tracking_plans.values()))
        assert api.put(f"/tracking-plans/{plan}/rules", json={"rules": rules}).status_code == 200
        source = next(iter(api.get(f"/tracking-plans/{plan}/sources").json()["data"]["sources"]))
        strict = {"track": {"allowEventOnViolations": False}}
        assert api.patch(f"/sources/{source['id']}/settings", json=strict).status_code == 200
    slug = next(slug for slug, id_ in box.sources.items() if id_ == source["id"])
    arguments = {"userId": "u", "event": "E", "properties": {"p": value}, "writeKey": box.write_keys[slug]}
    (event,) = SegmentToolkit.sandbox(box).preflight("SEGMENT_TRACK", arguments).events
    return event


def test_preflight_answers_under_a_pattern_that_takes_for_ever(box: Sandbox) -> None:
    event = foreseen(box, {"pattern": "^(a+)+$"}, LONG)

    assert (event.fate, event.reason) == ("blocked", "schema_violation")


@pytest.mark.parametrize(("pattern", "text"), CATASTROPHIC)
def test_what_can_be_told_of_a_catastrophic_pattern_is_told(pattern: str, text: str) -> None:
    rule = Rule({"properties": {"p": {"pattern": pattern}}})

    assert rule.violations({"p": text})


@pytest.mark.parametrize(("pattern", "fitting", "unfitting"), ORDINARY)
def test_ordinary_patterns_are_judged_as_re_judges_them(pattern: str, fitting: str, unfitting: str) -> None:
    rule = Rule({"properties": {"p": {"pattern": pattern}}})

    assert (rule.violations({"p": fitting}), bool(rule.violations({"p": unfitting}))) == ([], True)


def test_a_pattern_that_would_take_too_long_all_the_same_leaves_the_fate_unknown(box: Sandbox) -> None:
    event = foreseen(box, {"pattern": "(a?){1000000}b"}, LONG)

    assert (event.fate, event.text) == (
        "unknown",
        "a rule of the tracking plan cannot be read, or takes too long to judge by",
    )


def test_a_rule_that_took_too_long_is_not_tried_again() -> None:
    rule = Rule({"properties": {"p": {"pattern": "(a?){1000000}b"}}})

    first, second = rule.violations({"p": LONG}), rule.violations({"p": "b"})

    assert (first, second) == (None, None)


def test_a_pattern_is_bounded_below_a_declared_dialect_too() -> None:
    declared = {"$schema": "http://json-schema.org/draft-07/schema#", "pattern": "^(a+)+$"}
    rule = Rule({**declared, "properties": {"p": declared, "q": {"$ref": "#"}}})

    assert [violation.path for violation in rule.violations({"p": LONG, "q": LONG}) or ()] == [("p",), ("q",)]


@pytest.mark.parametrize(
    "schema",
    [
        pytest.param({"propertyNames": {"pattern": "^(a+)+$"}}, id="propertyNames"),
        pytest.param({"patternProperties": {"^(a+)+!$": False}}, id="patternProperties"),
        pytest.param({"patternProperties": {"^(a+)+$": {}}, "additionalProperties": False}, id="additionalProperties"),
    ],
)
def test_patterns_for_names_are_bounded(schema: Any) -> None:
    rule = Rule(schema)

    assert rule.violations({LONG: 1})


@pytest.mark.parametrize("pattern", ["(?i)^a", "(a)\\1", "(?<=a)b", "a(?>b)"])
def test_what_is_not_followed_is_said_to_be_unreadable(pattern: str) -> None:
    rule = Rule({"properties": {"p": {"pattern": pattern}}})

    assert rule.violations({"p": "abc"}) is None


def test_references_that_double_the_work_each_time_are_given_up() -> None:
    links = {f"d{n}": {"allOf": [{"$ref": f"#/definitions/d{n + 1}"}] * 2} for n in range(40)}
    rule = Rule({"definitions": {**links, "d40": {}}, "$ref": "#/definitions/d0"})

    assert rule.violations({}) is None


def test_unlike_items_of_a_long_list_are_compared_soon() -> None:
    rule = Rule({"properties": {"p": {"uniqueItems": True}}})
    items = [item for n in range(8_000) for item in (n, str(n))]

    assert rule.violations({"p": items}) == []
    assert [str(violation) for violation in rule.violations({"p": [*items, 7.0]}) or ()] == ["p fails uniqueItems"]
    assert rule.violations({"p": [1, True, {"a": 1}, {"a": True}]}) == []


def test_a_filter_with_many_stars_is_read_soon() -> None:
    event = {"properties": {"text": "a" * 32_000}}

    assert holds('match( properties.text, "*a*a*a*a*ab" )', event) is False


PARTS = st.sampled_from(["a", "b", ".", "[^a]", r"\w", r"\d", r"[\W\d]", "^", "$", r"\b", "é", r"\Z"])
PATTERNS = st.recursive(
    PARTS,
    lambda inner: (
        st.tuples(inner, inner).map("".join)
        | st.tuples(inner, inner).map("(?:{0[0]}|{0[1]})".format)
        | st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{2,}", "*?"])).map("({0[0]}){0[1]}".format)
        | inner.map("(?={})".format)
        | inner.map("(?!{})".format)
    ),
    max_leaves=6,
)


@given(pattern=PATTERNS, text=st.text("aab1_é \n", min_size=1, max_size=8))
def test_any_pattern_means_what_it_means_to_re(pattern: str, text: str) -> None:
    violations = Rule({"properties": {"p": {"pattern": pattern}}}).violations({"p": text})

    assert (violations == []) is (re.search(pattern, text) is not None)
