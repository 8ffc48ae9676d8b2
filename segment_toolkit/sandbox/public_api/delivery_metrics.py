"""Delivery metrics of a destination: a summary over a window of time, no series (beta).

Source: Public API reference, "List Delivery Metrics Summary from Destination". The names of the metrics are
not documented anywhere; the four used here follow the discard codes of the "Delivery Overview" docs and are
assumed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from segment_toolkit.sandbox.instants import parse_instant
from segment_toolkit.sandbox.public_api.call import Call
from segment_toolkit.sandbox.public_api.errors import invalid
from segment_toolkit.sandbox.public_api.lookup import destination_in, find_source
from segment_toolkit.sandbox.state import Destination, Workspace
from segment_toolkit.sandbox.wire import Json

# Clients take their clock before Segment takes its own, so a window asked to the limit arrives a little
# over it.
_TOLERANCE = timedelta(minutes=1)


@dataclass(frozen=True)
class Granularity:
    """The documented limits of one granularity: default start, longest range, oldest start."""

    name: str
    default: timedelta
    longest: timedelta
    oldest: timedelta


GRANULARITIES = (
    Granularity("MINUTE", timedelta(hours=1), timedelta(hours=4), timedelta(hours=48)),
    Granularity("HOUR", timedelta(days=7), timedelta(days=7), timedelta(days=7)),
    # The default of DAY breaks its own limits in the documentation; a call that relies on it is accepted.
    Granularity("DAY", timedelta(days=30), timedelta(days=14), timedelta(days=14)),
)


def get_delivery_metrics(workspace: Workspace, call: Call) -> Json:
    """GET /destinations/{id}/delivery-metrics ? sourceId, startTime, endTime, granularity."""
    destination = destination_in(workspace, call)
    source_id = _source_id(workspace, call, destination)
    start, end = _window(call, now=workspace.clock())
    counts: Counter[str] = Counter()
    for key, number in workspace.deliveries.items():
        if key.destination_id == destination.id and start <= key.minute < end:
            counts[key.outcome] += number
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
    granularity = _granularity(call)
    asked = _instant(call, "startTime")
    start = now - granularity.default if asked is None else asked
    end = _instant(call, "endTime") or now
    if start >= end:
        raise invalid("'startTime' must be before 'endTime'.", field="startTime")
    if asked is not None:
        _check_limits(granularity, start, end, now)
    return start, end


def _check_limits(granularity: Granularity, start: datetime, end: datetime, now: datetime) -> None:
    if now - start > granularity.oldest + _TOLERANCE:
        raise invalid(f"'startTime' is too far back for granularity {granularity.name}.", field="startTime")
    if end - start > granularity.longest + _TOLERANCE:
        raise invalid(f"The range is too long for granularity {granularity.name}.", field="endTime")


def _granularity(call: Call) -> Granularity:
    name = call.argument("granularity") or "MINUTE"
    for granularity in GRANULARITIES:
        if granularity.name == name:
            return granularity
    raise invalid("'granularity' must be MINUTE, HOUR or DAY.", field="granularity")


def _instant(call: Call, name: str) -> datetime | None:
    text = call.argument(name)
    if text is None:
        return None
    instant = parse_instant(text)
    if instant is None:
        raise invalid(f"'{name}' must be an ISO 8601 date-time.", field=name)
    return instant
