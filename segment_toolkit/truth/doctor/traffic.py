"""What became of the events of the last seven days, by Segment's delivery overview (beta), and what blocks them.

Source: Segment documentation, "Delivery Overview" (steps and discard reasons); Public API reference, "Delivery
Overview", "List Schema Settings in Source". The counters cover cloud-mode destinations only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from ...errors import ToolkitError
from ...tool import JsonObject, Request
from ..facts import Connected, SourceFacts, plain
from ..reading import Reading, one, path, window
from .findings import Check, Status, listed, unread

DAYS = 7
#: A share of lost events beyond which something is surely broken, not only mistaken now and then (our choice).
ALARMING = 0.2

#: Discard reasons in other words, with what to do ("Delivery Overview").
REASONS: Mapping[str, str] = {
    "source_disabled": "the source was switched off",
    "no_user_anon_id": "neither userId nor anonymousId: send one",
    "id_required": "an id that the type of event needs is missing",
    "id_not_string": "an id is empty or no string",
    "event_not_defined": "a track without its event name",
    "event_not_string": "an event name that is no string",
    "properties_not_object": "properties that are no object: leave them out instead of null",
    "traits_not_object": "traits that are no object",
    "name_not_string": "an empty page or screen name: leave it out",
    "category_not_string": "an empty category: leave it out",
    "empty_batch": "batches with nothing in them",
    "locked_workspace": "the workspace is locked: ask Segment",
    "unplanned": "events that are not in the tracking plan: plan them, or correct their names",
    "schema_violation": "events that break their rule in the tracking plan",
    "common_schema_violation": "events that break the plan's common schema",
    "unplanned_and_schema_violation": "events that are not planned and break the common schema",
    "event_setting": "events that are switched off on the source's Schema page",
    "INVALID_SETTINGS": "the destination's settings are wrong",
    "MESSAGE_REJECTED": "the destination refused the event",
}
_STRICT = {
    "allowUnplannedEvents": "blocks events that are not planned",
    "allowEventOnViolations": "blocks events that break their rule",
    "allowUnplannedEventProperties": "takes out properties that are not planned",
    "allowPropertiesOnViolations": "takes out properties that break their rule",
    "allowUnplannedTraits": "takes out traits that are not planned",
    "allowTraitsOnViolations": "takes out traits that break their rule",
}


def ingest_check(sources: tuple[SourceFacts, ...], now: datetime) -> Reading[Check]:
    """What failed on ingest: accepted with 200 and lost."""
    counted = yield from _counted("failed-on-ingest", sources, now)
    if isinstance(counted, ToolkitError):
        return unread("ingest", "What failed on ingest", counted)
    received = yield from _counted("successfully-received", sources, now)
    arrived = sum(count.total() for count in received.values()) if isinstance(received, Mapping) else 0
    lost = sum(count.total() for count in counted.values())
    if not lost:
        says = f"Nothing failed on ingest in {DAYS} days; {arrived} events were received."
        return Check("ingest", "ok", says)
    says = f"{lost} events failed on ingest in {DAYS} days, of {arrived + lost}: answered 200 and lost."
    return Check("ingest", _grade(lost, arrived), says, "Mend what sends them.", listed(_lines(sources, counted)))


def schema_check(sources: tuple[SourceFacts, ...], now: datetime) -> Reading[Check]:
    """What schema settings and tracking plans block, and which settings do."""
    settings: list[str] = []
    for source in sources:
        try:
            data = yield from one(path("sources", source.id, "settings"), "settings")
        except ToolkitError as error:
            return unread("schema", "The schema settings", error)
        settings += (f"{source.slug}: {text}" for text in _strict(data["settings"]))
    counted = yield from _counted("filtered-at-source", sources, now)
    if isinstance(counted, ToolkitError):
        return unread("schema", "What was blocked at the sources", counted)
    blocked = sum(count.total() for count in counted.values())
    if not blocked:
        says = f"No event was blocked at its source in {DAYS} days."
        return Check("schema", "ok", says, "", listed(settings))
    details = [*_lines(sources, counted), *settings]
    says = f"{blocked} events were blocked at their source in {DAYS} days: no destination or warehouse got them."
    step = "Plan these events, correct what sends them, or allow them in the source's schema settings."
    return Check("schema", "warning", says, step, listed(details))


def delivery_check(
    sources: tuple[SourceFacts, ...], destinations: Mapping[str, tuple[Connected, ...]], now: datetime
) -> Reading[Check]:
    """Which destinations did not take what was sent to them."""
    details: list[str] = []
    delivered = failed = 0
    for source in sources:
        for item in destinations.get(source.id, ()):
            if not item.enabled:
                continue
            try:
                lost = yield from _step("failed-delivery", source.id, now, item.id)
                arrived = yield from _step("successful-delivery", source.id, now, item.id)
            except ToolkitError as error:
                return unread("delivery", "The delivery counters", error)
            delivered, failed = delivered + arrived.total(), failed + lost.total()
            details += (f"{source.slug} to '{item.name}': {text}" for text in _reasons(lost))
    if not failed:
        return Check("delivery", "ok", f"No delivery failed in {DAYS} days; {delivered} succeeded.")
    says = f"{failed} deliveries failed in {DAYS} days, of {delivered + failed}."
    step = "Look at the destination's settings and its own limits."
    return Check("delivery", _grade(failed, delivered), says, step, listed(details))


def _counted(
    step: str, sources: tuple[SourceFacts, ...], now: datetime
) -> Reading[Mapping[str, Counter[str]] | ToolkitError]:
    """Events of each source by discard reason; the first error, if one cannot be read."""
    found: dict[str, Counter[str]] = {}
    for source in sources:
        try:
            found[source.id] = yield from _step(step, source.id, now)
        except ToolkitError as error:
            return error
    return found


def _step(step: str, source_id: str, now: datetime, destination_id: str | None = None) -> Reading[Counter[str]]:
    query = [("sourceId", source_id), *window("HOUR", now - timedelta(days=DAYS), now)]
    if destination_id is not None:
        query.append(("destinationConfigId", destination_id))
    if step != "successfully-received":
        query.append(("groupBy.0", "discardReason"))
    response = yield Request("GET", f"/delivery-overview/{step}", query=tuple(query))
    dataset = response.data.get("dataset")
    counts = Counter[str]()
    for item in dataset if isinstance(dataset, list) else ():
        total = item.get("total") if isinstance(item, dict) else None
        if isinstance(total, int):
            counts[plain(item.get("discardReason") or "")] += total
    return counts


def _lines(sources: tuple[SourceFacts, ...], counted: Mapping[str, Counter[str]]) -> Iterator[str]:
    for source in sources:
        yield from (f"{source.slug}: {text}" for text in _reasons(counted.get(source.id, Counter())))


def _reasons(counts: Counter[str]) -> Iterator[str]:
    for reason, number in counts.most_common():
        words = f", {REASONS[reason]}" if reason in REASONS else ""
        yield f"{number} times {reason or 'no reason given'}{words}"


def _strict(settings: JsonObject) -> Iterator[str]:
    for kind in ("track", "identify", "group"):
        controls: Any = settings.get(kind)
        for name, value in controls.items() if isinstance(controls, dict) else ():
            if value is False and name in _STRICT:
                yield f"{kind} {_STRICT[name]}"
            elif name == "commonEventOnViolations" and value not in ("ALLOW", None):
                yield f"{kind} {'blocks' if value == 'BLOCK' else 'thins out'} events that break the common schema"


def _grade(lost: int, arrived: int) -> Status:
    return "failed" if lost > ALARMING * (lost + arrived) else "warning"
