"""Usage and deliveries of the days before the sandbox was started, so that the counters are not empty.

The counters agree with each other as those of real events do: what a source received is what each of its
destinations delivered, discarded or filtered.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from segment_toolkit.sandbox.derive import amount
from segment_toolkit.sandbox.state import Destination, Source
from segment_toolkit.sandbox.store import ledger
from segment_toolkit.sandbox.store.ledger import Calls, Counts, Delivery, minute_of
from segment_toolkit.sandbox.workspace import Workspace

_USAGE_DAYS = 62
_DELIVERY_DAYS = 14


def add_history(workspace: Workspace) -> None:
    """Fill the counters up to now: two months of usage, 14 days and the last hour of deliveries."""
    now, counts = workspace.clock(), Counts()
    for back in range(_USAGE_DAYS):
        _add_usage(workspace, now - timedelta(days=back), counts)
    for back in range(1, _DELIVERY_DAYS):
        _add_deliveries(workspace, now - timedelta(days=back), counts)
    _add_deliveries(workspace, now - timedelta(minutes=30), counts)
    workspace.store.ledger.add(counts)


def _add_usage(workspace: Workspace, at: datetime, counts: Counts) -> None:
    for source in workspace.sources.values():
        if source.enabled:
            calls = amount(workspace.facts.seed, "usage", source.slug, at.date().isoformat(), low=200, high=900)
            counts.calls[Calls(workspace.id, at.date(), source.id)] += calls


def _add_deliveries(workspace: Workspace, at: datetime, counts: Counts) -> None:
    for source in workspace.sources.values():
        if source.enabled:
            received = amount(workspace.facts.seed, "received", source.slug, at.date().isoformat(), low=110, high=420)
            counts.deliveries[_key(source.id, "", ledger.RECEIVED, at)] += received
            for destination in workspace.destinations_of(source.id):
                _split(workspace, source, destination, at, received, counts)


def _split(
    workspace: Workspace, source: Source, destination: Destination, at: datetime, received: int, counts: Counts
) -> None:
    parts = (workspace.facts.seed, "delivery", destination.id, at.date().isoformat())
    late = amount(*parts, "late", low=2, high=9)
    refused = amount(*parts, "refused", low=1, high=5)
    for step, reason, number in (
        (ledger.DELIVERED, "successes.attempt.1", received - late - refused),
        (ledger.DELIVERED, "successes.attempt.2", late),
        (ledger.FAILED_DELIVERY, "MESSAGE_REJECTED", refused),
    ):
        counts.deliveries[_key(source.id, destination.id, step, at, reason)] += number


def _key(source_id: str, destination_id: str, step: str, at: datetime, reason: str = "") -> Delivery:
    return Delivery(source_id, destination_id, step, minute_of(at), "track", "Product Viewed", "", reason)
