"""The parts of a condition, as the parser builds them and the evaluator compiles them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Literal:
    """A string, number, bool or null."""

    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Path:
    """A field of the event, by the names of the objects that hold it and its own."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list, written out."""

    items: tuple[Literal | Path, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A function of `functions.ARITY`, with as many arguments as it takes."""

    name: str
    arguments: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two operands, compared by `operator`: = != > >= < <= or in; the right side of `in` is a list or a path."""

    operator: str
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a condition."""

    condition: Expression


@dataclass(frozen=True, slots=True)
class Both:
    """True when every one of two or more conditions is."""

    conditions: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """True when any of two or more conditions is."""

    conditions: tuple[Expression, ...]


Operand = Literal | Path | ListOf | Call
Expression = Operand | Comparison | Not | Both | Either
