"""Which rule judges an event, what a broken rule does, and what the Public API would say about it."""

from __future__ import annotations

from typing import Any

import pytest

from segment_toolkit.sandbox.pipeline.enforcement import NOTHING_BLOCKED, enforce
from segment_toolkit.sandbox.pipeline.plan import check_rule, compile_plan
from tests.sandbox.enforcement.documents import ORDER, PLANNED, TRAITS, judge, rule, settings, track


def requiring(name: str) -> dict[str, Any]:
    return {"properties": {"properties": {"required": [name], "properties": {name: {}}}}}


VERSIONS = [rule("TRACK", requiring(f"v{number}"), "E", number) for number in (3, 1, 2)]


@pytest.mark.parametrize(
    ("protocols", "judged_by"),
    [
        pytest.param({"event_version": 2}, "v2", id="the version asked for"),
        pytest.param({"event_version": 9}, "v1", id="an unknown version"),
        pytest.param({"event_version": 3.2}, "v1", id="no whole number"),
        pytest.param({"event_version": "2"}, "v1", id="a text"),
        pytest.param({"event_version": True}, "v1", id="a boolean"),
        pytest.param({}, "v1", id="none"),
        pytest.param(None, "v1", id="no protocols"),
    ],
)
def test_the_version_is_the_one_asked_for_or_the_oldest(protocols: Any, judged_by: str) -> None:
    event = {**track("E"), "context": {"protocols": protocols}}

    verdict = judge(event, VERSIONS)

    assert [violation.field for violation in verdict.violations] == [f"properties.{judged_by}"]


def test_of_two_rules_of_one_version_the_later_one_counts() -> None:
    verdict = judge(track("E"), [rule("TRACK", requiring("old"), "E"), rule("TRACK", requiring("new"), "E")])

    assert [violation.field for violation in verdict.violations] == ["properties.new"]


def test_a_page_rule_without_a_key_is_for_every_page_without_its_own() -> None:
    event = {"type": "page", "name": "Home", "properties": {}}

    verdict = judge_page(event, [rule("PAGE", requiring("all")), rule("PAGE", requiring("other"), "Other")])

    assert verdict == ["properties.all"]


def judge_page(event: dict[str, Any], rules: list[Any]) -> list[str]:
    verdict = enforce(event, settings(), compile_plan(rules), NOTHING_BLOCKED)
    return [violation.field for violation in verdict.violations]


endless: dict[str, Any] = {"$ref": "#"}
BROKEN = {
    "no object": ["x"],
    "null": None,
    "a boolean": False,
    "an unknown type": {"type": "text"},
    "a bad pattern": {"properties": {"event": {"pattern": "("}}},
    "a bad pattern for names": {"patternProperties": {"[": False}},
    "a pattern too big": {"properties": {"event": {"pattern": "a{99999999999999999999}"}}},
    "a remote reference": {"$ref": "https://example.invalid/schema.json"},
    "a remote reference deep within": {"properties": {"event": {"anyOf": [{"$ref": "http://example.invalid/"}]}}},
    "a reference into nothing": {"$ref": "#/definitions/none"},
    "endless recursion": endless,
    "endless recursion by two": {"definitions": {"a": {"$ref": "#/definitions/b"}, "b": {"$ref": "#/definitions/a"}}}
    | {"$ref": "#/definitions/a"},
}


