"""A workspace: its records on shelves, its audit trail, and what is counted for it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

from segment_toolkit.sandbox.derive import derive
from segment_toolkit.sandbox.hosts import Region
from segment_toolkit.sandbox.instants import Clock
from segment_toolkit.sandbox.state import (
    Destination,
    DestinationFilter,
    Label,
    NarrowSuppression,
    OAuthClient,
    Regulation,
    Source,
    Suppression,
    TrackingPlan,
    User,
    Warehouse,
    WorkspaceFacts,
)
from segment_toolkit.sandbox.store.audit import AuditTrail
from segment_toolkit.sandbox.store.shelf import Shelf
from segment_toolkit.sandbox.store.sightings import safe
from segment_toolkit.sandbox.store.store import Store
from segment_toolkit.sandbox.wire import Json


class Workspace:
    """Everything one Public API token can see. Hold the backend's lock; change it only inside a transaction."""

    def __init__(self, facts: WorkspaceFacts, store: Store, clock: Clock, changed: Callable[[], None]) -> None:
        """Read a workspace from the store; `changed` is called when a record was changed."""
        self.facts = facts
        self.store = store
        self.clock = clock
        database, id_ = store.database, facts.id
        self.sources = Shelf(database, id_, Source, changed)
        self.destinations = Shelf(database, id_, Destination, changed)
        self.filters = Shelf(database, id_, DestinationFilter, changed)
        self.warehouses = Shelf(database, id_, Warehouse, changed)
        self.tracking_plans = Shelf(database, id_, TrackingPlan, changed)
        self.labels = Shelf(database, id_, Label, changed)
        self.users = Shelf(database, id_, User, changed)
        self.regulations = Shelf(database, id_, Regulation, changed)
        self.suppressions = Shelf(database, id_, Suppression, changed)
        self.oauth_apps = Shelf(database, id_, OAuthClient, changed)
        self.narrow_suppressions = Shelf(database, id_, NarrowSuppression, changed)
        self.audit = AuditTrail(database, id_)

    @property
    def id(self) -> str:
        """22 alphanumerics."""
        return self.facts.id

    @property
    def region(self) -> Region:
        """The region whose hosts it answers at."""
        return self.facts.region

    def mint(self, kind: str, length: int) -> str:
        """Return a new identifier; the same sequence of calls on the same seed mints the same ones."""
        connection = self.store.database.connection
        [(number,)] = connection.execute(
            "UPDATE workspace SET minted = minted + 1 WHERE id = ? RETURNING minted", (self.id,)
        ).fetchall()
        return derive(self.facts.seed, kind, str(number), length=length)

    def note(self, title: str, kind: str, id_: str, name: str | None, *, actor: str = "Public API token") -> None:
        """Write an audit event: its title as the API reference has it, and the resource it is about."""
        event = {
            "id": self.mint("audit event", 27),
            "type": title,
            "actor": actor,
            "resourceId": id_,
            "resourceType": kind,
            "resourceName": name or "",
        }
        self.audit.add(event, at=self.clock())

    def destinations_of(self, source_id: str) -> list[Destination]:
        """List the destination instances of a source."""
        return [item for item in self.destinations.values() if item.source_id == source_id]

    def filters_of(self, destination_id: str) -> list[DestinationFilter]:
        """List the filters of a destination instance."""
        return [item for item in self.filters.values() if item.destination_id == destination_id]

    def warehouses_of(self, source_id: str) -> list[Warehouse]:
        """List the warehouses a source is connected to."""
        return [item for item in self.warehouses.values() if source_id in item.source_ids]

    def suppresses(self, source_id: str, event: Json) -> bool:
        """Tell whether a source drops an event because its person is suppressed, in all sources or in this one.

        An event with only the anonymousId of a person whose userId is suppressed passes (assumed).
        """
        user, anonymous = event.get("userId"), event.get("anonymousId")
        if self.suppressions and isinstance(user, str) and safe(user) in self.suppressions:
            return True
        return bool(self.narrow_suppressions) and any(
            isinstance(subject, str) and NarrowSuppression.key(source_id, kind, subject) in self.narrow_suppressions
            for kind, subject in (("USER_ID", user), ("ANONYMOUS_ID", anonymous))
        )

    def remove_destination(self, destination: Destination) -> None:
        """Take a destination away, with its filters."""
        for item in self.filters_of(destination.id):
            del self.filters[item.id]
        del self.destinations[destination.id]

    def table_prefix(self, slug: str) -> str:
        """Return a prefix for the tables of a new warehouse that no other one in the database has."""
        stem = re.sub("[^a-z0-9]+", "_", slug.lower()).strip("_") or "warehouse"
        connection = self.store.database.connection
        rows = connection.execute("SELECT json_extract(document, '$.prefix') FROM record WHERE kind = 'Warehouse'")
        taken = {prefix for (prefix,) in rows}
        numbered = (stem if number == 1 else f"{stem}_{number}" for number in itertools.count(1))
        return next(prefix for prefix in numbered if prefix not in taken)
