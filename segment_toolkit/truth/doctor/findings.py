"""What the doctor finds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ...errors import ToolkitError
from ..facts import Fact

Status = Literal["ok", "warning", "failed", "skipped"]
_WORST: tuple[Status, ...] = ("failed", "warning", "ok", "skipped")

MOST_DETAILS = 20


@dataclass(frozen=True)
class Check(Fact):
    """One thing that was looked at: what is so, what to do about it, and the particulars.

    `skipped`: it could not be looked at, and `says` tells why; nothing is claimed about it.
    """

    name: str
    status: Status
    says: str
    next_step: str = ""
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Diagnosis(Fact):
    """All that was looked at, in the order in which one thing needs the other. `status` is the worst of them.

    `unreachable` is True when no host of Segment's answered at all: then little else is known.
    """

    status: Status
    checks: tuple[Check, ...]
    unreachable: bool = False

    def check(self, name: str) -> Check:
        """The check of that name. Raises KeyError."""
        for check in self.checks:
            if check.name == name:
                return check
        raise KeyError(name)


def diagnosis(checks: Iterable[Check], *, unreachable: bool = False) -> Diagnosis:
    """The checks together."""
    found = tuple(checks)
    statuses = {check.status for check in found}
    return Diagnosis(next(status for status in _WORST if status in statuses), found, unreachable)


def listed(details: Iterable[str]) -> tuple[str, ...]:
    """At most MOST_DETAILS of them, the rest counted."""
    found = tuple(details)
    more = len(found) - MOST_DETAILS
    return found if more <= 0 else (*found[:MOST_DETAILS], f"and {more} more")


def unread(name: str, what: str, error: ToolkitError) -> Check:
    """Something could not be read: nothing is claimed about it."""
    return Check(name, "skipped", f"{what} could not be read: {error.message}", error.hint)
