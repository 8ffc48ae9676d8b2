"""Did the events arrive? Segment's delivery counters before and after a call, as far as counters can tell.

They count by source, event type and name, whoever sent it: a rise that fits is the best evidence there is, and no more.
They lag about 30 seconds, so right after a call they usually show nothing yet, and the answer is `unverified`.
Source: Segment documentation, "Delivery Overview"; Public API reference, "Delivery Overview" (beta).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import ToolkitError
from ..tool import Request, Verdict
from .facts import plain
from .keys import known_sources, owner_of
from .reading import Reading, source_facts, window
from .sending import Sending

if TYPE_CHECKING:
    from ..credentials import Credentials
    from .memory import Memory

RECEIVED, FAILED, FILTERED = "successfully-received", "failed-on-ingest", "filtered-at-source"
_STEPS = (RECEIVED, FAILED, FILTERED)
_BEFORE, _AFTER = timedelta(minutes=10), timedelta(minutes=10)

#: Event type, and of a track its name: how the counters are split.
Kind = tuple[str, str]
Query = tuple[tuple[str, str], ...]


class Tally(NamedTuple):
    """What is to be counted at one source, and what its counters said before."""

    source_id: str
    slug: str
    sent: Counter[Kind]
    window: Query
    before: Mapping[str, Counter[Kind]]


def tallies(
    sent: Sequence[Sending], credentials: Credentials, memory: Memory, now: datetime | None = None
) -> Reading[list[Tally] | Verdict]:
    """The counters before the call; or a verdict, where it is known already that they cannot tell."""
    if not credentials.public_api_token:
        return Verdict("unverified", "without a Public API token nobody can tell what became of an event")
    try:
        return (yield from _tallies(sent, credentials, memory, now or datetime.now(UTC)))
    except ToolkitError as error:
        return Verdict("unverified", f"the counters could not be read: {error.message}")


def compared(tallies: Sequence[Tally]) -> Reading[Verdict]:
    """What the counters say after the call. Never raises ToolkitError."""
    verdicts = []
    for tally in tallies:
        try:
            verdicts.append(_verdict(tally, (yield from _counts(tally.source_id, tally.window))))
        except ToolkitError as error:
            verdicts.append(Verdict("unverified", f"the counters could not be read: {error.message}"))
    for status in ("contradicted", "unverified"):
        for verdict in verdicts:
            if verdict.status == status:
                return verdict
    return verdicts[0] if verdicts else Verdict("unverified", "nothing was sent")


def _tallies(
    sent: Sequence[Sending], credentials: Credentials, memory: Memory, now: datetime
) -> Reading[list[Tally] | Verdict]:
    listing = yield from known_sources(credentials, memory)
    found: dict[str, Tally] = {}
    asked = window("MINUTE", now - _BEFORE, now + _AFTER)
    for sending in sent:
        owner = owner_of(sending.key or "", listing)
        if owner.source is None:
            if owner.is_nobody:
                return Verdict("contradicted", "no source of the workspace has this write key: the events are lost")
            return Verdict("unverified", "whose the write key is cannot be told")
        source = source_facts(owner.source)
        if not source.enabled:
            return Verdict("contradicted", f"source '{source.slug}' is switched off: it drops the events")
        if source.id not in found:
            before = yield from _counts(source.id, asked)
            found[source.id] = Tally(source.id, source.slug, Counter(), asked, before)
        found[source.id].sent.update(_kind(event) for event in sending.events)
    return list(found.values())


def _counts(source_id: str, asked: Query) -> Reading[Mapping[str, Counter[Kind]]]:
    query = (
        ("sourceId", source_id),
        *asked,
        ("groupBy.0", "eventType"),
        ("groupBy.1", "eventName"),
    )
    found: dict[str, Counter[Kind]] = {}
    for step in _STEPS:
        data = yield from _overview(step, query)
        found[step] = Counter()
        for item in data:
            found[step][_kind({"type": item.get("eventType"), "event": item.get("eventName")})] += _number(item)
    return found


def _overview(step: str, query: Query) -> Reading[list[Mapping[str, Any]]]:
    response = yield Request("GET", f"/delivery-overview/{step}", query=query)
    dataset = response.data.get("dataset")
    return [item for item in dataset if isinstance(item, dict)] if isinstance(dataset, list) else []


def _verdict(tally: Tally, after: Mapping[str, Counter[Kind]]) -> Verdict:
    rises = {step: {kind: after[step][kind] - tally.before[step][kind] for kind in tally.sent} for step in _STEPS}
    number = tally.sent.total()
    lost = {step: sum(rises[step].values()) for step in (FAILED, FILTERED)}
    where = f"source '{tally.slug}'"
    for step, words in ((FAILED, "failed on ingest"), (FILTERED, "were filtered at the source")):
        if lost[step] >= number:
            return Verdict("contradicted", f"{where} counts {lost[step]} more of these events that {words}")
    if any(lost.values()):
        return Verdict(
            "unverified", f"{where} counts more of these events that were lost: look at its delivery overview"
        )
    if all(rises[RECEIVED][kind] == sent for kind, sent in tally.sent.items()):
        which = " and ".join(sorted({plain(name or type_) for type_, name in tally.sent})[:3])
        return Verdict(
            "verified", f"{where} received {number} more of {which}, as sent (it counts all senders' events)"
        )
    if any(rises[RECEIVED].values()):
        return Verdict("unverified", f"{where} received another number of these events: others send them too")
    return Verdict("unverified", f"the counters of {where} have not moved yet: they lag about 30 seconds")


def _kind(event: Mapping[str, Any]) -> Kind:
    type_ = str(event.get("type") or "")
    return type_, str(event.get("event") or "") if type_ == "track" else ""


def _number(item: Mapping[str, Any]) -> int:
    total = item.get("total")
    return total if isinstance(total, int) and not isinstance(total, bool) else 0
