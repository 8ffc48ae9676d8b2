"""The lint of definitions: what some vendor refuses or damages, in words that say what to write instead."""

from __future__ import annotations

from typing import Any

import pytest

from segment_toolkit.definitions.lint import lint_schema, lint_tool


def schema(**member: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"order": {"description": "An order.", **member}}, "required": []}


@pytest.mark.parametrize(
    ("member", "says"),
    [
        pytest.param({"type": ["string", "null"]}, "$.order: has 2 types; give it one", id="types"),
        pytest.param({}, "$.order: has no type", id="no type"),
        pytest.param({"type": "null"}, "$.order: has no type that every vendor knows", id="null"),
        pytest.param({"type": "string", "anyOf": []}, "$.order: has `anyOf`: give one type", id="a union"),
        pytest.param({"type": "object", "$ref": "#/x"}, "$.order: has `$ref`: write the schema here", id="a ref"),
        pytest.param({"type": "string", "const": "a"}, "use an enum of one value", id="const"),
        pytest.param({"type": "string", "enum": ["a", None]}, "must be an enum of strings", id="null in an enum"),
        pytest.param({"type": "integer", "enum": [1]}, "must be an enum of strings", id="an enum of numbers"),
        pytest.param({"type": "array"}, "give it `items`", id="no items"),
        pytest.param({"type": "array", "items": {}}, "$.order[]: has no type", id="items without a type"),
        pytest.param({"type": "object"}, "say `additionalProperties: true`", id="a bare object"),
        pytest.param(
            {"type": "object", "additionalProperties": {"type": "string"}}, "write true", id="a map with a schema"
        ),
        pytest.param({"type": "object", "properties": {"a b": {}}}, "$.order.a b: must be named", id="a name"),
        pytest.param({"type": "string", "description": "d" * 1025}, "over 1,024 characters", id="a long text"),
    ],
)  # fmt: skip
def test_what_breaks_somewhere_is_found_with_its_path_and_what_to_write(member: dict[str, Any], says: str) -> None:
    found = [finding for finding in lint_schema(schema(**member)) if finding.breaks]

    assert any(says in str(finding) for finding in found), found


@pytest.mark.parametrize("name", ["config", "ctx", "self"])
def test_names_that_a_framework_takes_away_are_found(name: str) -> None:
    member = {"type": "string", "description": "A thing."}

    [finding] = lint_schema({"type": "object", "properties": {name: member}, "required": [name]})

    assert str(finding) == f"$.{name}: has a name that some framework keeps for itself: call it otherwise"


@pytest.mark.parametrize(
    ("root", "says"),
    [
        pytest.param({"type": "array", "items": {"type": "string"}}, "$: must be an object", id="an array"),
        pytest.param({"type": "object", "properties": {}, "oneOf": []}, "$: has `oneOf`", id="a union at the root"),
        pytest.param({"type": "object", "properties": {}, "required": ["a"]}, "requires 'a'", id="requires nothing"),
    ],
)
def test_the_root_is_checked(root: dict[str, Any], says: str) -> None:
    assert any(says in str(finding) for finding in lint_schema(root))


@pytest.mark.parametrize("member", [{"type": "string", "format": "date"}, {"type": "string", "description": ""}])
def test_what_is_only_lost_on_the_way_is_advice(member: dict[str, Any]) -> None:
    [finding] = lint_schema(schema(**member))

    assert not finding.breaks


def test_name_and_description_are_checked() -> None:
    rules = [finding.rule for finding in lint_tool("1 tool", " ", schema(type="string"))]
    long = [finding.rule for finding in lint_tool("TOOL", "d" * 1025, schema(type="string"))]

    assert (rules, long) == (["name", "description"], ["description"])


def test_a_portable_definition_has_no_findings() -> None:
    portable = schema(type="object", additionalProperties=True)

    assert lint_tool("FIND_ORDER", "Find an order.", portable) == []
