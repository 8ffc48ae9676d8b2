"""How the workspace's records look on the wire. Optional members that have no value are left out."""

from __future__ import annotations

from segment_toolkit.sandbox.state import Destination, DestinationFilter, Label, Source, TrackingPlan, User, Warehouse
from segment_toolkit.sandbox.wire import Json
from segment_toolkit.sandbox.workspace import Workspace


def label_view(label: Label) -> Json:
    """Show a label."""
    described = {} if label.description is None else {"description": label.description}
    return {"key": label.key, "value": label.value, **described}


def source_view(workspace: Workspace, source: Source) -> Json:
    """Show a source. The tracking plan is no part of it: Get Source answers it beside the source."""
    return {
        "id": source.id,
        "slug": source.slug,
        "name": source.name,
        "metadata": source.kind.view(),
        "workspaceId": workspace.id,
        "enabled": source.enabled,
        "writeKeys": list(source.write_keys),
        "settings": source.settings,
        "labels": [label_view(label) for label in source.labels],
    }


def destination_view(destination: Destination) -> Json:
    """Show a destination."""
    named = {} if destination.name is None else {"name": destination.name}
    return {
        "id": destination.id,
        **named,
        "enabled": destination.enabled,
        "metadata": destination.kind.view(),
        "sourceId": destination.source_id,
        "settings": destination.settings,
    }


def warehouse_view(workspace: Workspace, warehouse: Warehouse) -> Json:
    """Show a warehouse; it has no name of its own."""
    return {
        "id": warehouse.id,
        "metadata": warehouse.kind.view(),
        "workspaceId": workspace.id,
        "enabled": warehouse.enabled,
        "settings": warehouse.settings,
    }


def tracking_plan_view(plan: TrackingPlan) -> Json:
    """Show a tracking plan."""
    described = {} if plan.description is None else {"description": plan.description}
    return {
        "id": plan.id,
        "name": plan.name,
        "slug": plan.slug,
        **described,
        "type": plan.type,
        "createdAt": plan.created_at,
        "updatedAt": plan.updated_at,
    }


def filter_view(item: DestinationFilter) -> Json:
    """Show a destination filter."""
    described = {} if item.description is None else {"description": item.description}
    return {
        "id": item.id,
        "sourceId": item.source_id,
        "destinationId": item.destination_id,
        "if": item.condition,
        "actions": list(item.actions),
        "title": item.title,
        **described,
        "enabled": item.enabled,
        "createdAt": item.created_at,
        "updatedAt": item.updated_at,
    }


def user_view(user: User) -> Json:
    """Show a user."""
    return {"id": user.id, "name": user.name, "email": user.email, "permissions": list(user.permissions)}
