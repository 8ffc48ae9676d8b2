"""What in a tool's definition some model vendor or framework refuses, damages or drops; said before it happens there.

    for finding in lint(toolkit.tools.get_raw_tool_by_slug("FIND_ORDER")):
        print(finding)  # $.lines: has 2 types; give it one and leave what is optional out of `required`

The portable subset: every node has one `type`; no `$ref`, no combinator; closed sets are enums of strings; free-form
objects say `additionalProperties: true`. Segment's own tools keep to it (a law). A tool of the host's that does not
still works where its schema does, and `custom_tool` warns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from .definition import ToolDefinition

MOST_DESCRIPTION_CHARACTERS = 1_024
_TOOL_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
_PROPERTY_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
#: Names that some framework keeps for itself and takes away from the arguments without a word.
RESERVED_NAMES = frozenset({"config", "run_manager", "callbacks", "ctx", "self", "context_variables"})
#: The words of JSON Schema that arrive everywhere, or are dropped harmlessly.
PORTABLE_WORDS = frozenset({
    "type", "enum", "description", "minimum", "maximum", "minItems", "maxItems", "properties", "required", "items",
    "additionalProperties",
})  # fmt: skip
_TYPES = frozenset({"object", "array", "string", "integer", "number", "boolean"})
#: What changes the meaning of a node, and what to write instead.
_INSTEAD = {
    "$ref": "write the schema here in full",
    "$defs": "write each schema where it is used",
    "definitions": "write each schema where it is used",
    "anyOf": "give one type; leave what is optional out of `required`",
    "oneOf": "use one object with all members optional, and check in code",
    "allOf": "merge the parts",
    "not": "check it in code",
    "if": "check it in code",
    "const": "use an enum of one value",
    "prefixItems": "use an object with named members",
    "patternProperties": "use a free-form object, and check in code",
}


class Finding(NamedTuple):
    """One thing, and where: `$` is the arguments, `$.a[].b` below. `breaks`: some vendor refuses or damages it."""

    path: str
    rule: str
    text: str
    breaks: bool = True

    def __str__(self) -> str:
        return f"{self.path}: {self.text}"


class PortabilityWarning(UserWarning):
    """A tool of the host's has a definition that some vendor or framework does not take."""


def lint(tool: ToolDefinition) -> list[Finding]:
    """Every finding about a listed tool: its name, its description, its arguments."""
    return lint_tool(tool.slug, tool.description, tool.input_parameters)


def lint_tool(name: str, description: str, schema: Mapping[str, Any]) -> list[Finding]:
    """The same, from the parts."""
    return [*_texts(name, description), *lint_schema(schema)]


def lint_schema(schema: Mapping[str, Any]) -> list[Finding]:
    """Every finding about a schema of arguments."""
    root = []
    if schema.get("type") != "object" or not isinstance(schema.get("properties"), Mapping):
        root = [Finding("$", "root", "must be an object with `properties`")]
    return [*root, *_node(schema, "$")]


def _texts(name: str, description: str) -> Iterator[Finding]:
    if not _TOOL_NAME.fullmatch(name):
        yield Finding("name", "name", "must be 1 to 64 of A-Z a-z 0-9 _ -, and not start with a digit or -")
    if not description.strip():
        yield Finding("description", "description", "is empty: it is what the model chooses by")
    if len(description) > MOST_DESCRIPTION_CHARACTERS:
        yield Finding("description", "description", f"is longer than {MOST_DESCRIPTION_CHARACTERS:,} characters")


def _node(node: Mapping[str, Any], path: str) -> Iterator[Finding]:
    yield from _words(node, path)
    kind = node.get("type")
    if isinstance(kind, list):
        text = f"has {len(kind)} types; give it one and leave what is optional out of `required`"
        yield Finding(path, "type", text)
    elif kind not in _TYPES:
        yield Finding(path, "type", "has no type that every vendor knows" if kind else "has no type")
    if "enum" in node and not (kind == "string" and all(isinstance(value, str) for value in node["enum"])):
        yield Finding(path, "enum", "must be an enum of strings, with type string")
    if path != "$" and not str(node.get("description", "")).strip():
        yield Finding(path, "described", "has no description: say its format, and where it comes from", breaks=False)
    if len(str(node.get("description", ""))) > MOST_DESCRIPTION_CHARACTERS:
        yield Finding(path, "description", f"has a description of over {MOST_DESCRIPTION_CHARACTERS:,} characters")
    if kind == "array":
        yield from _items(node, path)
    if kind == "object":
        yield from _members(node, path)


def _words(node: Mapping[str, Any], path: str) -> Iterator[Finding]:
    for word in sorted(node.keys() - PORTABLE_WORDS):
        if word in _INSTEAD:
            yield Finding(path, word, f"has `{word}`: {_INSTEAD[word]}")
        else:
            yield Finding(path, word, f"has `{word}`, which some drop: say it in the description too", breaks=False)


def _items(node: Mapping[str, Any], path: str) -> Iterator[Finding]:
    if isinstance(node.get("items"), Mapping):
        yield from _node(node["items"], f"{path}[]")
    else:
        yield Finding(path, "items", "is an array that does not say what of: give it `items`")


def _members(node: Mapping[str, Any], path: str) -> Iterator[Finding]:
    properties = node.get("properties")
    members = properties if isinstance(properties, Mapping) else {}
    more = node.get("additionalProperties")
    if isinstance(more, Mapping):
        yield Finding(path, "additionalProperties", "has a schema for `additionalProperties`: write true")
    elif not members and more is not True and path != "$":
        text = "is a free-form object: say `additionalProperties: true`, or some vendors allow only {}"
        yield Finding(path, "additionalProperties", text)
    for name in node.get("required", ()):
        if name not in members:
            yield Finding(path, "required", f"requires '{name}', which `properties` lacks")
    for name, member in members.items():
        below = f"{path}.{name}"
        if name in RESERVED_NAMES:
            yield Finding(below, "reserved", "has a name that some framework keeps for itself: call it otherwise")
        elif not _PROPERTY_NAME.fullmatch(name):
            yield Finding(below, "property", "must be named with 1 to 64 of A-Z a-z 0-9 _, and not start with a digit")
        yield from _node(member if isinstance(member, Mapping) else {}, below)
