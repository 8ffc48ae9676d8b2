"""The JSON that Segment's open-source engine evaluates, made from our syntax tree."""

from __future__ import annotations

from typing import Any

from segment_toolkit.sandbox.fql.parser import parse
from segment_toolkit.sandbox.fql.syntax import (
    Both,
    Call,
    Comparison,
    Either,
    Expression,
    ListOf,
    Literal,
    Not,
    Path,
)


def to_ir(text: str) -> Any:
    """Translate a condition: a value is {"value": ...}, a path its text, anything else [name, operand, ...].

    Raises InvalidFql.
    """
    return _ir(parse(text))


def _ir(node: Expression) -> Any:
    match node:
        case Literal(value):
            return {"value": value}
        case Path(names):
            return ".".join(names)
        case ListOf(items):
            return {"value": [_ir(item) for item in items]}
        case Call(name, arguments):
            return [name, *map(_ir, arguments)]
        case Comparison(operator, left, right):
            return [operator, _ir(left), _ir(right)]
        case Not(condition):
            return ["!", _ir(condition)]
        case Both(conditions):
            return _nested("and", conditions)
        case Either(conditions):
            return _nested("or", conditions)


def _nested(word: str, conditions: tuple[Expression, ...]) -> Any:
    """Nest to the right, as the rules do that Segment's own compiler writes."""
    first, *rest = conditions
    return [word, _ir(first), _nested(word, tuple(rest))] if rest else _ir(first)
