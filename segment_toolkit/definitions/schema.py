"""From a pydantic model to the JSON Schema subset that every model vendor and framework takes.

The subset: every node has one string `type` and a description; optional means absent from `required`; no `$ref`, no
combinator, no `title`, no `default`, no `null`. pydantic writes richer schemas, so its output is rewritten here. A
limit that the subset lacks (a pattern, say) is left to validation; a structure that it lacks raises.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import BaseModel

#: Kept as they are. Order is the order in the golden file.
_KEPT = ("type", "enum", "description", "minimum", "maximum", "minItems", "maxItems")
#: Structures that the subset has no words for.
_UNSAYABLE = frozenset({"anyOf", "oneOf", "allOf", "not", "prefixItems", "patternProperties", "$ref"})


def portable(model: type[BaseModel]) -> dict[str, Any]:
    """The portable JSON Schema (2020-12) of `model`, keyed by wire names. Raises ValueError on what it cannot say."""
    schema = model.model_json_schema(by_alias=True)
    node = _node(schema, schema.get("$defs", {}))
    node.pop("description", None)  # the tool describes its arguments; a nested model's docstring is prompt text
    return node


def _node(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    schema = _resolved(schema, definitions)
    unsayable = sorted(_UNSAYABLE & schema.keys())
    if unsayable or not isinstance(schema.get("type"), str):
        raise ValueError(f"a node with {', '.join(unsayable) or 'no single type'}")
    node = {key: schema[key] for key in _KEPT if key in schema}
    if schema["type"] == "array":
        node["items"] = _node(schema["items"], definitions)
    if schema["type"] == "object":
        node |= _object(schema, definitions)
    return node


def _object(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    properties = schema.get("properties")
    if properties is None:
        return {"additionalProperties": True}
    return {
        "properties": {name: _node(member, definitions) for name, member in properties.items()},
        "required": list(schema.get("required", ())),
        "additionalProperties": schema.get("additionalProperties", True) is not False,
    }


def _resolved(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """Follow a `$ref` and unwrap `T | None`, keeping the outer description, which is the field's own."""
    outer = {k: v for k, v in schema.items() if k not in ("$ref", "anyOf")}
    if "$ref" in schema:
        inner = definitions[schema["$ref"].removeprefix("#/$defs/")]
    elif "anyOf" in schema:
        inner, *others = [s for s in schema["anyOf"] if s != {"type": "null"}]
        if others:
            return dict(schema)
    elif "const" in schema:
        return {**{k: v for k, v in outer.items() if k != "const"}, "enum": [schema["const"]]}
    else:
        return outer
    resolved = _resolved(inner, definitions)
    return {**resolved, **outer}
