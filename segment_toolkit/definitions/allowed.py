"""A host's JSON Schema by allow-list: only words that every vendor and framework takes.

Segment's own tools keep to the subset already and come out equal. A tool of the host's (`input_schema=`) may say more;
one word that a vendor refuses makes it refuse every tool of the request. So the form shown to the model is narrowed:
references inlined, a union becomes one of its alternatives (objects are merged), what cannot be said goes into the
description. Nothing is lost by it: arguments are validated against the host's own schema.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Schema = Mapping[str, Any]

_NUMBERS = ("minimum", "maximum", "minItems", "maxItems")
#: Words that a model can use although no vendor must know them: said in the description.
_SAID = ("format", "pattern", "default", "minLength", "maxLength")
#: Deeper than any vendor takes: from there on, an object is free-form.
_DEEPEST = 8


def allowed(schema: Schema) -> dict[str, Any]:
    """The schema in the portable subset: an object at the root, one type at every node."""
    node = _node(_inlined(schema, schema, frozenset()), 0)
    return node if node["type"] == "object" else {"type": "object", "additionalProperties": True}


def _node(schema: Any, depth: int) -> dict[str, Any]:
    schema = _one(schema if isinstance(schema, Mapping) else {}, depth)
    if "const" in schema:
        schema["enum"] = [schema["const"]]
    kind = _type(schema)
    node: dict[str, Any] = {"type": kind}
    options = schema.get("enum")
    if kind == "string" and _strings(options) and any(options):
        node["enum"] = list(dict.fromkeys(option for option in options if option is not None))
    description = _description(schema, said=None if "enum" in node else options)
    if description:
        node["description"] = description
    node |= {word: schema[word] for word in _NUMBERS if _is_number(schema.get(word))}
    if kind == "array":
        node["items"] = _node(schema.get("items"), depth + 1)
    if kind == "object":
        node |= _members(schema, depth)
    return node


def _members(schema: Schema, depth: int) -> dict[str, Any]:
    members = schema.get("properties")
    if not isinstance(members, Mapping) or (not members and depth) or depth >= _DEEPEST:
        return {"additionalProperties": True}
    return {
        "properties": {str(name): _node(member, depth + 1) for name, member in members.items()},
        "required": [name for name in _names(schema) if name in members],
        "additionalProperties": schema.get("additionalProperties", True) is not False,
    }


def _one(schema: Schema, depth: int) -> dict[str, Any]:
    """Without combinators: what they say, folded into one node. The node's own words come first."""
    own = {k: v for k, v in schema.items() if k not in ("anyOf", "oneOf", "allOf", "not")}
    if depth >= _DEEPEST:
        return own
    for part in _schemas(schema.get("allOf")):
        own = _both(own, _one(part, depth + 1))
    for word in ("anyOf", "oneOf"):
        choices = [_one(part, depth + 1) for part in _schemas(schema.get(word))]
        choices = [choice for choice in choices if choice.get("type") != "null"]
        if choices:
            own = _both(own, _either(choices))
    return own


def _inlined(value: Any, root: Schema, within: frozenset[str]) -> Any:
    """With what references point at in their place. One that leads back to itself becomes a free-form object."""
    if isinstance(value, list):
        return [_inlined(part, root, within) for part in value]
    if not isinstance(value, Mapping):
        return value
    found = {str(k): _inlined(v, root, within) for k, v in value.items() if k not in ("$ref", "$defs", "definitions")}
    if isinstance(members := value.get("properties"), Mapping):  # whose keys are names, not words
        found["properties"] = {name: _inlined(member, root, within) for name, member in members.items()}
    reference = value.get("$ref")
    if not isinstance(reference, str):
        return found
    if reference in within or len(within) > _DEEPEST:
        return {**found, "type": "object"}
    target = _inlined(_target(reference, root), root, within | {reference})
    return {**found, "allOf": [target, *_schemas(found.get("allOf"))]}


def _target(reference: str, root: Schema) -> Schema:
    found: Any = root
    for step in reference.removeprefix("#").strip("/").split("/"):
        name = step.replace("~1", "/").replace("~0", "~")
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) and reference.startswith("#/") else {}


def _both(first: dict[str, Any], second: Schema) -> dict[str, Any]:
    """A node that must be both."""
    merged = {**second, **first}
    if isinstance(first.get("properties"), Mapping) and isinstance(second.get("properties"), Mapping):
        merged["properties"] = {**second["properties"], **first["properties"]}
    if "required" in merged:
        merged["required"] = list(dict.fromkeys([*_names(first), *_names(second)]))
    return merged


def _either(choices: list[dict[str, Any]]) -> dict[str, Any]:
    """One node for several alternatives: objects merged, enums joined, of others the first."""
    first = choices[0]
    if len(choices) > 1 and all(isinstance(choice.get("properties"), Mapping) for choice in choices):
        members: dict[str, Any] = {}
        for choice in choices:
            for name, member in choice["properties"].items():
                node = dict(member) if isinstance(member, Mapping) else {}
                members[name] = _either([members[name], node]) if name in members else node
        needed = [_names(choice) for choice in choices]
        required = [name for name in members if all(name in names for names in needed)]
        return {**first, "properties": members, "required": required}
    options = [choice["enum"] if "enum" in choice else [choice.get("const")] for choice in choices]
    if all("enum" in choice or "const" in choice for choice in choices):
        return {**{k: v for k, v in first.items() if k != "const"}, "enum": [o for each in options for o in each]}
    return first


def _type(schema: Schema) -> str:
    kinds = schema.get("type")
    named = [kinds] if isinstance(kinds, str) else list(kinds) if isinstance(kinds, Sequence) else []
    known = [kind for kind in named if kind in ("string", "number", "integer", "boolean", "object", "array")]
    if known:
        return str(known[0])
    if "properties" in schema or "additionalProperties" in schema:
        return "object"
    return "array" if "items" in schema else "string"


def _description(schema: Schema, *, said: Any) -> str:
    text = str(schema.get("description") or "").rstrip()
    words = {word: schema[word] for word in _SAID if word in schema and schema[word] is not None}
    if isinstance(said, list):
        words = {"one of": said, **words}
    more = "; ".join(f"{word}: {value}" for word, value in words.items())
    return f"{text} ({more})".lstrip() if more else text


def _strings(options: Any) -> bool:
    return isinstance(options, list) and all(option is None or isinstance(option, str) for option in options)


def _names(schema: Schema) -> list[str]:
    """The required members."""
    names = schema.get("required")
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def _schemas(value: Any) -> list[Schema]:
    return [part for part in value if isinstance(part, Mapping)] if isinstance(value, list) else []


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
