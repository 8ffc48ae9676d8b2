"""From a request to everything it changes, inside the transaction of the caller."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from segment_toolkit.sandbox.pipeline.dispatch import Dispatch
from segment_toolkit.sandbox.pipeline.harvest import Harvest
from segment_toolkit.sandbox.pipeline.intake import Intake
from segment_toolkit.sandbox.pipeline.messages import Message
from segment_toolkit.sandbox.pipeline.routes import Route, Routes
from segment_toolkit.sandbox.profiles import Profiles
from segment_toolkit.sandbox.store.store import Store
from segment_toolkit.sandbox.warehouse.names import Names
from segment_toolkit.sandbox.warehouse.tables import WarehouseTables, by_table
from segment_toolkit.sandbox.workspace import Workspace


class Arrival(NamedTuple):
    """A message, the way it goes (None when nobody here owns the write key), and when it came."""

    route: Route | None
    message: Message
    at: datetime


class Pipeline:
    """Takes messages in, and writes what became of them to the store, the warehouses, the profiles and the queue."""

    def __init__(
        self,
        store: Store,
        workspaces: Callable[[], Iterable[Workspace]],
        *,
        profiles: Profiles,
        dispatch: Dispatch,
        seed: str,
    ) -> None:
        """`seed` decides which events a sampling filter lets through."""
        self.routes = Routes(workspaces)
        self._store = store
        self._profiles = profiles
        self._dispatch = dispatch
        self._chance = random.Random(seed)
        self._warehouses: dict[str, WarehouseTables] = {}
        self._names = Names()

    def ingest(self, route: Route | None, messages: Iterable[Message], at: datetime) -> None:
        """Process the messages of one request."""
        intake = Intake(self._store, self.routes, at, self._chance.random)
        intake.take(route, messages)
        self._write(intake.harvest, at)

    def ingest_over_time(self, arrivals: Iterable[Arrival]) -> None:
        """Process messages that came one by one, each at its own time, and write them at once."""
        last = None
        for arrival in arrivals:
            if last is None:
                last = Intake(self._store, self.routes, arrival.at, self._chance.random)
            last.now(arrival.at)
            last.take(arrival.route, [arrival.message])
        if last is not None:
            self._write(last.harvest, last.at)

    def warehouse(self, prefix: str) -> WarehouseTables:
        """Return the tables of a warehouse."""
        if prefix not in self._warehouses:
            self._warehouses[prefix] = WarehouseTables(self._store.database.connection, prefix)
        return self._warehouses[prefix]

    def forget(self) -> None:
        """Trust nothing that was cached: the database was put back, or a transaction was undone."""
        self.routes.forget()
        self._warehouses.clear()
        self._store.ledger.distrust()

    def _write(self, harvest: Harvest, at: datetime) -> None:
        self._store.journal.append(harvest.taken, harvest.dropped)
        self._store.sightings.add(harvest.message_ids, at)
        self._store.ledger.add(harvest.counts)
        for (prefixes, schema), events in harvest.loads.items():
            batches = by_table(events, self._names)
            for prefix in prefixes:
                self.warehouse(prefix).load(schema, batches)
        for space_id, events_at in harvest.identities.items():
            self._profiles.resolve_many(space_id, events_at)
        self._dispatch.send(harvest.parcels)
