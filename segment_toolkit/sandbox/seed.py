"""The workspace every sandbox starts with: "acme", a small online shop.

Four sources (web, server, iOS, and an old one that is switched off), three destinations, two warehouses, one
tracking plan on the web source, six labels, two users, and some history for the usage and delivery counters.
"""

from __future__ import annotations

from segment_toolkit.sandbox.catalog import DESTINATION_KINDS, SOURCE_KINDS, WAREHOUSE_KINDS, by_slug
from segment_toolkit.sandbox.derive import derive
from segment_toolkit.sandbox.history import add_history
from segment_toolkit.sandbox.hosts import Region
from segment_toolkit.sandbox.state import (
    Destination,
    Label,
    Source,
    TrackingPlan,
    User,
    Warehouse,
    WorkspaceFacts,
)
from segment_toolkit.sandbox.wire import Json
from segment_toolkit.sandbox.workspace import Workspace

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
_PLAN_CREATED, _PLAN_UPDATED = "2025-06-02T09:00:00.000Z", "2025-09-15T13:30:00.000Z"


def workspace_facts(*, seed: str, region: Region, slug: str, name: str) -> WorkspaceFacts:
    """Derive id, token and space of a workspace. The same seed and region give the same ones."""
    root = f"{seed}/{region}"
    return WorkspaceFacts(
        id=derive(root, "workspace", length=22),
        slug=slug,
        name=name,
        region=region,
        seed=root,
        token="sgp_" + derive(root, "token", length=64),
        space_id="spa_" + derive(root, "space", length=22),
        profile_token=derive(root, "profile token", length=64),
    )


def default_write_key(workspace: Workspace) -> str:
    """Return the key that the first source was furnished with."""
    return _write_key(workspace, "shop-web")


def furnish(workspace: Workspace) -> None:
    """Fill a new workspace; ids and keys depend on its seed only."""
    for label in _LABELS:
        workspace.labels[label.id] = label
    _add_plan(workspace)
    _add_sources(workspace)
    _add_destinations(workspace)
    _add_warehouses(workspace)
    _add_users(workspace)
    add_history(workspace)


def _add_plan(workspace: Workspace) -> None:
    plan = TrackingPlan(
        id="tp_" + derive(workspace.facts.seed, "plan", length=22),
        name="Shop events",
        slug="shop-events",
        description="What the shop's website may send",
        created_at=_PLAN_CREATED,
        updated_at=_PLAN_UPDATED,
        rules=tuple(_rule(name) for name in _PLANNED_EVENTS),
    )
    workspace.tracking_plans[plan.id] = plan


def _rule(name: str) -> Json:
    return {
        "type": "TRACK",
        "key": name,
        "version": 1,
        "jsonSchema": {"$schema": "http://json-schema.org/draft-07/schema#", "type": "object"},
        "createdAt": _PLAN_CREATED,
        "updatedAt": _PLAN_UPDATED,
    }


def _add_sources(workspace: Workspace) -> None:
    prod, growth, platform = Label("environment", "prod"), Label("team", "growth"), Label("team", "platform")
    plan_id = next(iter(workspace.tracking_plans))
    _add_source(
        workspace,
        "shop-web",
        "Shop website",
        "javascript",
        labels=[prod, growth],
        settings={"websiteUrl": "https://shop.example.com"},
        tracking_plan_id=plan_id,
    )
    _add_source(workspace, "shop-api", "Shop server", "http-api", labels=[prod, platform])
    _add_source(workspace, "shop-ios", "Shop for iOS", "apple")
    dev = Label("environment", "dev")
    _add_source(workspace, "old-backoffice", "Back office (old)", "python", labels=[dev], enabled=False)


def _add_source(
    workspace: Workspace,
    slug: str,
    name: str,
    kind: str,
    *,
    labels: list[Label] | None = None,
    enabled: bool = True,
    settings: Json | None = None,
    tracking_plan_id: str | None = None,
) -> None:
    seed = workspace.facts.seed
    source = Source(
        id=derive(seed, "source", slug, length=22),
        slug=slug,
        name=name,
        kind_id=by_slug(SOURCE_KINDS, kind).id,
        enabled=enabled,
        write_keys=(_write_key(workspace, slug),),
        labels=tuple(label for label in workspace.labels.values() if label in (labels or [])),
        settings=settings or {},
        tracking_plan_id=tracking_plan_id,
        warehouse_schema=slug.replace("-", "_"),
    )
    workspace.sources[source.id] = source


def _write_key(workspace: Workspace, slug: str) -> str:
    return derive(workspace.facts.seed, "write key", slug, length=32)


def _add_destinations(workspace: Workspace) -> None:
    web, api = list(workspace.sources)[:2]
    key = derive(workspace.facts.seed, "amplitude key", length=32)
    _add_destination(workspace, "actions-amplitude", "Amplitude (shop)", web, {"apiKey": key})
    _add_destination(workspace, "slack", "Slack #growth", web, {"webhookUrl": "https://hooks.example.com/growth"})
    _add_destination(workspace, "actions-webhook", "Order webhook", api, {})


def _add_destination(workspace: Workspace, kind: str, name: str, source_id: str, settings: Json) -> None:
    destination = Destination(
        id=derive(workspace.facts.seed, "destination", kind, length=22),
        name=name,
        kind_id=by_slug(DESTINATION_KINDS, kind).id,
        source_id=source_id,
        settings=settings,
    )
    workspace.destinations[destination.id] = destination


def _add_warehouses(workspace: Workspace) -> None:
    web, api, ios = list(workspace.sources)[:3]
    _add_warehouse(workspace, "postgres", {"hostname": "db.example.com", "database": "acme"}, (web, api, ios))
    _add_warehouse(workspace, "bigquery", {"project": "acme-shop", "location": "EU"}, (web,))


def _add_warehouse(workspace: Workspace, kind: str, settings: Json, source_ids: tuple[str, ...]) -> None:
    warehouse = Warehouse(
        id=derive(workspace.facts.seed, "warehouse", kind, length=22),
        name=None,
        kind_id=by_slug(WAREHOUSE_KINDS, kind).id,
        prefix=workspace.table_prefix(kind),
        settings=settings,
        source_ids=source_ids,
    )
    workspace.warehouses[warehouse.id] = warehouse


def _add_users(workspace: Workspace) -> None:
    for name, role in (("Ada Owner", "Workspace Owner"), ("Ben Builder", "Source Admin")):
        user_id = derive(workspace.facts.seed, "user", name, length=22)
        email = f"{name.split()[0].lower()}@acme.example.com"
        resource = {"id": workspace.id, "type": "WORKSPACE"}
        permission = {"roleName": role, "roleId": derive("role", role, length=22), "resources": [resource]}
        workspace.users[user_id] = User(user_id, name, email, (permission,))
