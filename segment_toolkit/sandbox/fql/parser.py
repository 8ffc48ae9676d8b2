"""From tokens to the syntax tree, by recursive descent.

    expression = both { "or" both } ;       both    = unary { "and" unary } ;
    unary      = "!" unary | primary ;      primary = "(" expression ")" | operand [ operator operand ] ;
    operand    = literal | path | list | name "(" [ operand { "," operand } ] ")" ;
    list       = "[" [ ( literal | path ) { "," ( literal | path ) } ] "]" ;

That `and` binds closer than `or` is assumed, as is the limit on nesting; that a list may hold paths is taken
from the tests of Segment's open-source engine `@segment/tsub`.
Source: Segment docs, "Destination Filter Query Language".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from segment_toolkit.sandbox.fql.functions import ARITY
from segment_toolkit.sandbox.fql.lexer import InvalidFql, Token, tokens
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

Part = TypeVar("Part")

# Parentheses, negations and calls inside each other: a bound on the stack that parsing and evaluating take.
MAX_NESTING = 50

_OPERATORS = frozenset({"=", "!=", ">", ">=", "<", "<=", "in"})
_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_A_VALUE = "a path, a value, a list or a function"


def parse(text: str) -> Expression:
    """Read a condition. Raises InvalidFql."""
    parser = _Parser(tokens(text))
    expression = parser.expression()
    parser.take("end", expected="an operator, 'and', 'or' or the end")
    return expression


class _Parser:
    """A place in the tokens; every method reads what it is named after, and moves on."""

    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._next = 0
        self._depth = 0

    @property
    def upcoming(self) -> Token:
        return self._tokens[self._next]

    def take(self, kind: str, *, expected: str) -> Token:
        token = self.upcoming
        if token.kind != kind:
            raise InvalidFql(token.at, f"found {token}", expected)
        self._next += 1
        return token

    def expression(self) -> Expression:
        conditions = self._joined("or", self._both)
        return conditions[0] if len(conditions) == 1 else Either(conditions)

    def _both(self) -> Expression:
        conditions = self._joined("and", self._unary)
        return conditions[0] if len(conditions) == 1 else Both(conditions)

    def _joined(self, word: str, part: Callable[[], Expression]) -> tuple[Expression, ...]:
        conditions = [part()]
        while self._skip(word):
            conditions.append(part())
        return tuple(conditions)

    def _unary(self) -> Expression:
        token = self.upcoming
        if self._skip("!"):
            return Not(self._inside(token, self._unary))
        if self._skip("("):
            condition = self._inside(token, self.expression)
            self.take(")", expected="'and', 'or' or ')'")
            return condition
        return self._comparison()

    def _comparison(self) -> Expression:
        left = self._operand("a condition")
        operator = self.upcoming
        if operator.kind not in _OPERATORS:
            return left
        self._next += 1
        place = self.upcoming.at
        right = self._operand(_A_VALUE)
        if operator.kind == "in" and not isinstance(right, ListOf | Path):
            raise InvalidFql(place, "no list after 'in'", "a list such as ['a', 'b'], or a path to one")
        return Comparison(operator.kind, left, right)

    def _operand(self, expected: str) -> Operand:
        token = self.upcoming
        if token.kind == "[":
            return ListOf(self._sequence("[", "]", self._item))
        if token.kind == "name" and self._tokens[self._next + 1].kind == "(":
            return self._inside(token, self._call)
        return self._item(expected)

    def _call(self) -> Call:
        name = self.take("name", expected="a function")
        arity = ARITY.get(str(name.value))
        if arity is None:
            raise InvalidFql(name.at, f"there is no function {str(name)[9:]}", f"one of {', '.join(ARITY)}")
        arguments = self._sequence("(", ")", lambda: self._operand(_A_VALUE))
        if len(arguments) != arity:
            problem = f"{name.value}() has {len(arguments)} argument{'' if len(arguments) == 1 else 's'}"
            raise InvalidFql(name.at, problem, str(arity))
        return Call(str(name.value), arguments)

    def _item(self, expected: str = "a value or a path") -> Literal | Path:
        token = self.upcoming
        if token.kind == "name":
            return self._path()
        if token.kind in _CONSTANTS:
            self._next += 1
            return Literal(_CONSTANTS[token.kind])
        if token.kind not in ("string", "number"):
            raise InvalidFql(token.at, f"found {token}", expected)
        self._next += 1
        return Literal(token.value)

    def _path(self) -> Path:
        names = [str(self.take("name", expected="a name").value)]
        while self._skip("."):
            names.append(str(self.take("name", expected="a name").value))
        return Path(tuple(names))

    def _sequence(self, opening: str, closing: str, part: Callable[[], Part]) -> tuple[Part, ...]:
        self.take(opening, expected=f"'{opening}'")
        parts: list[Part] = []
        while not self._skip(closing):
            if parts:
                self.take(",", expected=f"',' or '{closing}'")
            parts.append(part())
        return tuple(parts)

    def _skip(self, kind: str) -> bool:
        if self.upcoming.kind != kind:
            return False
        self._next += 1
        return True

    def _inside(self, token: Token, part: Callable[[], Part]) -> Part:
        if self._depth == MAX_NESTING:
            raise InvalidFql(token.at, "too many levels", f"at most {MAX_NESTING} of parentheses, '!' and functions")
        self._depth += 1
        found = part()
        self._depth -= 1
        return found
