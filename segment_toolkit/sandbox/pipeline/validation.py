"""JSON Schema draft-07 for tracking plans: is a schema sound, and what in an event is against it.

Source: Segment docs, "Create a Tracking Plan" (draft-07; no negative look-ahead). Nothing is ever fetched for a
`$ref`. That Segment refuses, or does not judge by, references that fork and double the work each time is assumed.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft7Validator, FormatChecker, SchemaError
from jsonschema.protocols import Validator
from referencing import Registry
from referencing.exceptions import Unresolvable

from segment_toolkit.sandbox.pipeline.precheck import is_date_time
from segment_toolkit.sandbox.pipeline.violations import Finding
from segment_toolkit.sandbox.pipeline.wording import dialect, finding_of
from segment_toolkit.sandbox.wire import Json

#: References that are followed for one event.
MOST_REFERENCES = 2_000

# What jsonschema raises over a schema that passed its own check: endless or very deep recursion, a reference
# into nothing, numbers too big for a float or for text, and a TypeError of its own over `items: true` with
# `additionalItems`.
_GIVES_UP = (RecursionError, Unresolvable, OverflowError, ValueError, TypeError, re.error)


def schema_problem(schema: object) -> str | None:
    """Tell what is wrong with a schema, quoting no value, or None. Look-ahead is not looked for here."""
    if not isinstance(schema, dict):
        return "must be an object"
    try:
        with warnings.catch_warnings():
            # Python warns of patterns it may read differently one day.
            warnings.simplefilter("ignore")
            Draft7Validator.check_schema(schema)
    except SchemaError as error:
        return f"is no draft-07 JSON Schema: {error.json_path} fails {error.validator}"
    except _GIVES_UP:
        return "is no draft-07 JSON Schema that can be read"
    return "may hold only local references, which begin with #" if _is_remote(schema) else _endless(schema)


def has_look_ahead(schema: object) -> bool:
    """Tell whether a pattern anywhere in a schema holds a negative look-ahead."""
    patterns = (node.get("pattern") for node in _objects(schema))
    return any(isinstance(pattern, str) and "(?!" in pattern for pattern in patterns)


def validator_of(schema: Json) -> Validator:
    """Make the validator of a schema that `schema_problem` finds nothing wrong with, good for one event."""
    made: Validator = dialect()(_of_no_dialect(schema), registry=Registry(), format_checker=_Carried())
    return made


class _Carried(FormatChecker):
    """What jsonschema hands on to every part of a schema: formats, and how many references may still be followed."""

    def __init__(self) -> None:
        super().__init__(formats=())
        self.checks("date-time")(is_date_time)
        self._left = MOST_REFERENCES

    def follow(self) -> None:
        """Count one reference. Raises _TooMany."""
        self._left -= 1
        if self._left < 0:
            raise _TooMany


class _TooMany(ValueError):
    """The schema's references lead on and on."""


def _of_no_dialect(schema: Any) -> Any:
    """Leave `$schema` out: where jsonschema finds one, it goes on by its own keywords instead of these."""
    if isinstance(schema, list):
        return [_of_no_dialect(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept = (name for name in schema if name != "$schema" or not isinstance(schema[name], str))
    return {name: _of_no_dialect(schema[name]) for name in kept}


def findings(validator: Validator, event: Json) -> tuple[Finding, ...]:
    """List what in an event is against the schema; nothing, when the schema cannot be followed (assumed)."""
    try:
        fresh = validator.evolve(format_checker=_Carried())
        return tuple(dict.fromkeys(finding_of(error) for error in fresh.iter_errors(event)))
    except _GIVES_UP:
        return ()


def _endless(schema: Json) -> str | None:
    try:
        validator_of(schema).is_valid({})
    except RecursionError:
        return "refers to itself without end"
    except _TooMany:
        return "refers to too much"
    except _GIVES_UP:
        return "refers to what it does not hold"
    return None


def _is_remote(schema: Json) -> bool:
    references = (node.get("$ref") for node in _objects(schema))
    return any(isinstance(reference, str) and not reference.startswith("#") for reference in references)


def _objects(schema: object) -> Iterator[Json]:
    """Every object within a schema, at any depth and without recursion."""
    waiting = [schema]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
