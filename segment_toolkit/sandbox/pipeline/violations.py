"""A violation of a tracking plan, and where in the event it lies.

Source: Segment docs, "Forward Violations" and "Protocols FAQ", which show the members, the types "Required" and
"Invalid Type", and descriptions of both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from segment_toolkit.sandbox.wire import Json

# Each may become an event of its own with the context of this one, so a number without end would let a small request
# fill the disk. No such limit is documented; assumed.
MAX_VIOLATIONS = 100

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Violation:
    """One violation: its type, the dotted path of the field, or `(root)`, and a sentence about it."""

    type: str
    field: str
    description: str

    def document(self) -> Json:
        """Return it as it stands in `context.protocols.violations`."""
        return {"type": self.type, "field": self.field, "description": self.description}


@dataclass(frozen=True, slots=True)
class Finding:
    """A violation with the keys and indexes that lead to its field."""

    path: Path
    violation: Violation


def field_of(path: Sequence[str | int]) -> str:
    """Write a path as Segment does; the empty one is `(root)`.  [docs: "Protocols FAQ", "Why do I see root"]"""
    return ".".join(map(str, path)) or "(root)"


def violations_of(findings: Iterable[Finding]) -> tuple[Violation, ...]:
    """Leave the paths out, and violations beyond the number that is told of one event."""
    return tuple(finding.violation for finding in islice(findings, MAX_VIOLATIONS))
