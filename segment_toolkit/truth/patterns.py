"""Whether a text holds a match of a regular expression, found in a bounded number of steps.

Python's `re` tries one way after another, and a pattern such as `^(a+)+$` has more ways than anybody waits for. Here
all ways are followed at once: what a part of the pattern leads to is a set of places in the text, one bit for each.
So the work grows with the text, not with the number of ways. Patterns are read by Python's own parser, and mean what
they mean to `re`. What Segment's engine makes of them is not documented; that it does the same is assumed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from typing import Any

#: Takes so many steps from what a judgement may cost; raises when nothing is left.
Spend = Callable[[int], None]
Nodes = Sequence[tuple[Any, Any]]

_CATEGORIES: Mapping[str, Callable[[str], bool]] = {
    "DIGIT": str.isdecimal,
    "SPACE": str.isspace,
    "WORD": lambda c: c.isalnum() or c == "_",
}
#: Places that one step bears: operations on longer numbers cost more.
_PLACES_A_STEP = 8_000


class Unreadable(ValueError):
    """The pattern is none, or holds what is not followed here: flags, back references, look-behind, atomic groups."""


class Pattern:
    """A regular expression, parsed. Raises Unreadable for one that Python cannot read, or that has flags."""

    def __init__(self, source: str) -> None:
        try:
            parsed = import_module("re._parser").parse(source)
        except (re.error, RecursionError, OverflowError, TypeError, Warning) as error:
            raise Unreadable(type(error).__name__) from None
        if parsed.state.flags & ~re.UNICODE:
            raise Unreadable("flags")
        self._nodes: Nodes = parsed

    def is_in(self, text: str, spend: Spend) -> bool:
        """Whether some part of the text matches. Raises Unreadable, and what `spend` raises."""
        return bool(_Matching(text, spend).ends(self._nodes, (1 << len(text) + 1) - 1))


class _Matching:
    """One text. A set of places is a number: bit 0 stands before the first character, bit n behind the last."""

    def __init__(self, text: str, spend: Spend) -> None:
        self._text = text
        self._spend = spend
        self._step = 1 + len(text) // _PLACES_A_STEP
        self._members: dict[tuple[str, int], int] = {}
        self._where: dict[str, int] = {}
        spend(self._step * (1 + len(text) // 10))
        for place, character in enumerate(text):
            self._where[character] = self._where.get(character, 0) | 1 << place

    def ends(self, nodes: Nodes, starts: int) -> int:
        """The places where a match of all nodes, one after the other, can end that begins at one of `starts`."""
        for kind, value in nodes:
            if not starts:
                break
            self._spend(self._step)
            starts = self._end(str(kind), value, starts)
        return starts

    def _end(self, kind: str, value: Any, starts: int) -> int:
        match kind:
            case "LITERAL" | "NOT_LITERAL" | "ANY" | "IN":
                return (starts & self._fitting(kind, value)) << 1
            case "MAX_REPEAT" | "MIN_REPEAT":
                least, most, body = value
                return self._repeated(least, most, body, starts)
            case "BRANCH":
                return _union(self.ends(branch, starts) for branch in value[1])
            case "SUBPATTERN" if not value[1] and not value[2]:
                return self.ends(value[3], starts)
            case "AT":
                return starts & self._at(str(value))
            case "ASSERT" | "ASSERT_NOT" if value[0] == 1:
                return self._ahead(value[1], starts, wanted=kind == "ASSERT")
        raise Unreadable(kind)

    def _repeated(self, least: int, most: int, body: Nodes, starts: int) -> int:
        for _ in range(least):
            self._spend(1)
            starts = self.ends(body, starts)
            if not starts:
                return 0
        reached = fresh = starts
        for _ in range(most - least):
            fresh = self.ends(body, fresh) & ~reached
            if not fresh:
                break
            reached |= fresh
        return reached

    def _ahead(self, body: Nodes, starts: int, *, wanted: bool) -> int:
        places = (1 << place for place in range(len(self._text) + 1) if starts >> place & 1)
        return _union(place for place in places if bool(self.ends(body, place)) is wanted)

    def _at(self, where: str) -> int:
        first, last = 1, 1 << len(self._text)
        match where:
            case "AT_BEGINNING" | "AT_BEGINNING_STRING":
                return first
            case "AT_END_STRING":
                return last
            case "AT_END":
                return last | last >> 1 if self._text.endswith("\n") else last
        words = self._fitting("IN", _WORDS)
        boundaries = words ^ words << 1
        return boundaries if where == "AT_BOUNDARY" else ~boundaries & (last << 1) - 1

    def _fitting(self, kind: str, value: Any) -> int:
        """The places before a character of the kind."""
        known = kind, id(value)
        if known not in self._members:
            self._spend(self._step * len(self._where))
            self._members[known] = _union(w for c, w in self._where.items() if _fits(kind, value, c))
        return self._members[known]


#: `\w`, as the parser says it.
_WORDS: Nodes = (("CATEGORY", "CATEGORY_WORD"),)


def _union(places: Iterable[int]) -> int:
    found = 0
    for each in places:
        found |= each
    return found


def _fits(kind: str, value: Any, character: str) -> bool:
    match kind:
        case "ANY":
            return character != "\n"
        case "LITERAL" | "NOT_LITERAL":
            return (character == chr(value)) is (kind == "LITERAL")
        case "RANGE":
            lowest, highest = map(chr, value)
            return lowest <= character <= highest
        case "CATEGORY":
            *negated, name = str(value).removeprefix("CATEGORY_").split("_")
            return _CATEGORIES[name](character) is not bool(negated)
    negates = str(value[0][0]) == "NEGATE"
    return any(_fits(str(op), item, character) for op, item in value[negates:]) is not negates
