"""How many events the sources of the workspace received, over time.

Counted is what was received: before enforcement, without duplicates and suppressed people. The range has no limit
here, because none is documented; empty buckets are left out (see `series`).
Source: Public API reference, "Get Events Volume from Workspace".
"""

from __future__ import annotations

from segment_toolkit.sandbox.public_api import series
from segment_toolkit.sandbox.public_api.call import Call
from segment_toolkit.sandbox.public_api.operation import Operation
from segment_toolkit.sandbox.public_api.pages import page
from segment_toolkit.sandbox.public_api.windows import Window, required_window
from segment_toolkit.sandbox.store import ledger
from segment_toolkit.sandbox.wire import Json
from segment_toolkit.sandbox.workspace import Workspace

_DIMENSIONS = ("eventName", "eventType", "source")
_FILTERS = ("sourceId", "eventName", "eventType", "appVersion")
# The most series an answer has, over all its pages.
_MOST = 5000


def get_events_volume(workspace: Workspace, call: Call) -> Json:
    """GET /events/volume ? granularity, startTime, endTime, groupBy, sourceId, eventName, eventType, appVersion."""
    window = required_window(call)
    group_by = series.dimensions(call.array_argument("groupBy", commas=True) or [], _DIMENSIONS)
    asked = ((name, call.array_argument(name)) for name in _FILTERS)
    filters = {name: values for name, values in asked if values is not None}
    found = series.grouped(_rows(workspace, window, filters), group_by, window.granularity)
    result = [
        {**_labels(workspace, group_by, key), "total": counts.total(), "series": series.points(counts)}
        for key, counts in series.largest_first(found)[:_MOST]
    ]
    query = _query(workspace, call, group_by, filters)
    return {"path": "/events/volume", "query": query, **page(call, "result", result)}


def _rows(workspace: Workspace, window: Window, filters: dict[str, list[str]]) -> list[tuple[ledger.Delivery, int]]:
    """Return what was received; a source that there is not has received nothing (assumed: it is no error)."""
    chosen = set(filters.get("sourceId", workspace.sources))
    source_ids = [source_id for source_id in workspace.sources if source_id in chosen]
    rows = workspace.store.ledger.deliveries(source_ids, "", [ledger.RECEIVED], window.start, window.end)
    return series.matching(rows, {name: values for name, values in filters.items() if name != "sourceId"})


def _labels(workspace: Workspace, group_by: list[str], key: series.Key) -> Json:
    labels = series.labels(group_by, key)
    if "source" in labels:
        source = workspace.sources[labels["source"]]
        labels["source"] = {"id": source.id, "name": source.name, "slug": source.slug}
    return labels


def _query(workspace: Workspace, call: Call, group_by: list[str], filters: dict[str, list[str]]) -> Json:
    """Echo what was asked."""
    asked = {name: call.argument(name) for name in ("granularity", "startTime", "endTime")}
    grouping = {"groupBy": group_by} if group_by else {}
    return {"workspaceId": workspace.id, **asked, **grouping, **filters}


OPERATIONS = (Operation("GET", "/events/volume", get_events_volume),)
