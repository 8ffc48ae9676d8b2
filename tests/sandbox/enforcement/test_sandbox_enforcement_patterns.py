"""Patterns and references in a rule that nobody would wait for: each event is judged, and the rest is assumed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_toolkit.sandbox.pipeline.patterns import Pattern, _found
from segment_toolkit.sandbox.pipeline.plan import check_rule
from tests.sandbox.enforcement.documents import judge, rule, track

A = "a" * 60
ENDLESS = (
    ("^(a+)+$", A + "!"),
    ("^(a|aa)+$", A + "!"),
    ("^(a?){40}a{40}$", "a" * 39),
    (r"^\w+([.-]?\w+)*@\w+([.-]?\w+)*(\.\w{2,3})+$", A),
    (r"^([\da-z\.-]+)\.([a-z\.]{2,6})([\/\w \.-]*)*\/?$", f"a.com/{A}!"),
    ("(x+x+)+y", "x" * 60),
    ("^[a-z]+[a-z]+[a-z]+[a-z]+$", "a" * 5_000 + "!"),
)


@pytest.mark.parametrize(("pattern", "text"), ENDLESS)
def test_an_event_is_judged_by_a_pattern_that_backtracking_never_ends_over(pattern: str, text: str) -> None:
    schema = {"properties": {"properties": {"properties": {"p": {"pattern": pattern}}}}}

    verdict = judge(track("E", p=text), [rule("TRACK", schema, "E")], allowEventOnViolations=False)

    assert verdict.reason == "schema_violation"


@pytest.mark.parametrize(
    "schema",
    [
        pytest.param({"propertyNames": {"pattern": "^(a+)+$"}}, id="propertyNames"),
        pytest.param({"patternProperties": {"^(a+)+!$": False}}, id="patternProperties"),
        pytest.param({"patternProperties": {"^(a+)+$": {}}, "additionalProperties": False}, id="additionalProperties"),
        pytest.param(
            {"propertyNames": {"$schema": "http://json-schema.org/draft-07/schema#", "pattern": "^(a+)+$"}},
            id="below a declared dialect",
        ),
    ],
)
def test_names_are_judged_by_such_patterns_too(schema: object) -> None:
    whole = {"properties": {"properties": schema}}

    verdict = judge(track("E", **{A + "!": 1}), [rule("TRACK", whole, "E")], allowEventOnViolations=False)

    assert verdict.reason == "schema_violation"


@pytest.mark.parametrize("pattern", ["(a?){1000000}b", r"(a|a)*\1b", "^(?=(a+)+b)"])
def test_a_text_fits_a_pattern_that_nobody_can_answer_for(pattern: str) -> None:
    assert Pattern(pattern).fits(A)


def test_references_that_double_the_work_each_time_are_refused() -> None:
    links = {f"d{n}": {"allOf": [{"$ref": f"#/definitions/d{n + 1}"}] * 2} for n in range(40)}
    schema = {"definitions": {**links, "d40": {}}, "$ref": "#/definitions/d0"}

    assert check_rule(rule("TRACK", schema, "E")) == "'jsonSchema' refers to too much."


def test_references_that_only_some_events_follow_end_as_well() -> None:
    links = {f"d{n}": {"allOf": [{"$ref": f"#/definitions/d{n + 1}"}] * 2} for n in range(40)}
    inner = {"properties": {"p": {"$ref": "#/definitions/d0"}}}
    schema = {"definitions": {**links, "d40": False}, "properties": {"properties": inner}}

    verdict = judge(track("E", p=1), [rule("TRACK", schema, "E")], allowEventOnViolations=False)

    assert verdict.reason is None


PARTS = st.sampled_from(["a", "b", ".", "[^a]", r"\w", r"\d", r"[\W\d]", "^", "$", r"\b", "é", r"\Z"])
PATTERNS = st.recursive(
    PARTS,
    lambda inner: (
        st.tuples(inner, inner).map("".join)
        | st.tuples(inner, inner).map("(?:{0[0]}|{0[1]})".format)
        | st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{2,}", "*?"])).map("({0[0]}){0[1]}".format)
    ),
    max_leaves=6,
)


@given(pattern=PATTERNS, text=st.text("aab1_é \n", max_size=8), flag=st.sampled_from(["", "(?i)", "(?s)", "(?m)"]))
def test_all_ways_at_once_find_what_re_finds(pattern: str, text: str, flag: str) -> None:
    program = Pattern(flag + pattern)._program

    assert program is not None
    assert _found(program, text) is (re.search(flag + pattern, text) is not None)
