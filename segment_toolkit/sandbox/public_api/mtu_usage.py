"""Daily usage in monthly tracked users, per source and for the workspace.

Counts are decimal strings, and cumulative within the month that starts at `period`. Of the people seen so far:
`identified` are the userIds, `anonymous` the anonymousIds, `anonymousIdentified` those of the latter that came with a
userId, and `neverIdentified` the rest of them, so that a bill is for identified + neverIdentified. What the four mean
is not documented in so many words, so it is assumed, like these: a snapshot is there for each day from the first
person on until today, sources without anybody are left out, and the period ends where the next month begins.
Sources: Public API reference, "Get Daily Per Source MTU Usage", "Get Daily Workspace MTU Usage"; Segment docs, "MTUs,
Throughput and Billing".
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from segment_toolkit.sandbox.public_api.call import Call
from segment_toolkit.sandbox.public_api.operation import Operation
from segment_toolkit.sandbox.public_api.pages import page
from segment_toolkit.sandbox.public_api.usage import period
from segment_toolkit.sandbox.wire import Json
from segment_toolkit.sandbox.workspace import Workspace


class Sighting(NamedTuple):
    """Somebody in a month: the days of being first seen, and first seen with a userId."""

    kind: str
    identifier: str
    first_day: str
    identified_day: str | None


Changes = Mapping[str, Counter[str]]
"""Day to how much each count grows on it."""


def per_source_usage(workspace: Workspace, call: Call) -> Json:
    """GET /usage/mtu/sources/daily: one entry a day and source, in that order (assumed)."""
    month = period(call)
    people: defaultdict[str, list[Sighting]] = defaultdict(list)
    for row in workspace.store.ledger.people(workspace.id, month):
        people[row[0]].append(Sighting(*row[1:]))
    entries = [
        (entry["timestamp"], {"sourceId": source_id, **entry})
        for source_id, found in sorted(people.items())
        for entry in _snapshots(_changes(found), month, workspace.clock().date())
    ]
    # Sorting is stable: the sources of a day keep their order.
    ordered = [entry for _, entry in sorted(entries, key=lambda pair: pair[0])]
    return page(call, "dailyPerSourceMTUUsage", ordered)


def workspace_usage(workspace: Workspace, call: Call) -> Json:
    """GET /usage/mtu/daily: one entry a day; who was seen in two sources counts once."""
    month = period(call)
    rows = workspace.store.ledger.people(workspace.id, month)
    changes = _changes(_distinct(Sighting(*row[1:]) for row in rows))
    entries = list(_snapshots(changes, month, workspace.clock().date()))
    return page(call, "dailyWorkspaceMTUUsage", entries)


def _distinct(sightings: Iterable[Sighting]) -> Iterable[Sighting]:
    """Return each person once, with the earliest days of all sources."""
    found: dict[tuple[str, str], Sighting] = {}
    for new in sightings:
        old = found.setdefault(new[:2], new)
        if old is not new:
            days = [day for day in (old.identified_day, new.identified_day) if day is not None]
            found[new[:2]] = Sighting(*new[:2], min(old.first_day, new.first_day), min(days, default=None))
    return found.values()


def _changes(sightings: Iterable[Sighting]) -> Changes:
    changes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for kind, _, first_day, identified_day in sightings:
        if kind == "user":
            changes[first_day]["identified"] += 1
            continue
        changes[first_day]["anonymous"] += 1
        if identified_day is not None:
            changes[identified_day]["anonymousIdentified"] += 1
    return changes


def _snapshots(changes: Changes, month: date, today: date) -> Iterator[Json]:
    if not changes:
        return
    following = (month + timedelta(days=31)).replace(day=1)
    bounds = {"periodStart": _seconds(month), "periodEnd": _seconds(following)}
    running: Counter[str] = Counter()
    day, last = date.fromisoformat(min(changes)), max(today, date.fromisoformat(max(changes)))
    while day <= last and day < following:
        running.update(changes.get(day.isoformat(), {}))
        yield {**bounds, **_counts(running), "timestamp": f"{day}T00:00:00.000Z"}
        day += timedelta(days=1)


def _counts(running: Counter[str]) -> Json:
    never = running["anonymous"] - running["anonymousIdentified"]
    return {
        "anonymous": str(running["anonymous"]),
        "anonymousIdentified": str(running["anonymousIdentified"]),
        "identified": str(running["identified"]),
        "neverIdentified": str(never),
    }


def _seconds(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())


OPERATIONS = (
    Operation("GET", "/usage/mtu/sources/daily", per_source_usage),
    Operation("GET", "/usage/mtu/daily", workspace_usage),
)
