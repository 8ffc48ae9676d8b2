"""The two forms in which a schema goes to a model vendor, made from the portable one.

Loose: the same without the words that cost tokens and change nothing for a model. Strict: OpenAI's rules, by which
every member is required and no object is open. A free-form object (`traits`, `properties`) cannot be said there, so it
becomes a string that holds JSON; an optional member may be null. The dispatcher reads both back (see `repair`), so
strict arguments end in the same request as loose ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]


def loose(schema: Schema) -> dict[str, Any]:
    """Without `additionalProperties` (an unknown name is refused at dispatch all the same) and empty `required`."""
    form = {k: v for k, v in schema.items() if k != "additionalProperties" and (k, v) != ("required", [])}
    if "properties" in schema:
        form["properties"] = {name: loose(member) for name, member in schema["properties"].items()}
    if "items" in schema:
        form["items"] = loose(schema["items"])
    return form


def strict(schema: Schema) -> dict[str, Any]:
    """By OpenAI's rules for `strict: true`: closed objects, everything required, optional as a union with null."""
    kept = {key: schema[key] for key in ("type", "enum", "description") if key in schema}
    kind = schema.get("type")
    if kind == "array" and "items" in schema:
        return {**kept, "items": strict(schema["items"])}
    if kind != "object":
        return kept if kind else dict(schema)  # a host's own schema is left as the host wrote it
    if "properties" not in schema:
        said = str(schema.get("description", "")).rstrip(".… ")
        return {"type": "string", "description": f"{said}; a JSON object, encoded as a string".lstrip("; ")}
    members = {
        name: strict(member) if name in schema.get("required", ()) else _nullable(strict(member))
        for name, member in schema["properties"].items()
    }
    return {**kept, "properties": members, "required": list(members), "additionalProperties": False}


def can_be_strict(schema: Schema) -> bool:
    """Whether the schema keeps to the portable subset; a host's own (a `$ref`, a union) may not, and goes loose."""
    if not isinstance(schema.get("type"), str) or "$ref" in schema or "anyOf" in schema or "oneOf" in schema:
        return False
    members = [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]
    return all(can_be_strict(member) for member in members)


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """A union, not a type list, which other vendors' converters reject; the description stays outside."""
    description = schema.pop("description", None)
    union: dict[str, Any] = {"anyOf": [schema, {"type": "null"}]}
    return union | ({"description": description} if description else {})
