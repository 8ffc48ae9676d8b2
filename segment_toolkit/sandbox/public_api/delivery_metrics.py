"""Delivery metrics of a destination: a summary over a window of time, no series (beta).

Source: Public API reference, "List Delivery Metrics Summary from Destination". The names of the metrics are
not documented anywhere; the four used here follow the discard codes of the "Delivery Overview" docs and are
assumed.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from segment_toolkit.sandbox.public_api.call import Call
from segment_toolkit.sandbox.public_api.errors import invalid
from segment_toolkit.sandbox.public_api.lookup import destination_in, find_source
from segment_toolkit.sandbox.public_api.operation import Operation
from segment_toolkit.sandbox.public_api.windows import Reach, asked_granularity, asked_instant
from segment_toolkit.sandbox.state import Destination
from segment_toolkit.sandbox.store import ledger
from segment_toolkit.sandbox.wire import Json
from segment_toolkit.sandbox.workspace import Workspace

_REACH = {
    "MINUTE": Reach(timedelta(hours=4), timedelta(hours=48)),
    "HOUR": Reach(timedelta(days=7), timedelta(days=7)),
    "DAY": Reach(timedelta(days=14), timedelta(days=14)),
}
# The default start of DAY breaks its own limits in the documentation; a call that relies on it is accepted.
_DEFAULT_START = {"MINUTE": timedelta(hours=1), "HOUR": timedelta(days=7), "DAY": timedelta(days=30)}


def get_delivery_metrics(workspace: Workspace, call: Call) -> Json:
    """GET /destinations/{id}/delivery-metrics ? sourceId, startTime, endTime, granularity."""
    destination = destination_in(workspace, call)
    source_id = _source_id(workspace, call, destination)
    start, end = _window(call, now=workspace.clock())
    steps = (ledger.DELIVERED, ledger.FAILED_DELIVERY, ledger.FILTERED_AT_DESTINATION)
    counts: Counter[str] = Counter()
    for key, number in workspace.store.ledger.deliveries([source_id], destination.id, steps, start, end):
        counts[key.reason] += number
    summary = {
        "sourceId": source_id,
        # The catalog id, not the instance's.
        "destinationMetadataId": destination.kind.id,
        "metrics": [_metric("successes", counts), _metric("discarded", counts)],
    }
    return {"deliveryMetricsSummary": summary}


def _metric(name: str, counts: Counter[str]) -> Json:
    members = {
        outcome: number
        for outcome, number in sorted(counts.items())
        if outcome.startswith("successes.") == (name == "successes")
    }
    breakdown = [{"metricName": outcome, "value": number} for outcome, number in members.items()]
    return {"metricName": name, "total": sum(members.values()), "breakdown": breakdown}


def _source_id(workspace: Workspace, call: Call, destination: Destination) -> str:
    source_id = call.argument("sourceId")
    if not source_id:
        raise invalid("'sourceId' is required.", field="sourceId")
    if find_source(workspace, source_id).id != destination.source_id:
        # Assumed: a destination instance belongs to one source, so any other one is a mistake.
        raise invalid("The destination is not connected to this source.", field="sourceId")
    return source_id


def _window(call: Call, *, now: datetime) -> tuple[datetime, datetime]:
    granularity = asked_granularity(call)
    asked = asked_instant(call, "startTime")
    start = now - _DEFAULT_START[granularity] if asked is None else asked
    end = asked_instant(call, "endTime") or now
    if start >= end:
        raise invalid("'startTime' must be before 'endTime'.", field="startTime")
    if asked is not None:
        _REACH[granularity].check(granularity, start, end, now)
    return start, end


OPERATIONS = (
    Operation("GET", "/destinations/{destination_id}/delivery-metrics", get_delivery_metrics, stability="v1beta"),
)
