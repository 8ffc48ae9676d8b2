"""The quick check says yes and no exactly where jsonschema does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft7Validator

from segment_toolkit.sandbox.pipeline.precheck import OUTSIDE, compile_check
from segment_toolkit.sandbox.pipeline.validation import validator_of
from tests.sandbox.enforcement.documents import covered_schemas, documents, members

COVERED = {
    *("additionalProperties", "allOf", "anyOf", "enum", "exclusiveMaximum", "exclusiveMinimum", "format", "items"),
    *("maxItems", "maxLength", "maximum", "minItems", "minLength", "minimum", "not", "oneOf", "pattern"),
    *("properties", "required", "type"),
}


def test_every_keyword_of_the_draft_is_either_covered_or_outside() -> None:
    assert set(Draft7Validator.VALIDATORS) == COVERED | OUTSIDE


@settings(max_examples=250, deadline=None)
@given(schema=covered_schemas, value=documents | members)
def test_the_quick_check_agrees_with_jsonschema(schema: Any, value: Any) -> None:
    check = compile_check(schema)

    assert check is not None
    assert check(value) == validator_of(schema).is_valid(value)


@pytest.mark.parametrize(
    ("schema", "value", "fits"),
    [
        pytest.param({"type": "integer"}, 1.0, True, id="1.0 is an integer"),
        pytest.param({"type": "integer"}, 1.5, False, id="1.5 is not"),
        pytest.param({"type": "integer"}, True, False, id="nor is true"),
        pytest.param({"type": "number"}, True, False, id="true is no number"),
        pytest.param({"enum": [1]}, 1.0, True, id="1.0 is 1"),
        pytest.param({"enum": [1]}, True, False, id="true is not 1"),
        pytest.param({"enum": [0]}, False, False, id="false is not 0"),
        pytest.param({"enum": ["a"]}, ["a"], False, id="a list is no text"),
        pytest.param({"minimum": 0.5}, 10**400, True, id="a huge integer"),
        pytest.param({"minLength": 1}, "", False, id="an empty text"),
        pytest.param({"pattern": "b$"}, "ab", True, id="patterns are searched"),
        pytest.param({"format": "date-time"}, "2026-02-30T00:00:00Z", False, id="no such day"),
        pytest.param({"format": "date-time"}, 5, True, id="formats are for texts"),
        pytest.param({"required": ["a"]}, [], True, id="required is for objects"),
        pytest.param({"items": False}, [1], False, id="no items"),
        pytest.param({"additionalProperties": False, "properties": {"a": {}}}, {"a": 1, "b": 1}, False, id="one more"),
    ],
)
def test_both_know_the_odd_cases(schema: Any, value: Any, fits: bool) -> None:
    check = compile_check(schema)

    assert check is not None
    assert (check(value), validator_of(schema).is_valid(value)) == (fits, fits)


@pytest.mark.parametrize("keyword", sorted(OUTSIDE))
def test_a_schema_with_another_keyword_at_any_depth_has_no_quick_check(keyword: str) -> None:
    assert compile_check({"properties": {"p": {"items": {keyword: {}}}}}) is None


@pytest.mark.parametrize("schema", [{"items": [{}]}, {"enum": [[1]]}, {"enum": [{}]}])
def test_lists_of_schemas_and_listed_objects_have_no_quick_check(schema: Any) -> None:
    assert compile_check(schema) is None
