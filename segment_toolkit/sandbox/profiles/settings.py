"""The identity rules of a space: limits, priorities, blocked values, custom identifiers.

Source: Segment docs, "Identity Resolution Settings", "Identity Resolution Onboarding", "Unify Limits".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

Window = Literal["ever", "weekly", "monthly", "annually"]

_DAY_MS = 24 * 60 * 60 * 1000
# That a window slides, and that a month is 30 days and a year 365, is assumed.
WINDOW_MS: Mapping[Window, int] = {"weekly": 7 * _DAY_MS, "monthly": 30 * _DAY_MS, "annually": 365 * _DAY_MS}


@dataclass(frozen=True)
class Limit:
    """How many values of one identifier type a profile may hold, or may gain within a window."""

    count: int
    window: Window = "ever"


@dataclass(frozen=True)
class BlockedValue:
    """A value that is never promoted: the exact text, or a regular expression that is searched in it.

    It holds for one identifier type, or for all when `identifier_type` is None.
    """

    text: str
    is_pattern: bool = False
    identifier_type: str | None = None


# Segment only suggests these; that a space has them from the start is assumed.
SUGGESTED_BLOCKED_VALUES = (
    BlockedValue("^[0-]*$", is_pattern=True),
    BlockedValue("-1"),
    BlockedValue("null"),
    BlockedValue("anonymous"),
)


def _one_user_id() -> Mapping[str, Limit]:
    return {"user_id": Limit(1)}


@dataclass(frozen=True)
class IdentitySettings:
    """The rules; `custom_identifiers` maps an identifier type to the trait or property keys it is read from.

    A custom type without keys is read from its own name in snake_case and camelCase. `email_from_properties`
    also reads `properties.email`, which one page of the docs lists and the others do not.
    """

    limits: Mapping[str, Limit] = field(default_factory=_one_user_id)
    default_limit: Limit = Limit(5)
    priorities: tuple[str, ...] = ("user_id", "email")
    blocked_values: tuple[BlockedValue, ...] = SUGGESTED_BLOCKED_VALUES
    custom_identifiers: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    email_from_properties: bool = False
    max_merges: int = 100
    max_mappings: int = 1000
    max_problems: int = 1000

    def limit_of(self, identifier_type: str) -> Limit:
        """Return the limit of a type."""
        return self.limits.get(identifier_type, self.default_limit)

    def rank(self, identifier_type: str) -> tuple[int, str]:
        """Return a sort key: explicitly ordered types first, then all others by their name."""
        return self._ranks.get(identifier_type, len(self.priorities)), identifier_type

    def ranked(self, identifier_types: Iterable[str]) -> list[str]:
        """Order types from the highest priority to the lowest."""
        return sorted(set(identifier_types), key=self.rank)

    def is_blocked(self, identifier_type: str, value: str) -> bool:
        """Tell whether a value must not be promoted."""
        exact, patterns = self._blocked.get(identifier_type) or self._blocked[""]
        if value in exact:
            return True
        for pattern in patterns:  # noqa: SIM110 - any() costs twice as much, and this runs for every identifier
            if pattern.search(value):
                return True
        return False

    @cached_property
    def custom_keys(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The custom identifiers with the keys they are read from."""
        return tuple((name, keys or _spellings(name)) for name, keys in self.custom_identifiers.items())

    @cached_property
    def reads_properties(self) -> bool:
        """Whether identifiers are read from properties."""
        return self.email_from_properties or bool(self.custom_identifiers)

    @cached_property
    def _ranks(self) -> Mapping[str, int]:
        return {name: rank for rank, name in enumerate(self.priorities)}

    @cached_property
    def _blocked(self) -> Mapping[str, tuple[frozenset[str], tuple[re.Pattern[str], ...]]]:
        """Blocked texts and patterns by identifier type; "" stands for every type that has none of its own."""
        types = {value.identifier_type or "" for value in self.blocked_values} | {""}
        return {name: self._blocked_for(name) for name in types}

    def _blocked_for(self, name: str) -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
        values = [value for value in self.blocked_values if value.identifier_type in (None, name)]
        exact = frozenset(value.text for value in values if not value.is_pattern)
        return exact, tuple(re.compile(value.text) for value in values if value.is_pattern)


def _spellings(name: str) -> tuple[str, ...]:
    first, *rest = name.split("_")
    return tuple(dict.fromkeys([name, first + "".join(word.capitalize() for word in rest)]))
