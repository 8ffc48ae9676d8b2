"""Where a stored event goes: to every enabled destination of its source that its `integrations` allow.

Source: Segment docs, "Filtering your Segment Data", and Spec, "Common Fields".
"""

from __future__ import annotations

from datetime import datetime

from segment_toolkit.sandbox.state import Source, Workspace
from segment_toolkit.sandbox.wire import Json


def deliver(workspace: Workspace, source: Source, event: Json, at: datetime) -> None:
    """Count one delivery, or one filtered event, for each enabled destination of the source."""
    for destination in workspace.destinations_of(source.id):
        if destination.enabled:
            allowed = allows(event.get("integrations") or {}, destination.kind.name)
            outcome = "successes.attempt.1" if allowed else "FILTERED_BY_INTEGRATIONS_OBJECT"
            workspace.count_delivery(destination.id, at, outcome)


def allows(integrations: Json, name: str) -> bool:
    """Tell whether an event may go to a destination; a named key wins over `All`, and an object counts as true.

    Names match exactly, case included.
    """
    return integrations.get(name, integrations.get("All", True)) is not False
