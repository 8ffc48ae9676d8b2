"""Kept cases, changed a little: anywhere in the payload's tree, or in its text."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from .case import Case
from .grammar import Grammar, broken_text
from .trouble import trouble

_Place = tuple[Any, Any]


def mutated(case: Case, grammar: Grammar, other: Case) -> Case:
    """The case with one to four changes; `other` lends parts of itself."""
    dice = grammar.dice
    payload = copy.deepcopy(case.payload)
    if dice.random() < 0.1:
        return replace(case, fault=trouble(dice, grammar.box), approved=dice.random() < 0.5)
    for _ in range(dice.choice((1, 1, 2, 4))):
        payload = _changed(payload, grammar, other.payload)
    return replace(case, payload=payload, ids=None)


def _changed(payload: Any, grammar: Grammar, other: Any) -> Any:
    dice = grammar.dice
    found = list(places(payload))
    if not found or dice.random() < 0.02:
        return grammar.value()
    holder, key = dice.choice(found)
    roll, value = dice.random(), holder[key]
    if roll < 0.15:
        del holder[key]
    elif roll < 0.45:
        holder[key] = grammar.value(2)
    elif roll < 0.55:
        holder[key] = _lent(other, dice)
    elif roll < 0.65 and isinstance(holder, dict):
        holder[_name(key, grammar)] = holder.pop(key)
    elif roll < 0.75:
        holder[key] = broken_text(value if isinstance(value, str) else json.dumps(value), dice)
    elif roll < 0.85:
        holder[key] = dice.choice(([value], {"a": value}, [value, value], json.dumps(value)))
    elif isinstance(holder, list):
        holder.insert(dice.randrange(len(holder) + 1), copy.deepcopy(value))
    else:
        holder[_name(key, grammar)] = copy.deepcopy(value)
    return payload


def _name(key: Any, grammar: Grammar) -> str:
    return grammar.respelt(str(key)) if grammar.dice.random() < 0.5 else grammar.name()


def _lent(other: Any, dice: random.Random) -> Any:
    found = list(places(other))
    if not found:
        return None
    holder, key = dice.choice(found)
    return copy.deepcopy(holder[key])


def places(value: Any, depth: int = 0) -> Iterator[_Place]:
    """Every member and item, as its holder and its key, down to a depth at which a walk is still cheap."""
    if depth > 30:
        return
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in list(pairs)[:200]:
        yield value, key
        yield from places(member, depth + 1)
