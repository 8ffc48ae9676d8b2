"""A host's own JSON Schema, narrowed to what every vendor takes: ours come out equal, theirs come out portable."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segment_toolkit import SegmentToolkit
from segment_toolkit.definitions.allowed import allowed
from segment_toolkit.providers import AnthropicProvider
from segment_tools import TOOLS
from tests.laws.schemas import nodes
from tests.laws.test_definitions import PORTABLE_WORDS

TRICKY = {
    "type": "object",
    "title": "Order",
    "oneOf": [{"required": ["id"]}, {"required": ["customer"]}],
    "required": ["id"],
    "properties": {
        "id": {"type": ["string", "null"], "format": "uuid", "description": "Which order"},
        "state": {"enum": ["open", None, "done"]},
        "kind": {"const": "order"},
        "level": {"enum": [1, 2]},
        "customer": {"$ref": "#/$defs/Customer", "description": "Who"},
        "parent": {"$ref": "#"},
        "amount": {"anyOf": [{"type": "number", "minimum": 0}, {"type": "null"}], "default": None},
        "change": {"oneOf": [{"$ref": "#/$defs/A"}, {"$ref": "#/$defs/B"}], "discriminator": {"propertyName": "type"}},
        "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 3},
        "anything": {},
    },
    "$defs": {
        "Customer": {"type": "object", "properties": {"name": {"type": "string", "minLength": 1}}},
        "A": {"required": ["type", "x"], "properties": {"type": {"const": "a"}, "x": {"type": "integer"}}},
        "B": {"required": ["type"], "properties": {"type": {"const": "b"}, "y": {"type": "boolean"}}},
    },
}  # fmt: skip
WORDS = st.sampled_from(
    ["type", "properties", "required", "items", "enum", "const", "$ref", "anyOf", "oneOf", "allOf",
     "additionalProperties", "description", "minimum", "format", "default"]
)  # fmt: skip
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["string", "object", "array", "null", "#", "#/x", "x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.sampled_from(["a", "b"]), inner, max_size=4),
    max_leaves=15,
)


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.slug)
def test_our_own_schemas_are_left_as_they_are(tool: Any) -> None:
    assert allowed(tool.input_schema) == tool.input_schema


def test_a_rich_schema_keeps_its_meaning_in_portable_words() -> None:
    members = allowed(TRICKY)["properties"]

    assert members["id"] == {"type": "string", "description": "Which order (format: uuid)"}
    assert members["state"] == {"type": "string", "enum": ["open", "done"]}
    assert members["kind"] == {"type": "string", "enum": ["order"]}
    assert members["level"]["description"] == "(one of: [1, 2])"
    assert members["customer"]["description"] == "Who"
    assert members["customer"]["properties"]["name"]["type"] == "string"
    assert members["amount"] == {"type": "number", "minimum": 0}
    assert members["change"]["properties"]["type"]["enum"] == ["a", "b"]
    assert members["change"]["required"] == ["type"]
    assert members["tags"] == {"type": "array", "items": {"type": "string"}, "maxItems": 3}
    assert members["anything"]["type"] == "string"


def is_portable(schema: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["type"] == "object"
    for path, node in nodes(schema):
        assert node.keys() <= PORTABLE_WORDS, path
        assert isinstance(node["type"], str), path
        assert all(isinstance(option, str) for option in node.get("enum", ())), path
        assert set(node.get("required", ())) <= set(node.get("properties", ())), path


def test_a_member_may_be_called_like_a_word_of_json_schema() -> None:
    members = {"definitions": {"type": "string"}, "$ref": {"type": "integer"}, "properties": {"type": "boolean"}}

    shown = allowed({"type": "object", "properties": members})["properties"]

    assert shown == members


def test_schemas_that_refer_to_each_other_end() -> None:
    many = {name: {"$ref": f"#/properties/{name}"} for name in "abc"} | {"self": {"$ref": "#"}, "lost": {"$ref": "#/x"}}

    narrowed = allowed({"type": "object", "properties": many})

    is_portable(narrowed)
    assert narrowed["properties"]["a"] == {"type": "object", "additionalProperties": True}


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param({"properties": {"a": True}, "required": [{}, "a"]}, id="odd members"),
        pytest.param({"anyOf": [{"properties": {"a": 1}, "required": [[]]}, {"properties": {"a": {}}}]}, id="choices"),
        pytest.param({"allOf": [{"required": [{}]}, {"required": 5}, 7]}, id="conjunctions"),
        pytest.param({"enum": [{}], "type": {"a": 1}, "items": 5}, id="words of the wrong type"),
    ],
)  # fmt: skip
def test_a_schema_that_is_none_is_narrowed_all_the_same(odd: Any) -> None:
    is_portable(allowed({"type": "object", "properties": {"it": odd}}))


def test_a_rich_schema_becomes_portable() -> None:
    is_portable(allowed(TRICKY))


@settings(max_examples=300, deadline=None)
@given(ODD)
def test_whatever_a_schema_holds_its_form_is_portable(odd: Any) -> None:
    is_portable(allowed({"type": "object", "properties": {"it": odd}}))
    is_portable(allowed(odd if isinstance(odd, dict) else {}))


def test_a_hosts_tool_is_shown_portable_and_checked_by_its_own_schema() -> None:
    toolkit = SegmentToolkit.sandbox(provider=AnthropicProvider())
    schema = {"type": "object", "properties": {"code": {"type": "string", "pattern": "^[A-Z]{3}$"}}}
    toolkit.tools.custom_tool(lambda given: given, slug="ORDER", description="Order.", input_schema=schema)

    [shown] = toolkit.tools.get(tools=["ORDER"])

    assert shown["input_schema"]["properties"]["code"] == {"type": "string", "description": "(pattern: ^[A-Z]{3}$)"}
    assert toolkit.tools.execute("ORDER", {"code": "ABC"}).successful
    assert not toolkit.tools.execute("ORDER", {"code": "abc"}).successful
