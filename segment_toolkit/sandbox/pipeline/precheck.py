"""A quick yes for JSON Schemas of the common kind: compiled once to closures, then a few microseconds an event.

jsonschema takes hundreds of microseconds for an event; nearly all events fit, so most never reach it. The
check covers a subset of draft-07 and answers for JSON values only (the exact types the JSON reader makes).
Outside the subset there is no check, and jsonschema is asked about every event.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import NoneType
from typing import Any

from segment_toolkit.sandbox.instants import parse_instant
from segment_toolkit.sandbox.pipeline.patterns import Pattern

Check = Callable[[Any], bool]

#: Keywords that send a whole schema to jsonschema; `$ref` because of recursion, the others because they are rare.
OUTSIDE = frozenset(
    {"$ref", "additionalItems", "const", "contains", "dependencies", "if", "maxProperties", "minProperties"}
    | {"multipleOf", "patternProperties", "propertyNames", "uniqueItems"}
)

_TYPES: Mapping[str, frozenset[type]] = {
    "array": frozenset({list}),
    "boolean": frozenset({bool}),
    "integer": frozenset({int}),
    "null": frozenset({NoneType}),
    "number": frozenset({int, float}),
    "object": frozenset({dict}),
    "string": frozenset({str}),
}
_MISSING = object()


class _Outside(Exception):
    """The schema says more than the quick check understands."""


def is_date_time(value: object) -> bool:
    """Tell whether a value passes `format: date-time`: not a string, or ISO 8601 (date alone allowed: assumed)."""
    return not isinstance(value, str) or parse_instant(value) is not None


def compile_check(schema: object) -> Check | None:
    """Compile a valid draft-07 schema; None when it is outside the subset. Patterns must be sound."""
    try:
        return _check(schema)
    except (_Outside, RecursionError):
        return None


def _check(schema: object) -> Check:
    if isinstance(schema, bool):
        return _always if schema else _never
    if not isinstance(schema, dict) or not OUTSIDE.isdisjoint(schema):
        raise _Outside
    checks = [check for compile_part in _PARTS for check in compile_part(schema)]
    return checks[0] if len(checks) == 1 else partial(_all, tuple(checks))


def _always(_: Any) -> bool:
    return True


def _never(_: Any) -> bool:
    return False


def _all(checks: tuple[Check, ...], value: Any) -> bool:
    # A generator for all() would double the cost.
    for check in checks:  # noqa: SIM110
        if not check(value):
            return False
    return True


def _types(schema: dict[str, Any]) -> list[Check]:
    if "type" not in schema:
        return []
    named = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    types = frozenset[type]().union(*(_TYPES[name] for name in named))
    # 1.0 is an integer since draft-06.
    whole = "integer" in named and float not in types

    def check(value: Any) -> bool:
        return type(value) in types or (whole and type(value) is float and value.is_integer())

    return [check]


def _enum(schema: dict[str, Any]) -> list[Check]:
    if "enum" not in schema:
        return []
    if any(isinstance(value, dict | list) for value in schema["enum"]):
        raise _Outside
    # true is not 1 in JSON, but is in Python.
    allowed = {(type(value) is bool, value) for value in schema["enum"]}

    def check(value: Any) -> bool:
        return not isinstance(value, dict | list) and (type(value) is bool, value) in allowed

    return [check]


def _text(schema: dict[str, Any]) -> list[Check]:
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength", float("inf"))
    matches = Pattern(schema["pattern"]).fits if "pattern" in schema else None
    dated = schema.get("format") == "date-time"
    if shortest == 0 and "maxLength" not in schema and matches is None and not dated:
        return []

    def check(value: Any) -> bool:
        return type(value) is not str or (
            shortest <= len(value) <= longest
            and (matches is None or matches(value))
            and (not dated or parse_instant(value) is not None)
        )

    return [check]


def _numbers(schema: dict[str, Any]) -> list[Check]:
    given = [(schema[name], fails) for name, fails in _BOUNDS.items() if name in schema]
    if not given:
        return []

    def check(value: Any) -> bool:
        return type(value) not in _TYPES["number"] or not any(fails(value, bound) for bound, fails in given)

    return [check]


_BOUNDS: Mapping[str, Callable[[float, float], bool]] = {
    "minimum": lambda value, bound: value < bound,
    "maximum": lambda value, bound: value > bound,
    "exclusiveMinimum": lambda value, bound: value <= bound,
    "exclusiveMaximum": lambda value, bound: value >= bound,
}


def _arrays(schema: dict[str, Any]) -> list[Check]:
    if schema.keys().isdisjoint({"items", "minItems", "maxItems"}):
        return []
    if isinstance(schema.get("items"), list):
        raise _Outside
    item = _check(schema.get("items", True))
    fewest, most = schema.get("minItems", 0), schema.get("maxItems", float("inf"))

    def check(value: Any) -> bool:
        if type(value) is not list:
            return True
        if not fewest <= len(value) <= most:
            return False
        for element in value:  # noqa: SIM110
            if not item(element):
                return False
        return True

    return [check]


def _objects(schema: dict[str, Any]) -> list[Check]:
    if schema.keys().isdisjoint({"properties", "required", "additionalProperties"}):
        return []
    required = tuple(schema.get("required", ()))
    named = schema.get("properties", {})
    properties = tuple((name, _check(part)) for name, part in named.items())
    extra = _extra(schema, frozenset(named))

    def check(value: Any) -> bool:
        if type(value) is not dict:
            return True
        for name in required:
            if name not in value:
                return False
        for name, fits in properties:
            inner = value.get(name, _MISSING)
            if inner is not _MISSING and not fits(inner):
                return False
        return extra is None or extra(value)

    return [check]


def _extra(schema: dict[str, Any], named: frozenset[str]) -> Check | None:
    if schema.get("additionalProperties", True) is True:
        return None
    fits = _check(schema["additionalProperties"])

    def check(value: Any) -> bool:
        return all(fits(value[name]) for name in value.keys() - named)

    return check


def _combined(schema: dict[str, Any]) -> list[Check]:
    checks: list[Check] = []
    if "allOf" in schema:
        checks.append(partial(_all, tuple(map(_check, schema["allOf"]))))
    if "anyOf" in schema:
        any_of = tuple(map(_check, schema["anyOf"]))
        checks.append(lambda value: any(check(value) for check in any_of))
    if "oneOf" in schema:
        one_of = tuple(map(_check, schema["oneOf"]))
        checks.append(lambda value: sum(check(value) for check in one_of) == 1)
    if "not" in schema:
        negated = _check(schema["not"])
        checks.append(lambda value: not negated(value))
    return checks


_PARTS = (_types, _enum, _text, _numbers, _arrays, _objects, _combined)
