"""The messages of one request on their way: which are taken in, which are dropped, where each one goes.

It decides and gathers; nothing is written here but the minted ids. Counted as one API call is every message that
its source lets through: failed, repeated, suppressed and blocked ones are not (the last is documented, the others
assumed), and what a destination filters makes no difference (assumed).  [docs: "MTUs, Throughput and Billing"]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

from segment_toolkit.sandbox.instants import format_instant
from segment_toolkit.sandbox.pipeline.enforcement import Verdict, Violation, enforce
from segment_toolkit.sandbox.pipeline.facets import Facets, facets
from segment_toolkit.sandbox.pipeline.filters import apply_filters
from segment_toolkit.sandbox.pipeline.forwarding import MARK, forwards
from segment_toolkit.sandbox.pipeline.harvest import Harvest, Load, Parcel
from segment_toolkit.sandbox.pipeline.messages import Message
from segment_toolkit.sandbox.pipeline.routes import Route, Routes, Stop
from segment_toolkit.sandbox.pipeline.routing import decide
from segment_toolkit.sandbox.pipeline.shape import ingest_fault
from segment_toolkit.sandbox.pipeline.stamp import stamped
from segment_toolkit.sandbox.store import ledger
from segment_toolkit.sandbox.store.journal import Dropped, Taken
from segment_toolkit.sandbox.store.ledger import Breach, Calls, Delivery, Person, minute_of
from segment_toolkit.sandbox.store.sightings import key_of, safe
from segment_toolkit.sandbox.store.store import Store
from segment_toolkit.sandbox.wire import Json

# Violations are counted by texts cut at this length (assumed).
_LONGEST = 300


class Intake:
    """One request's worth of messages."""

    def __init__(self, store: Store, routes: Routes, at: datetime, chance: Callable[[], float]) -> None:
        """Prepare to take messages in that were received at a moment."""
        self.harvest = Harvest()
        self._store = store
        self._routes = routes
        self._chance = chance
        self._position = store.journal.next_position()
        self._seen: set[str] = set()
        self.now(at)

    def now(self, at: datetime) -> None:
        """Say when the messages to come were received."""
        self.at = at
        self._minute = minute_of(at)

    def take(self, route: Route | None, messages: Iterable[Message]) -> None:
        """Take in messages that were sent with a write key of the route's source; without a route, drop them.

        The real service cannot count such events anywhere; the reason is the nearest documented code (assumed).
        """
        if route is None:
            self.harvest.dropped += [Dropped(None, None, "unknown_source", message.event) for message in messages]
            return
        judged = [self._judged(route, message) for message in messages]
        good = [key_of(event["messageId"]) for event, fault in judged if fault is None]
        seen = self._store.sightings.known(good, self.at) if good else set()
        for event, fault in judged:
            if fault is not None:
                self._fail(route, fault, event)
            elif route.workspace.suppresses(route.source.id, event):
                # At the API: seen nowhere, counted nowhere.
                self._drop(route, "suppressed", event)
            elif (message_id := key_of(event["messageId"])) in seen or message_id in self._seen:
                # Not an ingest code of Segment's, where duplicates are counted nowhere: the name is ours.
                self._drop(route, "duplicate_message_id", event)
            else:
                self._seen.add(message_id)
                self.harvest.message_ids.append(message_id)
                self._receive(route, event)

    def _judged(self, route: Route, message: Message) -> tuple[Json, str | None]:
        """Return the event, stamped when it is good, and the reason why it is not."""
        event = message.event
        if MARK in event:
            # Only the sandbox itself marks an event as forwarded.
            event = {name: value for name, value in event.items() if name != MARK}
        if not route.source.enabled:
            return event, "source_disabled"
        fault = message.fault or ingest_fault(event)
        if fault is not None:
            return event, fault
        return stamped(event, route.source.id, self.at, route.workspace.mint), None

    def _receive(self, route: Route, event: Json) -> None:
        kind = facets(event)
        self._count(route, ledger.RECEIVED, kind)
        self._enforce(route, event, kind)

    def _enforce(self, route: Route, event: Json, kind: Facets) -> None:
        source = route.source
        verdict = enforce(event, source.schema_settings, route.plan, route.blocked)
        for violation in verdict.violations:
            self._note(source.id, kind, violation)
        if verdict.event is None:
            self._count(route, ledger.FILTERED_AT_SOURCE, kind, reason=verdict.reason or "")
            self._drop(route, verdict.reason or "", event)
        else:
            self._let_through(route, verdict.event, kind)
        if verdict.violations or verdict.event is None:
            self._forward(route, event, verdict)

    def _let_through(self, route: Route, event: Json, kind: Facets) -> None:
        workspace, source = route.workspace, route.source
        self.harvest.taken.append(Taken(self._position, workspace.id, source.id, event))
        self.harvest.identities[workspace.facts.space_id].append((event, self._position))
        self._position += 1
        self.harvest.counts.calls[Calls(workspace.id, self.at.date(), source.id)] += 1
        self._count_people(route, event)
        for stop in route.stops:
            self._send(route, stop, event, kind)
        if route.warehouses:
            self.harvest.loads[Load(route.warehouses, source.warehouse_schema)].append(event)

    def _send(self, route: Route, stop: Stop, event: Json, kind: Facets) -> None:
        reason = decide(event, stop.name, stop.destination.consent_categories)
        sent = event if reason is None else None
        if sent is not None and stop.filters:
            sent, reason = apply_filters(stop.filters, sent, self._chance), "FILTERED_BY_RULES"
        if sent is None:
            self._count(route, ledger.FILTERED_AT_DESTINATION, kind, reason=reason or "", stop=stop)
            return
        if stop.delivery == "blackhole":
            self._count(route, ledger.DELIVERED, kind, reason="successes.attempt.1", stop=stop)
        else:
            self.harvest.parcels.append(Parcel(stop, sent, kind, self.at))

    def _note(self, source_id: str, kind: Facets, violation: Violation) -> None:
        said = (safe(text[:_LONGEST]) for text in (violation.type, violation.field, violation.description))
        key = Breach(source_id, self.at.date(), kind.event_type, kind.event_name, *said)
        self.harvest.counts.violations[key] += 1

    def _forward(self, route: Route, event: Json, verdict: Verdict) -> None:
        """Give what follows from a verdict to other sources, where it counts; there it is not judged once more."""
        settings, now = route.source.schema_settings, format_instant(self.at)
        mint = partial(route.workspace.mint, "message", 27)
        for forward in forwards(event, verdict, settings, route.origin, mint, now):
            target = route.workspace.sources.get(forward.source_id)
            if target is not None:
                self._redirect(self._routes.of_source(route.workspace, target), forward.event)

    def _redirect(self, route: Route, event: Json) -> None:
        if not route.source.enabled:
            self._fail(route, "source_disabled", event)
            return
        kind, moved = facets(event), {**event, "sourceId": route.source.id}
        self._count(route, ledger.RECEIVED, kind)
        self._let_through(route, moved, kind)

    def _fail(self, route: Route, fault: str, event: Json) -> None:
        self._count(route, ledger.FAILED_ON_INGEST, facets(event), reason=fault)
        self._drop(route, fault, event)

    def _drop(self, route: Route, reason: str, event: Json) -> None:
        self.harvest.dropped.append(Dropped(route.workspace.id, route.source.id, reason, event))

    def _count(self, route: Route, step: str, kind: Facets, *, reason: str = "", stop: Stop | None = None) -> None:
        destination_id = "" if stop is None else stop.destination.id
        key = Delivery(route.source.id, destination_id, step, self._minute, *kind, reason)
        self.harvest.counts.deliveries[key] += 1

    def _count_people(self, route: Route, event: Json) -> None:
        user, anonymous = event.get("userId"), event.get("anonymousId")
        where = (route.workspace.id, self.at.date(), route.source.id)
        if user is not None:
            self.harvest.counts.people[Person(*where, "user", safe(user), True)] = None
        if anonymous is not None:
            self.harvest.counts.people[Person(*where, "anonymous", safe(anonymous), user is not None)] = None
