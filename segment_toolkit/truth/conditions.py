"""Conditions of destination filters that can be read without doubt; every other one is said to be unreadable.

Read are comparisons of a path with a literal, `in` a list, `contains`, `match` of plain patterns, `length`, and these
joined by `and`, `or`, `!` and brackets. What a filter does is decided at Segment: a condition that holds anything else,
or asks for a member that Segment itself sets, gives None, never a guess.
Source: Segment documentation, "Filter Query Language" and "Destination Filters". That a missing member is null, `<` is
false unless both sides are numbers and a condition that is no boolean is false, is what Segment's open-source engine
(`@segment/tsub`) does. Precedence of `and` over `or` is not documented: a condition that mixes them unbracketed is not
read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Event = Mapping[str, Any]
Term = Callable[[Event], Any]

#: Members that arrive as they were sent. Others are set or completed by Segment on the way.
AS_SENT = frozenset(
    {"type", "event", "name", "category", "userId", "anonymousId", "groupId", "previousId", "properties", "traits"}
)
_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<number>-?\d+(?:\.\d+)?(?![\w.\\-]))
    |(?P<word>(?:[A-Za-z0-9_-]|\\.)+(?:\.(?:[A-Za-z0-9_-]|\\.)+)*)
    |(?P<sign>!=|>=|<=|[=<>!(),\[\]]))""",
    re.VERBOSE | re.ASCII,
)
_LITERALS = {"true": True, "false": False, "null": None}
_PLAIN_PATTERN = re.compile(r"[\w .:@/*?-]*\Z", re.ASCII)
MOST_CHARACTERS = 5_000  # of a condition, at Segment
_DEEPEST = 20


class _Unreadable(Exception):
    """The condition, or what it asks of this event, is not read."""


def holds(condition: str, event: Event) -> bool | None:
    """Whether the condition holds for the event; None when that cannot be told here."""
    if condition.strip() == "all":
        return True
    try:
        return _Parser(condition).whole()(event) is True
    except _Unreadable:
        return None


class _Parser:
    """Recursive descent; every method leaves `at` behind what it has read."""

    def __init__(self, condition: str) -> None:
        self._tokens = _tokens(condition)
        self._at = 0
        self._depth = 0

    def whole(self) -> Term:
        term = self._joined()
        if self._at != len(self._tokens):
            raise _Unreadable
        return term

    def _joined(self) -> Term:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _Unreadable
        terms, joiners = [self._unary()], set[str]()
        while self._peek() in (("word", "and"), ("word", "or")):
            joiners.add(self._next()[1])
            terms.append(self._unary())
        self._depth -= 1
        if len(joiners) > 1:
            raise _Unreadable
        return _all_or_any(terms, every=joiners == {"and"}) if joiners else terms[0]

    def _unary(self) -> Term:
        if self._take("!"):
            self._depth += 1
            if self._depth > _DEEPEST:
                raise _Unreadable
            negated = self._unary()
            self._depth -= 1
            return lambda event: not _truth(negated(event), null=_UNTOLD)
        return self._compared()

    def _compared(self) -> Term:
        if self._take("("):
            inner = self._joined()
            self._expect(")")
            return inner
        left = self._operand()
        kind, sign = self._peek()
        if kind == "sign" and sign in _COMPARE:
            self._at += 1
            right, compare = self._operand(), _COMPARE[sign]
            return lambda event: compare(left(event), right(event))
        if (kind, sign) == ("word", "in"):
            self._at += 1
            values = self._list()
            return lambda event: any(_equal(left(event), value) for value in values)
        return left

    def _operand(self) -> Term:
        kind, text = self._next()
        if kind == "word" and text not in _LITERALS:
            return self._call(text) if self._take("(") else _path(text)
        value = _literal(kind, text)
        return lambda _: value

    def _call(self, name: str) -> Term:
        if name not in _FUNCTIONS:
            raise _Unreadable
        function, number = _FUNCTIONS[name]
        arguments = [self._operand()]
        while self._take(","):
            arguments.append(self._operand())
        self._expect(")")
        if len(arguments) != number:
            raise _Unreadable
        return lambda event: function(*(argument(event) for argument in arguments))

    def _list(self) -> list[Any]:
        self._expect("[")
        values = list[Any]()
        while not self._take("]"):
            if values:
                self._expect(",")
            values.append(_literal(*self._next()))
        return values

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        self._at += 1
        return token

    def _take(self, sign: str) -> bool:
        taken = self._peek() == ("sign", sign)
        self._at += taken
        return taken

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            raise _Unreadable


