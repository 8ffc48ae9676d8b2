"""Audit events: list.

Source: Public API reference, "List Audit Events"; Segment docs, "Audit Trail" (90 days are kept).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from segment_toolkit.sandbox.instants import parse_instant
from segment_toolkit.sandbox.public_api.call import Call
from segment_toolkit.sandbox.public_api.errors import invalid
from segment_toolkit.sandbox.public_api.operation import Operation
from segment_toolkit.sandbox.public_api.pages import page
from segment_toolkit.sandbox.wire import Json
from segment_toolkit.sandbox.workspace import Workspace

_KEPT = timedelta(days=90)


def list_audit_events(workspace: Workspace, call: Call) -> Json:
    """GET /audit-events ? startTime, endTime, resourceId, resourceType: newest first, end exclusive (both assumed)."""
    oldest = workspace.clock() - _KEPT
    start, end = _instant(call, "startTime"), _instant(call, "endTime")
    if start is not None and end is not None and start >= end:
        raise invalid("'startTime' must be before 'endTime'.", field="startTime")
    events = workspace.audit.events(
        start=oldest if start is None else max(start, oldest),
        end=end,
        resource_id=call.argument("resourceId"),
        resource_type=call.argument("resourceType"),
    )
    return page(call, "events", events)


def _instant(call: Call, name: str) -> datetime | None:
    text = call.argument(name)
    if text is None:
        return None
    instant = parse_instant(text)
    if instant is None:
        raise invalid(f"'{name}' must be an ISO 8601 date-time.", field=name)
    return instant


OPERATIONS = (Operation("GET", "/audit-events", list_audit_events),)
