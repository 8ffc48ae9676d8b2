"""A failing case made as small as it can be while it still fails."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from .case import Case
from .mutation import places

_MOST_TRIALS = 600


def shrunk(case: Case, fails: Callable[[Case], bool]) -> Case:
    """Take away what is not needed, largest parts first, until nothing more can go or patience ends."""
    trials = 0
    smaller = True
    while smaller:
        smaller = False
        for candidate in _smaller(case):
            trials += 1
            if trials > _MOST_TRIALS:
                return case
            if fails(candidate):
                case, smaller = candidate, True
                break
    return case


def _smaller(case: Case) -> Iterator[Case]:
    if case.fault is not None:
        yield replace(case, fault=None)
    if case.approved:
        yield replace(case, approved=False)
    found = list(places([case.payload]))  # in a list, so that the payload itself has a holder
    for number in range(len(found)):
        yield from _without(case, number)
    for number in range(len(found)):
        yield from _simpler(case, number)


def _without(case: Case, number: int) -> Iterator[Case]:
    root = [copy.deepcopy(case.payload)]
    holder, key = list(places(root))[number]
    if holder is root:
        return
    del holder[key]
    yield replace(case, payload=root[0], ids=None)


def _simpler(case: Case, number: int) -> Iterator[Case]:
    holder, key = list(places([case.payload]))[number]
    for value in _less(holder[key]):
        root = [copy.deepcopy(case.payload)]
        holder_of_copy, key = list(places(root))[number]
        holder_of_copy[key] = value
        yield replace(case, payload=root[0], ids=None)


def _less(value: Any) -> Iterator[Any]:
    """Simpler values of the same kind, the simplest first."""
    if isinstance(value, str) and value:
        yield ""
        if len(value) > 1:
            yield value[: len(value) // 2]
            yield value[len(value) // 2 :]
            yield value[:-1]
            yield value[1:]
    elif isinstance(value, dict | list) and value:
        yield type(value)()
        yield from (value.values() if isinstance(value, dict) else value)
    elif isinstance(value, int | float) and not isinstance(value, bool) and value != 0:
        yield 0
