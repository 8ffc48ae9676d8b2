"""Answers that no longer fit what is documented: handed on, with a warning that a model reads.

Segment may change its API before we notice. What it answered is worth more than our idea of it, but a model must not
take a missing member for a fact. (A tool whose main member is missing has nothing to hand on, and fails by itself.)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

if TYPE_CHECKING:
    from ..tool import JsonObject, Tool

MOST_PLACES = 3
_EXPECTED: Mapping[str, str] = {
    "string_type": "text", "bool_type": "true or false", "int_type": "a whole number", "dict_type": "an object",
    "model_type": "an object", "list_type": "a list",
}  # fmt: skip


def noted(tool: Tool[Any], answer: Mapping[str, Any], shown: JsonObject) -> JsonObject:
    """`shown`, with a warning if `answer` does not fit the tool's documented result. Never raises."""
    try:
        tool.result.model_validate(answer, strict=True)
    except ValidationError as error:
        places = list(_places(error))
        if places:
            before = shown.get("warnings", [])
            shown["warnings"] = [*(before if isinstance(before, list) else [before]), _warning(places)]
    return shown


def _places(error: ValidationError) -> Iterator[str]:
    """Where it differs and how, never the value: it may be a secret."""
    for detail in error.errors(include_url=False, include_context=False):
        kind, value = detail["type"], detail["input"]
        if kind == "int_type" and isinstance(value, float) and value.is_integer():
            continue  # JSON has one kind of number
        right = "is missing" if kind == "missing" else f"is not {_EXPECTED.get(kind, 'as documented')}"
        yield f"{_path(detail['loc'])} {right}"


def _path(location: tuple[int | str, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).lstrip(".") or "it"


def _warning(places: list[str]) -> str:
    more = len(places) - MOST_PLACES
    listed = "; ".join(places[:MOST_PLACES]) + (f"; and {more} more" if more > 0 else "")
    return f"Segment's answer differs from its documentation: {listed}. Do not rely on what is missing."
