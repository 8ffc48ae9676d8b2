"""Usage and deliveries of the days before the sandbox was started, so that the counters are not empty."""

from __future__ import annotations

from datetime import datetime, timedelta

from segment_toolkit.sandbox.derive import amount
from segment_toolkit.sandbox.state import UsageCount, Workspace

_USAGE_DAYS = 62
_DELIVERY_DAYS = 14


def add_history(workspace: Workspace) -> None:
    """Fill the counters up to now: two months of usage, 14 days and the last hour of deliveries."""
    now = workspace.clock()
    for back in range(_USAGE_DAYS):
        _add_usage(workspace, now - timedelta(days=back))
    for back in range(1, _DELIVERY_DAYS):
        _add_deliveries(workspace, now - timedelta(days=back))
    _add_deliveries(workspace, now - timedelta(minutes=30))


def _add_usage(workspace: Workspace, day: datetime) -> None:
    for source in workspace.sources.values():
        if source.enabled:
            calls = amount(workspace.seed, "usage", source.slug, day.date().isoformat(), low=200, high=900)
            workspace.usage[UsageCount(source.id, day.date())] += calls


def _add_deliveries(workspace: Workspace, at: datetime) -> None:
    for destination in workspace.destinations.values():
        parts = (workspace.seed, "delivery", destination.id, at.date().isoformat())
        for outcome, most in (("successes.attempt.1", 400), ("successes.attempt.2", 9), ("MESSAGE_REJECTED", 5)):
            number = amount(*parts, outcome, low=most // 4, high=most)
            workspace.count_delivery(destination.id, at, outcome, number)
