"""Conditions of filters: read as Segment's documentation means them, or not read at all.

The sandbox has an evaluator of the whole language, written by other hands: what is read here must agree with it.
"""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from segment_toolkit.sandbox.fql import EvaluationFault, InvalidFql, compile_fql
from segment_toolkit.truth.conditions import holds

EVENT = {
    "type": "track",
    "event": "Order Completed",
    "userId": "staff_1",
    "properties": {
        "price": 12.5,
        "plan": "pro",
        "tags": ["a", "b"],
        "flag": True,
        "nothing": None,
        "my key": 1,
        "é": "é",
    },
}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("all", True),
        (' type = "track" ', True),
        ("type = 'page'", False),
        ('event != "Order Completed"', False),
        ("properties.price > 10", True),
        ("properties.price = 12.5", True),
        ("properties.plan > 10", False),
        ("properties.missing = null", True),
        ("properties.nothing = null", True),
        ('properties.missing != "x"', True),
        ("properties.flag", True),
        ("properties.flag = 1", False),
        ("properties.plan", False),
        ("!( properties.flag )", False),
        ('type = "track" and ( event = "X" or properties.price >= 12.5 )', True),
        ('properties.plan in ["free", "pro"]', True),
        ("properties.my\\ key = 1", True),
        ('contains( event, "Order" )', True),
        ('match( userId, "staff_*" )', True),
        ('match( userId, "*_?" )', True),
        ("length( properties.tags ) = 2", True),
        ("length( anonymousId ) < 1", True),
    ],
)
def test_what_can_be_read_is_decided(condition: str, expected: bool) -> None:
    assert holds(condition, EVENT) is expected


@pytest.mark.parametrize(
    "condition",
    [
        "", "type =", '= "track"', "type = track and", "(type = 'track'", "type = 'track')", "true false",
        'type = "track" and event = "x" or userId = "u"',  # which goes first is not documented
        'lowercase( event ) = "x"', "typeof( event ) = 'string'", 'match( userId, "[a-z]*" )', 'contains( event )',
        "messageId = 'm'", "receivedAt = 'x'", "context.ip = '1'", "length( properties.é ) = 1",
        'event = "a\\"b"', "event = 'a" , "event == 'a'", "!" * 100 + "properties.flag", "(" * 100, "x" * 6_000,
        "properties.tags = properties.tags", "!properties.plan",
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_not_decided(condition: str) -> None:
    assert holds(condition, EVENT) is None


TERMS = (
    "type", "event", "userId", "anonymousId", "properties.price", "properties.plan", "properties.tags",
    "properties.flag", "properties.nothing", "properties.my\\ key", "context.app", "messageId",
    '"track"', "'pro'", "12.5", "-3",
    "true", "false", "null",
)  # fmt: skip
CALLS = (
    'contains( event, "Order" )', "contains( properties.tags, 'a' )", 'match( userId, "staff_*" )',
    'match( properties.plan, "p?o" )', "length( properties.tags ) > 1", "length( userId ) < 1",
    'lowercase( event ) = "order completed"',
)  # fmt: skip


def condition_of(dice: random.Random, depth: int = 0) -> str:
    """A condition, right or wrong, of the language's parts."""
    kind = dice.random()
    if kind < 0.25 and depth < 3:
        return f"({condition_of(dice, depth + 1)})"
    if kind < 0.35 and depth < 3:
        return f"!({condition_of(dice, depth + 1)})"
    if kind < 0.6 and depth < 3:
        joiner = dice.choice((" and ", " or "))
        return joiner.join(condition_of(dice, depth + 1) for _ in range(2))
    if kind < 0.75:
        return dice.choice(CALLS)
    if kind < 0.8:
        return dice.choice(TERMS)
    if kind < 0.9:
        return f"{dice.choice(TERMS)} in [{dice.choice(TERMS[12:])}, {dice.choice(TERMS[12:])}]"
    return f"{dice.choice(TERMS)} {dice.choice(('=', '!=', '<', '<=', '>', '>='))} {dice.choice(TERMS)}"


def by_the_sandbox(condition: str, event: dict[str, Any]) -> bool | None:
    try:
        return compile_fql(condition).test(event)
    except (InvalidFql, EvaluationFault):
        return None


def test_what_is_read_agrees_with_the_evaluator_of_the_sandbox() -> None:
    dice, seen = random.Random(7), Counter[object]()

    for _ in range(5_000):
        condition = condition_of(dice)
        read = holds(condition, EVENT)
        seen[read] += 1
        if read is not None:
            assert read is by_the_sandbox(condition, {**EVENT, "messageId": "m"}), condition

    assert min(seen[True], seen[False]) > 500, seen
