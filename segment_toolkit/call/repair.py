"""Spellings that models use for what the schema says otherwise, set right without guessing at values.

Four repairs, all decided by the schema: `user_id` for `userId`; a JSON string where an object, an array, a number or a
boolean belongs; 10.0 for 10, as SDKs on protocol buffers have it; null for an optional member. Text stays text where
text belongs: "5" is a good userId. All but the last are noted. Free-form objects are the caller's data: never touched.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..encoding import member_path
from ..errors import MalformedToolCall
from ..names import folded
from .toolcall import unique

Schema = Mapping[str, Any]

_WANTED: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "boolean": (bool,), "integer": (int,), "number": (int, float),
}  # fmt: skip


def repair(document: dict[str, Any], schema: Schema) -> tuple[dict[str, Any], list[str]]:
    """The document with known spellings set right, and a note for each repair; the original is left alone."""
    notes: list[str] = []
    return _object(document, schema, "", notes), notes


def _object(document: dict[str, Any], schema: Schema, path: str, notes: list[str]) -> dict[str, Any]:
    known: Mapping[str, Schema] = schema["properties"]
    required = schema.get("required", ())
    right_names = {folded(name): name for name in known}
    repaired: dict[str, Any] = {}
    for name, value in document.items():
        right = name if name in known else right_names.get(folded(name), name) if isinstance(name, str) else name
        if right != name and right not in document and right not in repaired:
            notes.append(f"read {member_path(path, name)} as {right}")
        else:
            right = name
        if value is None and right in known and right not in required:
            continue
        repaired[right] = _value(value, known[right], member_path(path, right), notes) if right in known else value
    return repaired


def _value(value: Any, schema: Schema, path: str, notes: list[str]) -> Any:
    # A host's own schema may say more, or less, than the portable subset.
    kind = schema.get("type")
    wanted = _WANTED.get(kind) if isinstance(kind, str) else None
    if wanted and isinstance(value, str):
        parsed = _parsed(value.lower() if kind == "boolean" else value)  # some models write True
        if type(parsed) not in wanted:
            return value
        notes.append(f"read the string in {path} as JSON")
        value = parsed
    if kind == "integer" and type(value) is float and value.is_integer():
        notes.append(f"read the number in {path} as an integer")
        value = int(value)
    if isinstance(value, dict) and kind == "object" and "properties" in schema:
        return _object(value, schema, path, notes)
    if isinstance(value, list) and kind == "array" and isinstance(schema.get("items"), Mapping):
        return [_value(item, schema["items"], f"{path}[{i}]", notes) for i, item in enumerate(value)]
    return value


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=unique)
    except (ValueError, RecursionError, MalformedToolCall):
        return None
