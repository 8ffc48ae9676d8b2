"""Draft-07 as a tracking plan's rules are judged here: it names the very member, and always comes to an end.

jsonschema alone does not: Python's `re` can take for ever over a pattern, references that fork double the work each
time, and unlike items of a list are compared pair by pair. Here each event has so much work for each rule, and no more.
Source: Segment documentation, "Create a Tracking Plan" (draft-07).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jsonschema import Draft7Validator, FormatChecker, ValidationError, validators
from jsonschema.exceptions import SchemaError
from referencing import Registry
from referencing.exceptions import Unresolvable

from .patterns import Pattern

#: What jsonschema and patterns raise over schemas that cannot be followed.
GIVES_UP = (RecursionError, Unresolvable, OverflowError, ValueError, TypeError)
#: What one rule may cost for one event, in steps of about a microsecond (our choice).
MOST_STEPS = 200_000
_STEPS_A_REFERENCE = 50


class TooMuch(Exception):
    """Judging takes longer than anybody should wait."""


class Work(FormatChecker):
    """The formats that are judged, and the work that is left: jsonschema hands it on to every part of a schema."""

    def __init__(self) -> None:
        super().__init__(formats=())
        self.checks("date-time")(_is_date_time)
        self._left = MOST_STEPS

    def spend(self, steps: int) -> None:
        """Raises TooMuch when nothing is left."""
        self._left -= steps
        if self._left < 0:
            raise TooMuch


class Judge:
    """A rule's schema, ready to judge events. Raises ValueError for one that cannot be read."""

    def __init__(self, schema: Any) -> None:
        if not isinstance(schema, dict):
            raise ValueError("no object")
        try:
            Draft7Validator.check_schema(schema)
        except SchemaError:
            raise ValueError("no schema") from None
        self._schema = _undeclared(schema)
        self._dialect = _Dialect().made()

    def errors(self, event: Mapping[str, Any]) -> Iterator[ValidationError]:
        """What in the event is against the schema. Raises TooMuch, and what is in GIVES_UP."""
        # An empty registry: nothing is ever fetched for a $ref.
        validator = self._dialect(self._schema, registry=Registry(), format_checker=Work())
        yield from validator.iter_errors(event)


def _undeclared(schema: Any) -> Any:
    """The schema without `$schema`: where jsonschema meets one, it goes on by its own dialect instead of ours."""
    if isinstance(schema, dict):
        return {
            name: _undeclared(part) for name, part in schema.items() if name != "$schema" or not isinstance(part, str)
        }
    return list(map(_undeclared, schema)) if isinstance(schema, list) else schema


class _Dialect:
    """The keywords that differ from jsonschema's, and the patterns of one rule, each parsed once."""

    def __init__(self) -> None:
        self._patterns: dict[str, Pattern] = {}

    def made(self) -> Any:
        extend: Callable[..., Any] = validators.extend
        return extend(
            Draft7Validator,
            {
                "$ref": _reference,
                "required": _required,
                "uniqueItems": _unique,
                "pattern": self._pattern,
                "patternProperties": self._pattern_properties,
                "additionalProperties": self._additional,
            },
        )

    def _matches(self, validator: Any, source: str, text: str) -> bool:
        pattern = self._patterns.get(source)
        if pattern is None:
            pattern = self._patterns[source] = Pattern(source)
        return pattern.is_in(text, validator.format_checker.spend)

    def _pattern(self, validator: Any, source: str, instance: Any, _: Any) -> Iterator[ValidationError]:
        if isinstance(instance, str) and not self._matches(validator, source, instance):
            yield ValidationError("pattern")

    def _pattern_properties(self, validator: Any, parts: Any, instance: Any, _: Any) -> Iterator[ValidationError]:
        for source, part in parts.items() if isinstance(instance, dict) else ():
            for name in instance:
                if self._matches(validator, source, name):
                    yield from validator.descend(instance[name], part, path=name)

    def _additional(self, validator: Any, rest: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        if not isinstance(instance, dict):
            return
        named, sources = schema.get("properties", {}), list(schema.get("patternProperties", ()))
        for name in instance:
            if name in named or any(self._matches(validator, source, name) for source in sources):
                continue
            if rest is False:
                yield ValidationError("additionalProperties", validator="additionalProperties", path=(name,))
            elif isinstance(rest, dict):
                yield from validator.descend(instance[name], rest, path=name)


def _reference(validator: Any, reference: str, instance: Any, schema: Any) -> Iterator[ValidationError]:
    validator.format_checker.spend(_STEPS_A_REFERENCE)
    yield from Draft7Validator.VALIDATORS["$ref"](validator, reference, instance, schema)


def _required(_: Any, names: Any, instance: Any, __: Any) -> Iterator[ValidationError]:
    for name in names if isinstance(instance, dict) else ():
        if name not in instance:
            yield ValidationError("required", validator="required", path=(name,))


def _unique(_: Any, wanted: bool, instance: Any, __: Any) -> Iterator[ValidationError]:
    if wanted and isinstance(instance, list) and len(set(map(_hashable, instance))) < len(instance):
        yield ValidationError("uniqueItems")


def _hashable(value: Any) -> Any:
    """Equal for what JSON Schema calls equal: 1 and 1.0 are, 1 and true are not."""
    if isinstance(value, dict):
        return dict, frozenset((name, _hashable(item)) for name, item in value.items())
    if isinstance(value, list):
        return list, tuple(map(_hashable, value))
    return isinstance(value, bool), value


def _is_date_time(value: object) -> bool:
    from datetime import datetime

    if not isinstance(value, str):
        return True
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True
