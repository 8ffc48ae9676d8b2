"""Regular expressions of tracking plans, answered in bounded time whatever they are.

Python's `re` is asked where a pattern has few ways to match a text of that length. Where it has many (`^(a+)+$`), all
of them are followed at once, character by character. Assumed: that Segment's engine, whose messages are those of a
library in Go, finds what this finds and is as little troubled; and that a text fits a pattern that neither way can
answer for, because of look-ahead, references, atomic groups or sheer size.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from importlib import import_module
from itertools import takewhile
from typing import Any, Literal, NamedTuple

#: What `re` may have to try; and characters times instructions, where all ways are followed.
MOST_TRIALS = 30_000_000
MOST_WORK = 1_000_000
MOST_INSTRUCTIONS = 2_000
#: A repeat of what is ambiguous itself counts as hopeless beyond so many rounds.
MOST_NESTED = 20
_LENGTHS = (0, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048, 4_096)
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")


class _Unanswerable(Exception):
    """The pattern is too big, or holds what cannot be followed in all ways at once."""


class _Instruction(NamedTuple):
    """`take` a character, `hold` at a place, `fork` to two others; `test` is a pattern of one node."""

    does: Literal["take", "hold", "fork"]
    test: Any = None
    goes_to: tuple[int, int] = (0, 0)


class Pattern:
    """One regular expression that Python can read."""

    def __init__(self, source: str) -> None:
        self._search = re.compile(source).search
        self._tree: Any = import_module("re._parser").parse(source)
        self._quick_up_to = max(takewhile(self._is_quick, _LENGTHS), default=-1)

    def fits(self, text: str) -> bool:
        """Tell whether it matches anywhere in the text; True where nobody can tell (assumed)."""
        if len(text) <= self._quick_up_to:
            return self._search(text) is not None
        program = self._program
        return program is None or len(text) * len(program) > MOST_WORK or _found(program, text)

    def _is_quick(self, length: int) -> bool:
        """Whether `re` is done soon: each way is as long as the text at most, and may begin anywhere in it."""
        begins = 1 if self._tree and str(self._tree[0][1]) == "AT_BEGINNING" else length + 1
        return begins * _ways(self._tree, length) * (length + 1) <= MOST_TRIALS

    @cached_property
    def _program(self) -> list[_Instruction] | None:
        program: list[_Instruction] = []
        try:
            _write(program, self._tree, self._tree.state)
        except _Unanswerable:
            return None
        return program


def _found(program: list[_Instruction], text: str) -> bool:
    arrived: set[int] = set()
    for place in range(len(text) + 1):
        takers = set(_reached(program, {0, *arrived}, text, place))
        if len(program) in takers:
            return True
        arrived = {at + 1 for at in takers if program[at].test.match(text, place)}
    return False


def _reached(program: list[_Instruction], starts: set[int], text: str, place: int) -> Iterator[int]:
    """The instructions that take a character, and the program's end, as far as they are reached without one."""
    seen, waiting = set(starts), list(starts)
    while waiting:
        at = waiting.pop()
        instruction = program[at] if at < len(program) else None
        following: tuple[int, ...] = ()
        if instruction is None or instruction.does == "take":
            yield at
        elif instruction.does == "fork":
            following = instruction.goes_to
        elif instruction.test.match(text, place):
            following = (at + 1,)
        waiting += (new for new in following if new not in seen)
        seen.update(following)


def _ways(nodes: Any, length: int) -> float:
    """At most so many ways `re` may go through a text of that length from one place."""
    ways = 1.0
    for kind, value in nodes:
        match str(kind):
            case "SUBPATTERN":
                ways *= _ways(value[3], length)
            case "BRANCH":
                ways *= sum(_ways(branch, length) for branch in value[1])
            case "ASSERT" | "ASSERT_NOT":
                ways *= _ways(value[1], length)
            case "ATOMIC_GROUP":
                ways *= _ways(value, length)
            case "GROUPREF_EXISTS":
                ways = float("inf")
            case repeat if repeat in _REPEATS:
                least, most, body = value
                ways *= _ways_of_repeat(least, most, body, length)
    return ways


def _ways_of_repeat(least: int, most: int, body: Any, length: int) -> float:
    inner, most = _ways(body, length), min(most, max(least, length))
    if inner > 1 and most > MOST_NESTED:
        return float("inf")
    rounds = max(least - length, 0)  # of a body that may be empty
    return float((most - least + 1 + rounds) * min(inner, MOST_TRIALS) ** min(most, MOST_NESTED))


def _write(program: list[_Instruction], nodes: Any, state: Any) -> None:
    """Append what nodes come to. Raises _Unanswerable."""
    for node in nodes:
        kind, value = str(node[0]), node[1]
        if len(program) > MOST_INSTRUCTIONS:
            raise _Unanswerable
        if kind in ("LITERAL", "NOT_LITERAL", "ANY", "IN"):
            program.append(_Instruction("take", _alone(node, state)))
        elif kind == "AT":
            program.append(_Instruction("hold", _alone(node, state)))
        elif kind == "SUBPATTERN" and not value[1] and not value[2]:
            _write(program, value[3], state)
        elif kind == "BRANCH":
            _write_branches(program, value[1], state)
        elif kind in _REPEATS[:2]:
            least, most, body = value
            _write_repeat(program, least, most, body, state)
        else:
            raise _Unanswerable


def _write_branches(program: list[_Instruction], branches: Any, state: Any) -> None:
    ends: list[int] = []
    for branch in branches:
        fork = _reserved(program)
        _write(program, branch, state)
        ends.append(_reserved(program))
        program[fork] = _Instruction("fork", goes_to=(fork + 1, len(program)))
    program.append(_Instruction("take", re.compile(r"(?!)")))  # behind the last branch is none
    for end in ends:
        program[end] = _Instruction("fork", goes_to=(len(program), len(program)))


def _write_repeat(program: list[_Instruction], least: int, most: int, body: Any, state: Any) -> None:
    for _ in range(least):
        before = len(program)
        _write(program, body, state)
        if len(program) == before:
            break
    endless = most > MOST_INSTRUCTIONS
    for _ in range(1 if endless else most - least):
        fork = _reserved(program)
        _write(program, body, state)
        if endless:
            back = _reserved(program)
            program[back] = _Instruction("fork", goes_to=(fork, fork))
        program[fork] = _Instruction("fork", goes_to=(fork + 1, len(program)))


def _reserved(program: list[_Instruction]) -> int:
    program.append(_Instruction("fork"))
    return len(program) - 1


def _alone(node: Any, state: Any) -> Any:
    """The node as a pattern of its own, flags and all: what one character or place is asked stays `re`'s to say."""
    return import_module("re._compiler").compile(import_module("re._parser").SubPattern(state, [node]))
