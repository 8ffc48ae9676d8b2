"""The six steps of delivery overview: what became of the events of a source, over time (beta).

`retryCount` and `totalRetryCount` are the events that a later attempt delivered; only successful delivery has them
(assumed). A filter on a subscription, activation, audience or space finds nothing, since no event here has one.
Sources: Public API reference, "Delivery Overview"; Segment docs, "Delivery Overview".
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from segment_toolkit.sandbox.public_api import series
from segment_toolkit.sandbox.public_api.call import Call
from segment_toolkit.sandbox.public_api.errors import invalid
from segment_toolkit.sandbox.public_api.lookup import source_named
from segment_toolkit.sandbox.public_api.operation import Operation
from segment_toolkit.sandbox.public_api.pages import page
from segment_toolkit.sandbox.public_api.windows import Reach, Window, required_window
from segment_toolkit.sandbox.store import ledger
from segment_toolkit.sandbox.wire import Json
from segment_toolkit.sandbox.workspace import Workspace

_REACH = {
    "MINUTE": Reach(timedelta(hours=4), timedelta(hours=48)),
    "HOUR": Reach(timedelta(days=14), timedelta(days=30)),
    "DAY": Reach(timedelta(days=30), timedelta(days=30)),
}
_RECEIVED = ("eventName", "eventType", "appVersion")
_SOURCE = (*_RECEIVED, "discardReason")
_DESTINATION = (*_SOURCE, "subscriptionId", "activationId", "audienceId", "spaceId")
_FIRST_ATTEMPT = "successes.attempt.1"


@dataclass(frozen=True)
class Step:
    """One step: its name in the path is that of the ledger."""

    name: str
    dimensions: tuple[str, ...]

    @property
    def is_of_a_destination(self) -> bool:
        """Whether it is asked of one destination."""
        return self.dimensions == _DESTINATION


_STEPS = (
    Step(ledger.RECEIVED, _RECEIVED),
    Step(ledger.FAILED_ON_INGEST, _SOURCE),
    Step(ledger.FILTERED_AT_SOURCE, _SOURCE),
    Step(ledger.FILTERED_AT_DESTINATION, _DESTINATION),
    Step(ledger.FAILED_DELIVERY, _DESTINATION),
    Step(ledger.DELIVERED, _DESTINATION),
)


def get_metrics(step: Step, workspace: Workspace, call: Call) -> Json:
    """GET /delivery-overview/{step} ? sourceId, destinationConfigId, granularity, startTime, endTime, groupBy, filter.

    Largest series first (assumed).
    """
    source_id = source_named(workspace, _required(call, "sourceId"), "sourceId").id
    destination_id = _destination_id(workspace, call, source_id) if step.is_of_a_destination else ""
    window = _window(workspace, call)
    group_by = series.dimensions(call.array_argument("groupBy", commas=True) or [], step.dimensions)
    filters = _filters(call, step)
    found = workspace.store.ledger.deliveries([source_id], destination_id, [step.name], window.start, window.end)
    rows = series.matching(found, filters)
    dataset = _dataset(step, rows, group_by, window)
    return {"total": sum(number for _, number in rows), **page(call, "dataset", dataset)}


def _dataset(
    step: Step, rows: Iterable[tuple[ledger.Delivery, int]], group_by: list[str], window: Window
) -> list[Json]:
    rows = list(rows)
    late = (row for row in rows if row[0].reason != _FIRST_ATTEMPT)
    retried = series.grouped(late if step.name == ledger.DELIVERED else (), group_by, window.granularity)
    dataset = []
    for key, counts in series.largest_first(series.grouped(rows, group_by, window.granularity)):
        entry = {**series.labels(group_by, key), "total": counts.total(), "series": series.points(counts)}
        if step.name == ledger.DELIVERED:
            _add_retries(entry, retried.get(key, Counter()))
        dataset.append(entry)
    return dataset


def _add_retries(entry: Json, retried: Counter[int]) -> None:
    by_time = {series.time_of(minute): number for minute, number in retried.items()}
    for point in entry["series"]:
        point["retryCount"] = by_time.get(point["time"], 0)
    entry["totalRetryCount"] = retried.total()


def _destination_id(workspace: Workspace, call: Call, source_id: str) -> str:
    destination = workspace.destinations.get(_required(call, "destinationConfigId"))
    if destination is None or destination.source_id != source_id:
        message = "'destinationConfigId' must be the id of a destination that is connected to the source."
        raise invalid(message, field="destinationConfigId")
    return destination.id


def _window(workspace: Workspace, call: Call) -> Window:
    window = required_window(call)
    _REACH[window.granularity].check(window.granularity, window.start, window.end, workspace.clock())
    return window


def _filters(call: Call, step: Step) -> dict[str, list[str]]:
    """Read `filter`, an object of arrays of text; one text stands for an array of it (assumed)."""
    asked = call.object_argument("filter") or {}
    filters: dict[str, list[str]] = {}
    for name, given in asked.items():
        if name not in step.dimensions:
            raise invalid(f"'filter' may hold {', '.join(step.dimensions)}.", field="filter")
        values = [given] if isinstance(given, str) else given
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise invalid(f"'filter.{name}' must be an array of strings.", field=f"filter.{name}")
        filters[name] = values
    return filters


def _required(call: Call, name: str) -> str:
    text = call.argument(name)
    if not text:
        raise invalid(f"'{name}' is required.", field=name)
    return text


OPERATIONS = tuple(
    Operation(
        "GET",
        f"/delivery-overview/{step.name}",
        functools.partial(get_metrics, step),
        stability="v1beta",
        versions=("v1beta",),
    )
    for step in _STEPS
)
