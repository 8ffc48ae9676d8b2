"""From the syntax tree to closures: compiled once, then called on every event.

A field that is not there counts as null. A condition holds only when it comes to literally `true`; any other
value is as good as false, also under `and`, `or` and `!`. The elements of a list cannot be addressed by a path.

Where a comparison makes no sense at all (`in` something that is neither a list nor null) the evaluation faults,
and a filter then drops the event. That null counts as an empty list there is assumed.

Source: Segment docs, "Destination Filter Query Language"; Segment's open-source engine `@segment/tsub`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from segment_toolkit.sandbox.fql.functions import function
from segment_toolkit.sandbox.fql.glob import compile_glob
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
    Operand,
    Path,
)
from segment_toolkit.sandbox.fql.values import equal, equal_scalars, is_number
from segment_toolkit.sandbox.wire import Json

MATCHES_ALL = "all"

Test = Callable[[Json], bool]
Value = Callable[[Json], Any]

_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


class EvaluationFault(Exception):
    """The condition makes no sense for this event."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A compiled condition: call it with an event to learn whether it holds.

    `test` is the same, except that it raises EvaluationFault where a call returns False.
    """

    text: str
    test: Test = field(repr=False, compare=False)

    def __call__(self, event: Json) -> bool:
        """Tell whether the condition holds for an event. Never raises."""
        try:
            return self.test(event)
        except EvaluationFault:
            return False


def compile_fql(text: str) -> Condition:
    """Compile a condition; `all` holds for every event. Raises InvalidFql."""
    if text.strip() == MATCHES_ALL:
        return Condition(text, lambda _: True)
    return Condition(text, _test(parse(text)))


def _test(node: Expression) -> Test:
    match node:
        case Comparison():
            return _comparison(node)
        case Both(conditions):
            return _both(tuple(map(_test, conditions)))
        case Either(conditions):
            return _either(tuple(map(_test, conditions)))
        case Not(condition):
            holds = _test(condition)
            return lambda event: not holds(event)
        case _:
            value = _value(node)
            return lambda event: value(event) is True


def _both(tests: tuple[Test, ...]) -> Test:
    if len(tests) == 2:
        first, second = tests
        return lambda event: first(event) and second(event)

    def test(event: Json) -> bool:
        for each in tests:  # noqa: SIM110  a loop takes half the time of all()
            if not each(event):
                return False
        return True

    return test


def _either(tests: tuple[Test, ...]) -> Test:
    if len(tests) == 2:
        first, second = tests
        return lambda event: first(event) or second(event)

    def test(event: Json) -> bool:
        for each in tests:  # noqa: SIM110  a loop takes half the time of any()
            if each(event):
                return True
        return False

    return test


def _comparison(node: Comparison) -> Test:
    if node.operator == "in":
        return _membership(node)
    left, right = _value(node.left), _value(node.right)
    if node.operator in _ORDERS:
        return _order(_ORDERS[node.operator], left, right)
    equals = _equality(node, left, right)
    if node.operator == "=":
        return equals
    return lambda event: not equals(event)


def _order(holds: Callable[[Any, Any], bool], left: Value, right: Value) -> Test:
    def test(event: Json) -> bool:
        one, other = left(event), right(event)
        return is_number(one) and is_number(other) and holds(one, other)

    return test


def _equality(node: Comparison, left: Value, right: Value) -> Test:
    match node:
        case Comparison(_, operand, Literal(str(text))) | Comparison(_, Literal(str(text)), operand):
            value = _value(operand)  # a string equals nothing but a string, so that Python's own == will do
            return lambda event: bool(value(event) == text)
        case Comparison(_, operand, Literal(constant)) | Comparison(_, Literal(constant), operand):
            value = _value(operand)
            return lambda event: equal_scalars(value(event), constant)
        case _:
            return lambda event: equal(left(event), right(event))


def _membership(node: Comparison) -> Test:
    value = _value(node.left)
    if isinstance(node.right, ListOf) and all(isinstance(item, Literal) for item in node.right.items):
        return _in_constants(value, [item.value for item in node.right.items if isinstance(item, Literal)])
    members = _value(node.right)

    def test(event: Json) -> bool:
        found = members(event)
        if type(found) is list:
            return _among(value(event), found)
        if found is None:
            return False
        raise EvaluationFault

    return test


def _in_constants(value: Value, constants: list[Any]) -> Test:
    texts = frozenset(constant for constant in constants if type(constant) is str)
    others = [constant for constant in constants if type(constant) is not str]

    def test(event: Json) -> bool:
        found = value(event)
        return found in texts if type(found) is str else _among(found, others)

    return test


def _among(value: Any, members: list[Any]) -> bool:
    if type(value) is str:  # equals nothing but a string
        return value in members
    return any(equal_scalars(value, member) for member in members)


def _value(node: Operand) -> Value:
    match node:
        case Literal(constant):
            return lambda _: constant
        case Path(names):
            return _path(names)
        case ListOf(items):
            values = tuple(map(_value, items))
            return lambda event: [value(event) for value in values]
        case Call("match", (operand, Literal(str(pattern)))):
            return _fixed_match(_value(operand), compile_glob(pattern))
        case Call(name, arguments):
            return _call(function(name), tuple(map(_value, arguments)))


def _path(names: tuple[str, ...]) -> Value:
    if len(names) == 1:
        (name,) = names
        return lambda event: event.get(name)

    def value(event: Json) -> Any:
        found: Any = event
        for name in names:
            if type(found) is not dict:
                return None
            found = found.get(name)
        return found

    return value


def _fixed_match(value: Value, fits: Callable[[str], bool]) -> Value:
    def matched(event: Json) -> bool:
        text = value(event)
        return type(text) is str and fits(text)

    return matched


def _call(apply: Callable[..., Any], values: tuple[Value, ...]) -> Value:
    if len(values) == 1:
        (value,) = values
        return lambda event: apply(value(event))
    return lambda event: apply(*[value(event) for value in values])
