"""The functions of FQL, on values as they come out of an event; none of them raises.

On null: contains and match are false, length is 0, the functions on text give null, typeof gives "null".
An argument of the wrong type makes contains and match false, length not a number (which no comparison holds
for), and the functions on text null.

The docs do not say what the conversions give; assumed: bool() is false for null, 0, and empty or "false" text,
and for an empty list; string() gives text as it is, "" for null, JSON for the rest; number() reads decimal text
and gives null for anything else. titlecase() is assumed to leave letters inside a word alone. semver() is not in
the docs, only in the open-source engine.

Source: Segment docs, "Destination Filter Query Language"; Segment's open-source engine `@segment/tsub`.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from typing import Any

from segment_toolkit.sandbox.fql.glob import compile_glob
from segment_toolkit.sandbox.fql.lexer import MAX_BYTES
from segment_toolkit.sandbox.fql.values import text_of, type_of

ARITY = {
    "contains": 2, "match": 2, "length": 1, "typeof": 1, "lowercase": 1, "uppercase": 1, "snakecase": 1,
    "kebabcase": 1, "titlecase": 1, "bool": 1, "string": 1, "number": 1, "semver": 3,
}  # fmt: skip

_NUMBER = re.compile(r"\s*[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\s*", re.ASCII)
_VERSION_PART = re.compile(r"\s*([+-]?[0-9]+)")
_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "!=": operator.ne, ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
}  # fmt: skip


def function(name: str) -> Callable[..., Any]:
    """Return the function of this name, which `ARITY` must have."""
    table: dict[str, Callable[..., Any]] = {
        "contains": contains, "match": matches, "length": length, "typeof": type_of, "semver": semver,
        "lowercase": _on_text(str.lower), "uppercase": _on_text(str.upper), "titlecase": _on_text(_titlecase),
        "snakecase": _on_text(lambda text: text.replace(" ", "_")),
        "kebabcase": _on_text(lambda text: text.replace(" ", "-")),
        "bool": _bool, "string": _string, "number": _number,
    }  # fmt: skip
    return table[name]


def contains(text: Any, part: Any) -> bool:
    """Tell whether one string has the other in it."""
    return type(text) is str and type(part) is str and part in text


def matches(text: Any, pattern: Any) -> bool:
    """Tell whether a string fits a glob pattern that is known only now.

    One longer than a condition may be fits nothing: assumed, to bound the work on a pattern that an event brings.
    """
    if type(text) is not str or type(pattern) is not str or len(pattern) > MAX_BYTES:
        return False
    return compile_glob(pattern)(text)


def length(value: Any) -> float:
    """Count the elements of a list, or the bytes of a string in UTF-8."""
    if value is None:
        return 0
    if type(value) is str:
        return len(value) if value.isascii() else len(value.encode("utf-8", "surrogatepass"))
    return len(value) if type(value) is list else math.nan


def semver(left: Any, order: Any, right: Any) -> bool:
    """Compare two versions of up to three numbers; false where one is no version or the order is none."""
    one, other = _version(left), _version(right)
    if one is None or other is None or type(order) is not str or order not in _ORDERS:
        return False
    return _ORDERS[order](one, other)


def _version(text: Any) -> list[float] | None:
    parts = text.split(".") if type(text) is str else []
    found = [_VERSION_PART.match(part) for part in parts]
    # As numbers of any size: float() takes digits that int() refuses.
    numbers = [float(match[1]) for match in found if match]
    if not parts or len(numbers) != len(parts) or len(parts) > 3:
        return None
    return numbers + [0.0] * (3 - len(numbers))


def _on_text(change: Callable[[str], str]) -> Callable[[Any], str | None]:
    return lambda value: change(value) if type(value) is str else None


def _titlecase(text: str) -> str:
    return " ".join(word[:1].upper() + word[1:] for word in text.split(" "))


def _bool(value: Any) -> bool:
    return bool(value) and value != "false"


def _string(value: Any) -> str:
    if value is None:
        return ""
    return value if type(value) is str else text_of(value)


def _number(value: Any) -> float | None:
    if type(value) is int or type(value) is float:
        return value
    if type(value) is str and _NUMBER.fullmatch(value):
        return float(value)
    return None
