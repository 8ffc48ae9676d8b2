"""What violations are called, and what marks they leave in an event."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.enforcement.documents import PLANNED, judge, rule, track

OPEN = {"type": "object", "properties": {"properties": {"properties": {}}}}


def of_p(schema: Any) -> dict[str, Any]:
    """A schema for `properties.p`."""
    return {"properties": {"properties": {"properties": {"p": schema}}}}


def test_marks_tell_what_was_taken_out_and_why() -> None:
    event = track(quantity=1.5, stray=1)

    verdict = judge(event, PLANNED, allowUnplannedEventProperties=False, allowPropertiesOnViolations=False)

    assert verdict.event is not None
    assert verdict.event["context"] == {
        "device": {"id": "d-1"},
        "protocols": {
            "omitted": ["stray"],
            "omitted_on_violation": ["quantity"],
            "sourceId": "src-1",
            "violations": [
                {
                    "type": "Invalid Type",
                    "field": "properties.quantity",
                    "description": "Invalid type. Expected: integer, given: number",
                },
                {
                    "type": "Required",
                    "field": "properties.order_id",
                    "description": "properties.order_id is required",
                },
            ],
        },
    }


def test_violations_are_marked_also_where_everything_is_allowed() -> None:
    verdict = judge(track(), PLANNED)

    assert verdict.event is not None
    assert verdict.event["properties"] == {}
    assert verdict.event["context"]["protocols"]["violations"] == [verdict.violations[0].document()]


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        pytest.param(
            {"protocols": {"event_version": 1}}, {"event_version": 1, "omitted": ["s"]}, id="what was sent stays"
        ),
        pytest.param({"protocols": "x"}, {"omitted": ["s"]}, id="what is no object goes"),
        pytest.param(None, {"omitted": ["s"]}, id="null is no context"),
    ],
)
def test_marks_stand_beside_what_the_sender_put_there(context: Any, expected: Any) -> None:
    event = {"type": "track", "event": "E", "context": context, "properties": {"s": 1}}

    verdict = judge(event, [rule("TRACK", OPEN, "E")], allowUnplannedEventProperties=False)

    assert verdict.event is not None
    assert verdict.event["context"]["protocols"] == expected


def test_a_context_that_is_no_object_has_no_place_for_marks() -> None:
    event = {"type": "track", "event": "E", "context": "x", "properties": {"s": 1}}

    verdict = judge(event, [rule("TRACK", OPEN, "E")], allowUnplannedEventProperties=False)

    assert verdict.event == {**event, "properties": {}}


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ({"type": "string"}, 1, ("Invalid Type", "Invalid type. Expected: string, given: integer")),
        ({"type": "string"}, 1.0, ("Invalid Type", "Invalid type. Expected: string, given: integer")),
        ({"type": ["string", "null"]}, {}, ("Invalid Type", "Invalid type. Expected: [string,null], given: object")),
        ({"type": ["array"]}, None, ("Invalid Type", "Invalid type. Expected: array, given: null")),
        ({"type": "null"}, False, ("Invalid Type", "Invalid type. Expected: null, given: boolean")),
        ({"enum": ["a", 1]}, "b", ("Enum", 'properties.p must be one of the following: "a", 1')),
        ({"const": "a"}, "b", ("Const", 'properties.p does not match: "a"')),
        ({"pattern": "^{a}$"}, "b", ("Pattern", "Does not match pattern '^{a}$'")),
        ({"format": "date-time"}, "today", ("Format", "Does not match format 'date-time'")),
        ({"minLength": 2}, "b", ("String Gte", "String length must be greater than or equal to 2")),
        ({"maxLength": 2}, "bbb", ("String Lte", "String length must be less than or equal to 2")),
        ({"minimum": 2}, 1, ("Number Gte", "Must be greater than or equal to 2")),
        ({"maximum": 0.5}, 1, ("Number Lte", "Must be less than or equal to 0.5")),
        ({"exclusiveMinimum": 1}, 1, ("Number Gt", "Must be greater than 1")),
        ({"exclusiveMaximum": 1}, 1, ("Number Lt", "Must be less than 1")),
        ({"multipleOf": 2}, 1, ("Multiple Of", "Must be a multiple of 2")),
        ({"minItems": 1}, [], ("Array Min Items", "Array must have at least 1 items")),
        ({"maxItems": 1}, [1, 2], ("Array Max Items", "Array must have at most 1 items")),
        ({"uniqueItems": True}, [1, 1], ("Unique", "Array items must be unique")),
        ({"contains": {"const": 1}}, [], ("Contains", "At least one of the items must match")),
        (
            {"items": [{}], "additionalItems": False},
            [1, 2],
            ("Array No Additional Items", "No additional items allowed on array"),
        ),
        ({"minProperties": 1}, {}, ("Array Min Properties", "Must have at least 1 properties")),
        ({"maxProperties": 0}, {"a": 1}, ("Array Max Properties", "Must have at most 0 properties")),
        ({"propertyNames": {"pattern": "b"}}, {"a": 1}, ("Pattern", "Does not match pattern 'b'")),
        ({"dependencies": {"a": ["b"]}}, {"a": 1}, ("Missing Dependency", "Has a dependency that is missing")),
        ({"anyOf": [{"type": "null"}]}, 1, ("Number Any Of", "Must validate at least one schema (anyOf)")),
        ({"oneOf": [{}, {}]}, 1, ("Number One Of", "Must validate one and only one schema (oneOf)")),
        ({"not": {}}, 1, ("Number Not", "Must not validate the schema (not)")),
        (False, 1, ("False", "False always fails validation")),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else None,
)  # fmt: skip
def test_a_violation_is_described_without_the_value(schema: Any, value: Any, expected: tuple[str, str]) -> None:
    verdict = judge(track("E", p=value), [rule("TRACK", of_p(schema), "E")])

    assert [(found.type, found.field, found.description) for found in verdict.violations] == [
        (expected[0], "properties.p", expected[1])
    ]


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        pytest.param(
            {"allOf": [{"required": ["userId"]}]},
            [("userId", "userId is required"), ("(root)", "Must validate all the schemas")],
            id="all of",
        ),
        pytest.param(
            {"if": {}, "then": {"required": ["userId"]}},
            [("userId", "userId is required"), ("(root)", 'Must validate "then" as "if" was valid')],
            id="then",
        ),
        pytest.param(
            {"if": False, "else": {"required": ["userId"]}},
            [("userId", "userId is required"), ("(root)", 'Must validate "else" as "if" was not valid')],
            id="else",
        ),
        pytest.param(
            of_p({"additionalProperties": False, "patternProperties": {"^k": {}}}),
            [("properties.p.b", "Additional property b is not allowed")],
            id="a property too many",
        ),
        pytest.param(
            of_p({"patternProperties": {"^k": False}}),
            [("properties.p.k", "False always fails validation")],
            id="a property that no value fits, by pattern",
        ),
        pytest.param(
            of_p({"additionalProperties": {"type": "string"}}),
            [
                ("properties.p.k", "Invalid type. Expected: string, given: integer"),
                ("properties.p.b", "Invalid type. Expected: string, given: integer"),
            ],
            id="a schema for all others",
        ),
        pytest.param(
            of_p({"properties": {"k": {"$ref": "#/definitions/text"}}}) | {"definitions": {"text": {"type": "string"}}},
            [("properties.p.k", "Invalid type. Expected: string, given: integer")],
            id="a local reference",
        ),
    ],
)
def test_a_violation_lies_at_its_field(schema: Any, expected: list[tuple[str, str]]) -> None:
    event = {"type": "track", "event": "E", "properties": {"p": {"k": 1, "b": 2}}}

    verdict = judge(event, [rule("TRACK", schema, "E")])

    assert [(found.field, found.description) for found in verdict.violations] == expected
