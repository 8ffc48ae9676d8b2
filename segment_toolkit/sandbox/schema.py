"""Schema settings of a source: what happens to events and traits that are unplanned or violate the plan.

Source: Public API reference, "List Schema Settings in Source" and "Update Schema Settings in Source".
"""

from __future__ import annotations

from dataclasses import dataclass

from segment_toolkit.sandbox.wire import Json


@dataclass(frozen=True)
class Section:
    """The settings of one call type; every flag defaults to true and `commonEventOnViolations` to ALLOW."""

    name: str
    flags: tuple[str, ...]
    common: tuple[str, ...]


SECTIONS = (
    Section(
        "track",
        (
            "allowUnplannedEvents",
            "allowUnplannedEventProperties",
            "allowEventOnViolations",
            "allowPropertiesOnViolations",
        ),
        ("ALLOW", "BLOCK", "OMIT_PROPERTIES"),
    ),
    Section("identify", ("allowUnplannedTraits", "allowTraitsOnViolations"), ("ALLOW", "BLOCK", "OMIT_TRAITS")),
    Section("group", ("allowUnplannedTraits", "allowTraitsOnViolations"), ("ALLOW", "BLOCK", "OMIT_TRAITS")),
)

FORWARDING = ("forwardingViolationsTo", "forwardingBlockedEventsTo")


def open_schema() -> Json:
    """The settings of a source that lets everything through."""
    return {
        section.name: {**dict.fromkeys(section.flags, True), "commonEventOnViolations": "ALLOW"} for section in SECTIONS
    }
