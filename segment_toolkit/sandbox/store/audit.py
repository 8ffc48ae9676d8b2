"""The audit trail: who changed what in a workspace.

Source: Public API reference, "List Audit Events"; the titles are those the reference names for each operation.
"""

from __future__ import annotations

from datetime import datetime

from segment_toolkit.sandbox import wire
from segment_toolkit.sandbox.instants import format_instant
from segment_toolkit.sandbox.store.database import Database
from segment_toolkit.sandbox.wire import Json


class AuditTrail:
    """The audit events of one workspace."""

    def __init__(self, database: Database, workspace_id: str) -> None:
        self._database = database
        self._workspace_id = workspace_id

    def add(self, event: Json, *, at: datetime) -> None:
        """Keep an event: `{"id", "type", "actor", "resourceId", "resourceType", "resourceName"}`."""
        instant = format_instant(at)
        document = {"id": event["id"], "timestamp": instant, **event}
        self._database.connection.execute(
            "INSERT INTO audit_event (workspace_id, at, resource_id, resource_type, document) VALUES (?, ?, ?, ?, ?)",
            (
                self._workspace_id,
                instant,
                event["resourceId"],
                event["resourceType"],
                wire.text_of(document),
            ),
        )

    def events(
        self,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        resource_id: str | None = None,
        resource_type: str | None = None,
    ) -> list[Json]:
        """Return the events that fit, newest first; start is inclusive, end exclusive."""
        rows = self._database.connection.execute(
            "SELECT document FROM audit_event WHERE workspace_id = ? AND at >= ? AND at < ?"
            " AND (? IS NULL OR resource_id = ?) AND (? IS NULL OR resource_type = ?) ORDER BY position DESC",
            (
                self._workspace_id,
                "" if start is None else format_instant(start),
                "~" if end is None else format_instant(end),
                resource_id,
                resource_id,
                resource_type,
                resource_type,
            ),
        )
        return [wire.trusted(document) for (document,) in rows]
