"""The workspace every sandbox starts with: "acme", a small online shop.

Four sources (web, server, iOS, and an old one that is switched off), three destinations, two warehouses, one
tracking plan on the web source, six labels, and some history for the usage and delivery counters.
"""

from __future__ import annotations

from segment_toolkit.sandbox.catalog import DESTINATION_KINDS, SOURCE_KINDS, WAREHOUSE_KINDS, by_slug
from segment_toolkit.sandbox.derive import derive
from segment_toolkit.sandbox.history import add_history
from segment_toolkit.sandbox.hosts import Region
from segment_toolkit.sandbox.instants import Clock
from segment_toolkit.sandbox.schema import open_schema
from segment_toolkit.sandbox.state import Destination, Label, Source, TrackingPlan, Warehouse, Workspace
from segment_toolkit.sandbox.wire import Json

# A dev and a prod environment label exist in every workspace ("Labels" in the IAM docs); the rest is ours.
_LABELS = (
    Label("environment", "dev", "Anything that is not production"),
    Label("environment", "prod", "Production"),
    Label("team", "growth"),
    Label("team", "platform"),
    Label("region", "emea"),
    Label("tier", "critical", "Wakes somebody up"),
)
_PLANNED_EVENTS = ("Product Viewed", "Product Added", "Checkout Started", "Order Completed", "Signed Up")


def seeded_workspace(*, region: Region, seed: str, clock: Clock) -> Workspace:
    """Build the workspace. The same seed, region and instant give the same workspace, ids and keys included."""
    root = f"{seed}/{region}"
    workspace = Workspace(
        id=derive(root, "workspace", length=22),
        slug="acme",
        name="Acme",
        region=region,
        seed=root,
        token="sgp_" + derive(root, "token", length=64),
        clock=clock,
        labels=list(_LABELS),
    )
    _add_plan(workspace)
    _add_sources(workspace)
    _add_destinations(workspace)
    _add_warehouses(workspace)
    add_history(workspace)
    return workspace


def _add_plan(workspace: Workspace) -> None:
    plan = TrackingPlan(
        id="tp_" + derive(workspace.seed, "plan", length=22),
        name="Shop events",
        slug="shop-events",
        description="What the shop's website may send",
        created_at="2025-06-02T09:00:00.000Z",
        updated_at="2025-09-15T13:30:00.000Z",
        events=frozenset(_PLANNED_EVENTS),
    )
    workspace.tracking_plans[plan.id] = plan


def _add_sources(workspace: Workspace) -> None:
    prod, growth, platform = Label("environment", "prod"), Label("team", "growth"), Label("team", "platform")
    web = _add_source(workspace, "shop-web", "Shop website", "javascript", labels=[prod, growth])
    web.settings = {"websiteUrl": "https://shop.example.com"}
    web.tracking_plan_id = next(iter(workspace.tracking_plans))
    _add_source(workspace, "shop-api", "Shop server", "http-api", labels=[prod, platform])
    _add_source(workspace, "shop-ios", "Shop for iOS", "apple", labels=[])
    dev = Label("environment", "dev")
    old = _add_source(workspace, "old-backoffice", "Back office (old)", "python", labels=[dev])
    old.enabled = False


def _add_source(workspace: Workspace, slug: str, name: str, kind: str, *, labels: list[Label]) -> Source:
    source = Source(
        id=derive(workspace.seed, "source", slug, length=22),
        slug=slug,
        name=name,
        kind=by_slug(SOURCE_KINDS, kind),
        write_keys=[derive(workspace.seed, "write key", slug, length=32)],
        labels=[label for label in workspace.labels if label in labels],
        schema_settings=open_schema(),
    )
    workspace.sources[source.id] = source
    return source


def _add_destinations(workspace: Workspace) -> None:
    web, api = list(workspace.sources)[:2]
    key = derive(workspace.seed, "amplitude key", length=32)
    _add_destination(workspace, "actions-amplitude", "Amplitude (shop)", web, {"apiKey": key})
    _add_destination(workspace, "slack", "Slack #growth", web, {"webhookUrl": "https://hooks.example.com/growth"})
    _add_destination(workspace, "actions-webhook", "Order webhook", api, {})


def _add_destination(workspace: Workspace, kind: str, name: str, source_id: str, settings: Json) -> None:
    destination = Destination(
        id=derive(workspace.seed, "destination", kind, length=22),
        name=name,
        kind=by_slug(DESTINATION_KINDS, kind),
        source_id=source_id,
        settings=settings,
    )
    workspace.destinations[destination.id] = destination


def _add_warehouses(workspace: Workspace) -> None:
    web, api, ios = list(workspace.sources)[:3]
    _add_warehouse(workspace, "postgres", {"hostname": "db.example.com", "database": "acme"}, [web, api, ios])
    _add_warehouse(workspace, "bigquery", {"project": "acme-shop", "location": "EU"}, [web])


def _add_warehouse(workspace: Workspace, kind: str, settings: Json, source_ids: list[str]) -> None:
    warehouse = Warehouse(
        id=derive(workspace.seed, "warehouse", kind, length=22),
        kind=by_slug(WAREHOUSE_KINDS, kind),
        settings=settings,
        source_ids=source_ids,
    )
    workspace.warehouses[warehouse.id] = warehouse
