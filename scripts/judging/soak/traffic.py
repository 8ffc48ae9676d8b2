"""Event calls without end, the same for the same seed, each event marked so that it is found again in the sandbox."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, NamedTuple

_SINGLE = ("track", "identify", "page", "screen", "group", "alias")
_MANY = ("batch", "import_historical_data")
#: One call in ten holds several events.
_SHARE_OF_MANY = 0.1
_MOST_IN_A_BATCH = 6
_PEOPLE = 500
#: The events whose tools take a messageId from the model.
_TAKE_AN_ID = frozenset({"identify", "page"})


class Call(NamedTuple):
    """One call: its number in the soak, the tool, its arguments, and how many events it holds."""

    number: int
    slug: str
    arguments: dict[str, Any]
    events: int


def calls(first: int, count: int, seed: int) -> Iterator[Call]:
    """Calls with the numbers from `first` on."""
    for number in range(first, first + count):
        dice = random.Random(f"{seed} {number}")
        if dice.random() < _SHARE_OF_MANY:
            yield _several(number, dice)
        else:
            kind = dice.choice(_SINGLE)
            yield Call(number, f"SEGMENT_{kind.upper()}", _event(kind, dice, number, 0, own_id=kind in _TAKE_AN_ID), 1)


def _several(number: int, dice: random.Random) -> Call:
    tool = dice.choice(_MANY)
    kinds = dice.choices(_SINGLE, k=dice.randint(1, _MOST_IN_A_BATCH))
    batch = [{"type": kind, **_event(kind, dice, number, item, own_id=True)} for item, kind in enumerate(kinds)]
    if tool == "import_historical_data":
        batch = [{**event, "timestamp": "2026-01-31T09:30:00Z"} for event in batch]
    return Call(number, f"SEGMENT_{tool.upper()}", {"batch": batch}, len(batch))


def _event(kind: str, dice: random.Random, number: int, item: int, *, own_id: bool) -> dict[str, Any]:
    event: dict[str, Any] = {"userId": f"user-{dice.randrange(_PEOPLE)}", "context": {"judge": mark(number, item)}}
    if kind == "track":
        event |= {"event": dice.choice(("Order Completed", "Signed Up", "Größe gewählt")), "properties": {"n": number}}
    elif kind in ("page", "screen"):
        event["name"] = dice.choice(("Pricing", "Checkout"))
    elif kind == "group":
        event["groupId"] = f"org-{dice.randrange(_PEOPLE)}"
    elif kind == "alias":
        event["previousId"] = f"anonymous-{number}-{item}"
    else:
        event["traits"] = {"plan": dice.choice(("free", "pro"))}
    if own_id and dice.random() < 0.5:
        event["messageId"] = f"own-{number}-{item}"
    return event


def mark(number: int, item: int) -> str:
    """What an event carries, by which it is known again whatever its messageId is."""
    return f"{number}/{item}"
