"""Values of an event as FQL sees them: their types, when two are equal, and their text.

Equality is strict. Lists and objects are equal when their JSON texts are: same members in the same order.
That an object's type is called "object", and that numbers are compared exactly however large, is assumed.

Source: Segment docs, "Destination Filter Query Language"; Segment's open-source engine `@segment/tsub`.
"""

from __future__ import annotations

import json
from typing import Any

_TYPES = {bool: "bool", int: "number", float: "number", str: "string", list: "list", dict: "object"}


def type_of(value: Any) -> str:
    """Name the type: "string", "number", "list", "bool", "null" or "object"."""
    return _TYPES.get(type(value), "null")


def is_number(value: Any) -> bool:
    """Tell whether a value is a number, which true and false are not."""
    return type(value) is int or type(value) is float


def equal_scalars(left: Any, right: Any) -> bool:
    """Compare two values that are no lists or objects; where one of them is, they are not equal."""
    if type(left) is type(right):
        return type(left) not in (list, dict) and bool(left == right)
    return is_number(left) and is_number(right) and bool(left == right)


def equal(left: Any, right: Any) -> bool:
    """Compare any two values, however deep."""
    pending = [(left, right)]
    while pending:
        one, other = pending.pop()
        if type(one) is list and type(other) is list:
            if len(one) != len(other):
                return False
            pending.extend(zip(one, other, strict=True))
        elif type(one) is dict and type(other) is dict:
            if list(one) != list(other):
                return False
            pending.extend(zip(one.values(), other.values(), strict=True))
        elif not equal_scalars(one, other):
            return False
    return True


def text_of(value: Any) -> str:
    """Write a value as compact JSON; a whole number has no decimal point. What has no JSON text counts as null."""
    if type(value) is float and value.is_integer() and abs(value) < 1e21:
        value = int(value)
    try:
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except (ValueError, RecursionError):  # not finite, too many digits, or deeper than Python writes
        return "null"