@pytest.mark.parametrize("schema", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_schema_is_fit_by_every_event_and_names_nothing(schema: Any) -> None:
    event = track("E", p=1)

    verdict = judge(
        event, [rule("TRACK", schema, "E")], allowUnplannedEvents=False, allowUnplannedEventProperties=False
    )

    assert verdict.event is event


@pytest.mark.parametrize("schema", BROKEN.values(), ids=BROKEN.keys())
def test_the_public_api_would_refuse_a_broken_schema(schema: Any) -> None:
    problem = check_rule(rule("TRACK", schema, "E"))

    assert problem is not None
    assert problem.startswith("'jsonSchema' ")


def test_a_reference_into_nothing_met_only_by_some_events_is_fit_by_those() -> None:
    schema = {"properties": {"properties": {"properties": {"p": {"$ref": "#/definitions/none"}}}}}

    verdict = judge(track("E", p=1), [rule("TRACK", schema, "E")], allowEventOnViolations=False)

    assert verdict.reason is None


def test_names_behind_a_reference_cannot_be_told_and_nothing_is_unplanned() -> None:
    schema = {"definitions": {"p": {}}, "properties": {"properties": {"$ref": "#/definitions/p"}}}
    event = track("E", p=1)

    verdict = judge(event, [rule("TRACK", schema, "E")], allowUnplannedEventProperties=False)

    assert verdict.event is event


def test_an_event_nested_too_deep_for_a_recursive_schema_fits() -> None:
    deep: Any = 1
    for _ in range(199):
        deep = {"d": deep}
    schema = {"additionalProperties": {"anyOf": [{"$ref": "#"}, {"type": ["string", "null", "integer"]}]}}

    verdict = judge(track("E", p=deep), [rule("TRACK", schema, "E")])

    assert verdict.reason is None


@pytest.mark.parametrize(
    "stray", [None, 1, "x", [], {}, {"type": []}, {"type": "TRACK"}, {"type": "TRACK", "key": ["E"]}, {"type": "NEW"}]
)
def test_what_is_no_rule_is_left_out(stray: Any) -> None:
    assert compile_plan([stray]).rules == {}


@pytest.mark.parametrize(
    ("given", "begins"),
    [
        pytest.param([], "A rule must be", id="no object"),
        pytest.param(rule("ORDER", ORDER, "E"), "'type'", id="an unknown type"),
        pytest.param({**rule("TRACK", ORDER, "E"), "type": {}}, "'type'", id="a type that is no text"),
        pytest.param(rule("TRACK", ORDER), "'key'", id="a track rule without a key"),
        pytest.param({**rule("PAGE", ORDER), "key": 1}, "'key'", id="a key that is no text"),
        pytest.param({**rule("TRACK", ORDER, "E"), "version": "1"}, "'version'", id="a version that is a text"),
        pytest.param({**rule("TRACK", ORDER, "E"), "version": True}, "'version'", id="a version that is true"),
        pytest.param(rule("TRACK", ORDER, "E", 0), "'version'", id="a version below 1"),
        pytest.param({**rule("TRACK", ORDER, "E"), "version": 1.5}, "'version'", id="half a version"),
        pytest.param({"type": "COMMON", "version": 1}, "'jsonSchema'", id="no schema"),
        pytest.param(rule("COMMON", {"pattern": "^(?!x)"}), "'jsonSchema'", id="a negative look-ahead"),
    ],
)
def test_the_public_api_would_say_what_is_wrong_with_a_rule(given: Any, begins: str) -> None:
    problem = check_rule(given)

    assert problem is not None
    assert problem.startswith(begins)


@pytest.mark.parametrize("given", [*PLANNED, rule("PAGE", TRAITS), {**rule("COMMON", TRAITS), "version": 1.0}])
def test_a_sound_rule_has_nothing_wrong_with_it(given: Any) -> None:
    assert check_rule(given) is None


def test_a_problem_is_told_without_the_value() -> None:
    problem = check_rule(rule("COMMON", {"properties": {"p": {"type": "a secret"}}}))

    assert problem == "'jsonSchema' is no draft-07 JSON Schema: $.properties.p.type fails anyOf."


@pytest.mark.parametrize(
    ("items", "unique"),
    [
        pytest.param([1, True, "1", None], True, id="all different"),
        pytest.param([1, 1.0], False, id="1.0 is 1"),
        pytest.param([{"a": 1, "b": 2}, {"b": 2, "a": 1}], False, id="objects whatever the order"),
        pytest.param([[1, "a"], ["a", 1]], True, id="lists in their order"),
        pytest.param([*range(4000), *(str(number) for number in range(4000))], True, id="a long mixed list"),
    ],
)
def test_unique_items_are_compared_by_value(items: Any, unique: bool) -> None:
    schema = {"properties": {"properties": {"properties": {"p": {"uniqueItems": True}}}}}

    verdict = judge(track("E", p=items), [rule("TRACK", schema, "E")])

    assert (verdict.violations == ()) is unique
