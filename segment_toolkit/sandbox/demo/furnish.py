"""Puts the demo into a workspace: what it is made of, then a year of traffic through the pipeline."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from segment_toolkit.sandbox import catalog
from segment_toolkit.sandbox.backend import Backend
from segment_toolkit.sandbox.demo import Moment, shop_traffic
from segment_toolkit.sandbox.demo import plan as demo_plan
from segment_toolkit.sandbox.demo import workspace as demo
from segment_toolkit.sandbox.demo.filters import destination_filters
from segment_toolkit.sandbox.demo.workspace import NewDestination, NewSource
from segment_toolkit.sandbox.derive import derive
from segment_toolkit.sandbox.instants import format_instant
from segment_toolkit.sandbox.pipeline.messages import Message
from segment_toolkit.sandbox.pipeline.pipeline import Arrival
from segment_toolkit.sandbox.state import (
    Destination,
    DestinationFilter,
    Label,
    Source,
    TrackingPlan,
    User,
    Warehouse,
)
from segment_toolkit.sandbox.wire import Json
from segment_toolkit.sandbox.workspace import Workspace

# So many messages are written at once.
_CHUNK = 500


def load_shop(backend: Backend, workspace: Workspace, *, customers: int, days: int) -> None:
    """Fill a seeded workspace up to now. Raises ValueError when the demo is in it already.

    The made-up history of the seeded workspace goes: from now on its counters count real events only.
    """
    if any(plan.slug == demo_plan.PLAN_SLUG for plan in workspace.tracking_plans.values()):
        raise ValueError("the demo was loaded into this workspace before")
    until = backend.clock()
    with backend.transaction():
        workspace.store.ledger.forget(workspace.id, list(workspace.sources))
        Furnisher(workspace, until, files=backend.dispatch.writes_files).furnish()
    moments = shop_traffic(workspace.facts.seed, until, customers=customers, days=days)
    for chunk in iter(lambda: list(itertools.islice(moments, _CHUNK)), []):
        with backend.transaction():
            backend.pipeline.ingest_over_time(_arrivals(backend, workspace, chunk))


def _arrivals(backend: Backend, workspace: Workspace, moments: list[Moment]) -> Iterator[Arrival]:
    sources = {source.slug: source for source in workspace.sources.values()}
    routes = {slug: backend.pipeline.routes.of_source(workspace, source) for slug, source in sources.items()}
    return (Arrival(routes[moment.source], Message(moment.message), moment.at) for moment in moments)


class Furnisher:
    """Adds the demo's records to a workspace; ids and secrets depend on its seed only."""

    def __init__(self, workspace: Workspace, now: datetime, *, files: bool) -> None:
        """With `files` the destination that writes to one is switched on."""
        self._workspace = workspace
        self._files = files
        self._now = format_instant(now)
        self._sources = {source.slug: source.id for source in workspace.sources.values()}
        self._destinations = {item.name: item.id for item in workspace.destinations.values()}

    def furnish(self) -> None:
        """Add everything, in the order in which one thing refers to another."""
        for label in demo.LABELS:
            added = Label(label.key, label.value, label.description)
            self._workspace.labels[added.id] = added
        for source in demo.SOURCES:
            self._add_source(source)
        for destination in demo.DESTINATIONS:
            self._add_destination(destination)
        self._add_filters()
        self._add_warehouses()
        self._add_plan()
        for user in demo.USERS:
            role = {"roleName": user.role, "roleId": self._id("role", user.role), "resources": [self._everything()]}
            added_user = User(self._id("user", user.email), user.name, user.email, (role,))
            self._workspace.users[added_user.id] = added_user

    def _add_source(self, new: NewSource) -> None:
        kind = catalog.by_slug(catalog.SOURCE_KINDS, new.kind)
        source = Source(
            id=self._id("source", new.slug),
            slug=new.slug,
            name=new.name,
            kind_id=kind.id,
            write_keys=(self._id("write key", new.slug, length=32),),
            labels=tuple(Label(key, value) for key, value in new.labels),
            warehouse_schema=new.slug.replace("-", "_"),
        )
        self._workspace.sources[source.id] = source
        self._sources[new.slug] = source.id

    def _add_destination(self, new: NewDestination) -> None:
        secrets = {name: self._id("secret", new.name, name, length=32) for name in new.secrets}
        file = {"path": "orders.jsonl"} if new.kind == "file" else {}
        destination = Destination(
            id=self._id("destination", new.name),
            name=new.name,
            kind_id=catalog.by_slug(catalog.DESTINATION_KINDS, new.kind).id,
            source_id=self._sources[new.source],
            enabled=new.enabled and (self._files or new.kind != "file"),
            settings={**new.settings, **secrets, **file},
            consent_categories=new.consent_categories,
        )
        self._workspace.destinations[destination.id] = destination
        self._destinations[new.name] = destination.id

    def _add_filters(self) -> None:
        for number, new in enumerate(destination_filters()):
            added = DestinationFilter(
                id=self._id("filter", str(number)),
                source_id=self._sources[new.source],
                destination_id=self._destinations[new.destination],
                condition=new.condition,
                actions=new.actions,
                title=new.title,
                description=new.description or None,
                enabled=new.enabled,
                created_at=self._now,
                updated_at=self._now,
            )
            self._workspace.filters[added.id] = added

    def _add_warehouses(self) -> None:
        for new in demo.WAREHOUSES:
            prefix = self._workspace.table_prefix(new.kind)
            warehouse = Warehouse(
                id=self._id("warehouse", prefix),
                name=None,
                kind_id=catalog.by_slug(catalog.WAREHOUSE_KINDS, new.kind).id,
                prefix=prefix,
                settings=new.settings,
                source_ids=tuple(self._sources[slug] for slug in new.sources),
            )
            self._workspace.warehouses[warehouse.id] = warehouse

    def _add_plan(self) -> None:
        times = {"createdAt": self._now, "updatedAt": self._now}
        plan = TrackingPlan(
            id="tp_" + self._id("plan", demo_plan.PLAN_SLUG),
            name=demo_plan.PLAN_NAME,
            slug=demo_plan.PLAN_SLUG,
            description=demo_plan.PLAN_DESCRIPTION,
            created_at=self._now,
            updated_at=self._now,
            rules=tuple({**rule, **times} for rule in demo_plan.plan_rules()),
        )
        self._workspace.tracking_plans[plan.id] = plan
        for slug, settings in demo_plan.source_settings().items():
            targets = {name: self._sources[to] for name, to in demo_plan.FORWARDING.get(slug, {}).items()}
            source = self._workspace.sources[self._sources[slug]]
            self._workspace.sources[source.id] = replace(
                source, tracking_plan_id=plan.id, schema_settings={**settings, **targets}
            )

    def _everything(self) -> Json:
        return {"id": self._workspace.id, "type": "WORKSPACE"}

    def _id(self, *parts: str, length: int = 22) -> str:
        return derive(self._workspace.facts.seed, "demo", *parts, length=length)
