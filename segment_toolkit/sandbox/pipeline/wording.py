"""What jsonschema finds, in Segment's words.

Source: Segment docs, "Forward Violations" and "Protocols FAQ". The messages shown there ("Invalid type. Expected:
..., given: ...", "Must validate all the schemas", 'Must validate "then" as "if" was valid') are those of the Go
library gojsonschema, save that a required field is named with its whole path. That the other messages are that
library's too, and that types are its error names in title case, is assumed. A message may hold text of the rule,
never a value of the event.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from jsonschema import Draft7Validator, ValidationError, validators
from jsonschema.protocols import Validator

from segment_toolkit.sandbox.pipeline.patterns import Pattern
from segment_toolkit.sandbox.pipeline.violations import Finding, Violation, field_of
from segment_toolkit.sandbox.wire import Json

# By keyword: the type, and the description with what may stand in it.
_WORDS: Mapping[str, tuple[str, str]] = {
    "required": ("Required", "{field} is required"),
    "type": ("Invalid Type", "Invalid type. Expected: {expected}, given: {given}"),
    "enum": ("Enum", "{field} must be one of the following: {values}"),
    "const": ("Const", "{field} does not match: {value}"),
    "pattern": ("Pattern", "Does not match pattern '{text}'"),
    "format": ("Format", "Does not match format '{text}'"),
    "minLength": ("String Gte", "String length must be greater than or equal to {value}"),
    "maxLength": ("String Lte", "String length must be less than or equal to {value}"),
    "minimum": ("Number Gte", "Must be greater than or equal to {value}"),
    "maximum": ("Number Lte", "Must be less than or equal to {value}"),
    "exclusiveMinimum": ("Number Gt", "Must be greater than {value}"),
    "exclusiveMaximum": ("Number Lt", "Must be less than {value}"),
    "multipleOf": ("Multiple Of", "Must be a multiple of {value}"),
    "minItems": ("Array Min Items", "Array must have at least {value} items"),
    "maxItems": ("Array Max Items", "Array must have at most {value} items"),
    "additionalItems": ("Array No Additional Items", "No additional items allowed on array"),
    "uniqueItems": ("Unique", "Array items must be unique"),
    "contains": ("Contains", "At least one of the items must match"),
    "minProperties": ("Array Min Properties", "Must have at least {value} properties"),
    "maxProperties": ("Array Max Properties", "Must have at most {value} properties"),
    "additionalProperties": ("Additional Property Not Allowed", "Additional property {key} is not allowed"),
    "propertyNames": ("Invalid Property Name", "Property name does not match"),
    "dependencies": ("Missing Dependency", "Has a dependency that is missing"),
    "anyOf": ("Number Any Of", "Must validate at least one schema (anyOf)"),
    "oneOf": ("Number One Of", "Must validate one and only one schema (oneOf)"),
    "allOf": ("Number All Of", "Must validate all the schemas"),
    "not": ("Number Not", "Must not validate the schema (not)"),
    "then": ("Condition Then", 'Must validate "then" as "if" was valid'),
    "else": ("Condition Else", 'Must validate "else" as "if" was not valid'),
    "false": ("False", "False always fails validation"),
}
_TYPES: Mapping[type, str] = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    str: "string",
    list: "array",
    dict: "object",
}


def finding_of(error: ValidationError) -> Finding:
    """Translate one error; raises ValueError for a rule with a number too long to write."""
    path = tuple(error.absolute_path)
    # jsonschema names no keyword where the schema is false.
    type_, template = _WORDS[error.validator if isinstance(error.validator, str) else "false"]
    return Finding(path, Violation(type_, field_of(path), template.format_map(_Details(error))))


class _Details(dict[str, str]):
    """What a description may name, made when it does."""

    def __init__(self, error: ValidationError) -> None:
        super().__init__()
        self.error = error

    def __missing__(self, name: str) -> str:
        path = self.error.absolute_path
        value: Any = self.error.validator_value
        match name:
            case "field":
                return field_of(tuple(path))
            case "key":
                return str(path[-1])
            case "expected":
                return f"[{','.join(value)}]" if isinstance(value, list) and len(value) > 1 else _first(value)
            case "given":
                return _type_of(self.error.instance)
            case "values":
                return ", ".join(map(json.dumps, value))
            case "value":
                return json.dumps(value)
            case _:
                return str(value)


def _first(value: object) -> str:
    return str(value[0]) if isinstance(value, list) and value else str(value)


def _type_of(value: object) -> str:
    if isinstance(value, float):
        return "integer" if value.is_integer() else "number"
    return _TYPES[type(value)]


def dialect() -> type[Validator]:
    """Draft-07 whose errors name the very field, and which reports a failed combination beside its causes."""
    matching = _Matching()
    keywords = {
        "$ref": _reference,
        "required": _required,
        "properties": _properties,
        "pattern": matching.pattern,
        "patternProperties": matching.pattern_properties,
        "additionalProperties": matching.additional,
        "uniqueItems": _unique,
        "allOf": _all_of,
        "if": _if,
    }
    extend: Callable[..., type[Validator]] = validators.extend
    return extend(Draft7Validator, keywords)


# The validators below are Any: the protocol lacks `descend`, which is what keywords are written with.
class _Matching:
    """The keywords that match patterns, each pattern read once."""

    def __init__(self) -> None:
        self._patterns: dict[str, Pattern] = {}

    def _fits(self, source: str, text: str) -> bool:
        if source not in self._patterns:
            self._patterns[source] = Pattern(source)
        return self._patterns[source].fits(text)

    def pattern(self, _: Any, source: str, instance: Any, __: Any) -> Iterator[ValidationError]:
        if isinstance(instance, str) and not self._fits(source, instance):
            yield ValidationError("pattern")

    def pattern_properties(self, validator: Any, patterns: Any, instance: Any, _: Any) -> Iterator[ValidationError]:
        for source, part in patterns.items() if isinstance(instance, dict) else ():
            for name in instance:
                if self._fits(source, name):
                    yield from _member(validator, instance, name, part)

    def additional(self, validator: Any, rest: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        if rest is True or not isinstance(instance, dict):
            return
        named, sources = schema.get("properties", {}), tuple(schema.get("patternProperties", ()))
        for name in instance:
            if name in named or any(self._fits(source, name) for source in sources):
                continue
            if rest is False:
                yield ValidationError("additionalProperties", path=(name,))
            else:
                yield from _member(validator, instance, name, rest)


def _reference(validator: Any, reference: str, instance: Any, schema: Any) -> Iterator[ValidationError]:
    validator.format_checker.follow()
    yield from Draft7Validator.VALIDATORS["$ref"](validator, reference, instance, schema)


def _required(_: Any, names: list[str], instance: Any, __: Any) -> Iterator[ValidationError]:
    for name in names if isinstance(instance, dict) else ():
        if name not in instance:
            yield ValidationError("required", path=(name,))


def _properties(validator: Any, properties: Any, instance: Any, _: Any) -> Iterator[ValidationError]:
    for name, part in properties.items() if isinstance(instance, dict) else ():
        if name in instance:
            yield from _member(validator, instance, name, part)


def _member(validator: Any, instance: Json, name: str, part: Any) -> Iterator[ValidationError]:
    """Descend into a member, as `descend` does, which forgets the member's name where the schema is false."""
    if part is False:
        yield ValidationError("false", validator="false", path=(name,))
    else:
        yield from validator.descend(instance[name], part, path=name)


def _unique(_: Any, wanted: bool, instance: Any, __: Any) -> Iterator[ValidationError]:
    """Compare items as text: jsonschema compares every pair of a mixed list, seconds for one event."""
    if wanted and isinstance(instance, list):
        texts = {json.dumps(_whole(item), sort_keys=True) for item in instance}
        if len(texts) < len(instance):
            yield ValidationError("uniqueItems")


def _whole(item: Any) -> Any:
    """1.0 is 1; within a nested item it is not (a shortcut of ours)."""
    return int(item) if isinstance(item, float) and item.is_integer() else item


def _all_of(validator: Any, schemas: list[Any], instance: Any, _: Any) -> Iterator[ValidationError]:
    causes = [error for part in schemas for error in validator.descend(instance, part)]
    yield from _with_cause(causes, "allOf")


def _if(validator: Any, condition: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    branch = "then" if validator.evolve(schema=condition).is_valid(instance) else "else"
    yield from _with_cause(validator.descend(instance, schema.get(branch, True)), branch)


def _with_cause(causes: Iterable[ValidationError], keyword: str) -> Iterator[ValidationError]:
    failed = False
    for cause in causes:
        failed = True
        yield cause
    if failed:
        yield ValidationError(keyword, validator=keyword)