def _tokens(condition: str) -> list[tuple[str, str]]:
    condition = condition.strip()
    if len(condition) > MOST_CHARACTERS:
        raise _Unreadable
    tokens, at = [], 0
    while at < len(condition):
        found = _TOKEN.match(condition, at)
        if found is None or found.lastgroup is None:
            raise _Unreadable
        tokens.append((found.lastgroup, found[found.lastgroup]))
        at = found.end()
    return tokens


def _literal(kind: str, text: str) -> Any:
    if kind == "number":
        return float(text)
    if kind == "text" and "\\" not in text:  # how a string is escaped is not documented
        return text[1:-1]
    if kind == "word" and text in _LITERALS:
        return _LITERALS[text]
    raise _Unreadable


def _path(text: str) -> Term:
    names = [re.sub(r"\\(.)", r"\1", name) for name in re.split(r"(?<!\\)\.", text)]

    def value(event: Event) -> Any:
        if names[0] not in AS_SENT and names[0] != "context":
            raise _Unreadable
        found: Any = event
        for name in names:
            found = found.get(name) if isinstance(found, Mapping) else None
        if found is None and names[0] == "context":  # Segment may add to it
            raise _Unreadable
        return found

    return value


def _all_or_any(terms: list[Term], *, every: bool) -> Term:
    """Every part is looked at, also where the first decides: one that cannot be told leaves the whole untold."""

    def value(event: Event) -> bool:
        found = [_truth(term(event), null=False) for term in terms]
        return all(found) if every else any(found)

    return value


_UNTOLD = None


def _truth(value: Any, *, null: bool | None) -> bool:
    """A part of a condition as true or false; `null` is what null counts for. What else is no boolean is not read."""
    value = null if value is None else value
    if not isinstance(value, bool):
        raise _Unreadable
    return value


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, dict | list) or isinstance(other, dict | list):
        raise _Unreadable
    return isinstance(one, bool) is isinstance(other, bool) and bool(one == other)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": _equal,
    "!=": lambda one, other: not _equal(one, other),
    "<": lambda one, other: _number(one) and _number(other) and one < other,
    "<=": lambda one, other: _number(one) and _number(other) and one <= other,
    ">": lambda one, other: _number(one) and _number(other) and one > other,
    ">=": lambda one, other: _number(one) and _number(other) and one >= other,
}


def _contains(text: Any, part: Any) -> bool:
    return isinstance(text, str) and isinstance(part, str) and part in text


def _match(text: Any, pattern: Any) -> bool:
    if not isinstance(pattern, str) or not _PLAIN_PATTERN.match(pattern):
        raise _Unreadable
    if not isinstance(text, str):
        return False
    return _globbed(text, pattern)


def _globbed(text: str, pattern: str) -> bool:
    """Each part between stars is taken where it comes first: no pattern makes that take long."""
    first, *others = (re.compile(_part(part), re.DOTALL) for part in pattern.split("*"))
    if not others:
        return first.fullmatch(text) is not None
    found = first.match(text)
    for part in others[:-1]:
        found = found and part.search(text, found.end())
    last = len(text) - len(pattern.rpartition("*")[2])
    return found is not None and last >= found.end() and others[-1].match(text, last) is not None


def _part(text: str) -> str:
    return "".join("." if c == "?" else re.escape(c) for c in text)


def _length(value: Any) -> float | None:
    """Items of a list, or bytes of a text (the documentation; its engine counts characters): read where both agree."""
    if value is None:
        return 0
    if isinstance(value, list) or (isinstance(value, str) and value.isascii()):
        return len(value)
    if isinstance(value, str):
        raise _Unreadable
    return None


_FUNCTIONS: Mapping[str, tuple[Callable[..., Any], int]] = {
    "contains": (_contains, 2),
    "match": (_match, 2),
    "length": (_length, 1),
}
