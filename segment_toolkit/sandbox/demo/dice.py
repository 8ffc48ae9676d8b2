"""Chance for the demo: every draw of a run comes from here, so that a seed tells all.

Only `random()` and `getrandbits()` of the standard generator are used: the first is promised to give the same
sequence in every Python version, the helpers built on it (`choice`, `randint`, `gauss`) are not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random
from typing import TypeVar

_Item = TypeVar("_Item")


class Dice:
    """A stream of draws that depends on nothing but the seed."""

    def __init__(self, seed: str) -> None:
        """Start the stream of this seed."""
        generator = Random(seed.encode("utf-8", "surrogatepass"))
        self.random = generator.random
        self._bits = generator.getrandbits

    def chance(self, probability: float) -> bool:
        """Say yes with this probability, 0 to 1."""
        return self.random() < probability

    def between(self, low: int, high: int) -> int:
        """Draw a whole number, both ends included."""
        return low + int(self.random() * (high - low + 1))

    def pick(self, items: Sequence[_Item]) -> _Item:
        """Draw one item; all are equally likely."""
        return items[int(self.random() * len(items))]

    def some(self, items: Sequence[_Item], number: int) -> list[_Item]:
        """Draw `number` neighbours from a sequence that is thought of as a ring, so none comes twice."""
        first = int(self.random() * len(items))
        return [items[(first + step) % len(items)] for step in range(min(number, len(items)))]

    def waiting(self, mean: float) -> float:
        """Draw the time to the next of events that happen at random every `mean` units."""
        return -mean * math.log(1.0 - self.random())

    def uuid(self) -> str:
        """Draw a random UUID (version 4)."""
        text = f"{self._bits(128):032x}"
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{'89ab'[int(text[16], 16) % 4]}{text[17:20]}-{text[20:]}"
