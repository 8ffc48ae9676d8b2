"""The way of a source's events, worked out once and kept until something in a workspace changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from segment_toolkit.sandbox.catalog import Delivery
from segment_toolkit.sandbox.pipeline.enforcement import Blocked
from segment_toolkit.sandbox.pipeline.filters import CompiledFilter, compile_filter
from segment_toolkit.sandbox.pipeline.forwarding import Origin
from segment_toolkit.sandbox.pipeline.plan import Plan, compile_plan
from segment_toolkit.sandbox.state import Destination, Source
from segment_toolkit.sandbox.workspace import Workspace


@dataclass(frozen=True)
class Stop:
    """A destination on the way, with its filters compiled."""

    destination: Destination
    name: str
    delivery: Delivery
    filters: tuple[CompiledFilter, ...]


@dataclass(frozen=True)
class Route:
    """A source and everything its events meet."""

    workspace: Workspace
    source: Source
    plan: Plan | None
    blocked: Blocked
    origin: Origin
    stops: tuple[Stop, ...]
    warehouses: tuple[str, ...]
    """Table prefixes of the enabled warehouses it is connected to."""


class Routes:
    """Write key and source id to route."""

    def __init__(self, workspaces: Callable[[], Iterable[Workspace]]) -> None:
        """Route through whatever workspaces there are at the moment."""
        self._workspaces = workspaces
        self._by_key: dict[str, tuple[Workspace, Source]] | None = None
        self._by_source: dict[str, Route] = {}
        self._lead_nowhere: bool | None = None

    def forget(self) -> None:
        """Work every route out anew: something has changed."""
        self._by_key = None
        self._by_source.clear()
        self._lead_nowhere = None

    def lead_nowhere(self) -> bool:
        """Tell whether no destination of any workspace is really called, so that nothing leaves the sandbox."""
        if self._lead_nowhere is None:
            shelves = (workspace.destinations.values() for workspace in self._workspaces())
            self._lead_nowhere = all(item.kind.delivery == "blackhole" for shelf in shelves for item in shelf)
        return self._lead_nowhere

    def of_key(self, write_key: str) -> Route | None:
        """Return the route of the source that has this key, or None."""
        if self._by_key is None:
            self._by_key = {
                key: (workspace, source)
                for workspace in self._workspaces()
                for source in workspace.sources.values()
                for key in source.write_keys
            }
        found = self._by_key.get(write_key)
        return None if found is None else self.of_source(*found)

    def of_source(self, workspace: Workspace, source: Source) -> Route:
        """Return the route of a source."""
        route = self._by_source.get(source.id)
        if route is None:
            route = self._by_source[source.id] = _route(workspace, source)
        return route


def _route(workspace: Workspace, source: Source) -> Route:
    plan = workspace.tracking_plans.get(source.tracking_plan_id or "")
    return Route(
        workspace=workspace,
        source=source,
        plan=None if plan is None else compile_plan(plan.rules),
        blocked=Blocked(**{name: frozenset(values) for name, values in source.blocked.items()}),
        origin=Origin(
            source.id,
            source.name,
            source.slug,
            *(() if plan is None else (plan.id, plan.name)),
        ),
        stops=tuple(_stop(workspace, item) for item in workspace.destinations_of(source.id) if item.enabled),
        warehouses=tuple(item.prefix for item in workspace.warehouses_of(source.id) if item.enabled),
    )


def _stop(workspace: Workspace, destination: Destination) -> Stop:
    filters = (item for item in workspace.filters_of(destination.id) if item.enabled)
    return Stop(
        destination,
        destination.kind.name,
        destination.kind.delivery,
        tuple(compile_filter(item.condition, item.actions) for item in filters),
    )
