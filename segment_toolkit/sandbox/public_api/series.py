"""Series of counts over time, made from the counters of the ledger: filtered, grouped, in buckets.

Source: Public API reference, "Get Events Volume from Workspace" and "Delivery Overview": the time of a point is the
beginning of its bucket. Not documented, so assumed: buckets are those of UTC, buckets and series without events are
left out, and a member is left out where an event has no such value (the name of an identify, say).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from operator import attrgetter

from segment_toolkit.sandbox.instants import format_instant
from segment_toolkit.sandbox.public_api.errors import invalid
from segment_toolkit.sandbox.public_api.windows import BUCKET_MINUTES
from segment_toolkit.sandbox.store.ledger import Delivery
from segment_toolkit.sandbox.store.sightings import safe
from segment_toolkit.sandbox.wire import Json

# Dimensions of the API, and where a counter has them. Others exist that no event of the sandbox has a value of.
_MEMBERS: Mapping[str, str] = {
    "source": "source_id",
    "eventName": "event_name",
    "eventType": "event_type",
    "appVersion": "app_version",
    "discardReason": "reason",
}

Key = tuple[str, ...]
Series = Mapping[Key, Counter[int]]


def dimensions(asked: Iterable[str], allowed: Sequence[str]) -> list[str]:
    """Return what to group by, each once; 422 for a dimension that there is not."""
    found = [name for name in dict.fromkeys(item.strip() for item in asked) if name]
    if any(name not in allowed for name in found):
        raise invalid(f"'groupBy' may hold {', '.join(allowed)}.", field="groupBy")
    return found


def matching(rows: Iterable[tuple[Delivery, int]], wanted: Mapping[str, Iterable[str]]) -> list[tuple[Delivery, int]]:
    """Return the counters whose dimensions all have a wanted value."""
    found = list(rows)
    for name, values in wanted.items():
        among: Container[str] = {safe(value) for value in values}
        if name not in _MEMBERS:
            return []
        member = attrgetter(_MEMBERS[name])
        found = [row for row in found if member(row[0]) in among]
    return found


def grouped(rows: Iterable[tuple[Delivery, int]], group_by: Sequence[str], granularity: str) -> Series:
    """Return for each combination of values the events of each bucket, by the minute it begins."""
    size = BUCKET_MINUTES[granularity]
    members = [attrgetter(_MEMBERS[name]) if name in _MEMBERS else _nothing for name in group_by]
    series: defaultdict[Key, Counter[int]] = defaultdict(Counter)
    for counter, number in rows:
        key = tuple(member(counter) for member in members)
        series[key][counter.minute - counter.minute % size] += number
    return series


def largest_first(series: Series) -> list[tuple[Key, Counter[int]]]:
    """Return the series by their total, descending; equal ones by what they are of."""
    return sorted(series.items(), key=lambda entry: (-entry[1].total(), entry[0]))


def points(counts: Mapping[int, int]) -> list[Json]:
    """Show the buckets of a series, oldest first."""
    return [{"time": time_of(minute), "count": counts[minute]} for minute in sorted(counts)]


def time_of(minute: int) -> str:
    """Write a minute since the epoch as an instant."""
    return format_instant(datetime.fromtimestamp(minute * 60, UTC))


def labels(group_by: Sequence[str], key: Key) -> Json:
    """Show the values a series is of."""
    return {name: value for name, value in zip(group_by, key, strict=True) if value}


def _nothing(_counter: Delivery) -> str:
    return ""
