"""Find the record a path names, or answer 404."""

from __future__ import annotations

from segment_toolkit.sandbox.public_api.call import Call
from segment_toolkit.sandbox.public_api.errors import invalid, not_found
from segment_toolkit.sandbox.state import Destination, Source, TrackingPlan, Warehouse
from segment_toolkit.sandbox.workspace import Workspace


def source_in(workspace: Workspace, call: Call) -> Source:
    """The source named by `{source_id}`."""
    return find_source(workspace, call.path["source_id"])


def find_source(workspace: Workspace, source_id: str) -> Source:
    """The source with an id; its 404 message is one of the few that are attested."""
    source = workspace.sources.get(source_id)
    if source is None:
        raise not_found("Source", source_id)
    return source


def source_named(workspace: Workspace, source_id: str, field: str) -> Source:
    """The source that a body or a query names; 422 when there is none (assumed)."""
    source = workspace.sources.get(source_id)
    if source is None:
        raise invalid(f"'{field}' must be the id of a source.", field=field)
    return source


def destination_in(workspace: Workspace, call: Call) -> Destination:
    """The destination named by `{destination_id}`."""
    destination = workspace.destinations.get(call.path["destination_id"])
    if destination is None:
        raise not_found("Destination", call.path["destination_id"])
    return destination


def warehouse_in(workspace: Workspace, call: Call) -> Warehouse:
    """The warehouse named by `{warehouse_id}`."""
    warehouse = workspace.warehouses.get(call.path["warehouse_id"])
    if warehouse is None:
        raise not_found("Warehouse", call.path["warehouse_id"])
    return warehouse


def tracking_plan_in(workspace: Workspace, call: Call) -> TrackingPlan:
    """The tracking plan named by `{tracking_plan_id}`."""
    plan = workspace.tracking_plans.get(call.path["tracking_plan_id"])
    if plan is None:
        raise not_found("Tracking plan", call.path["tracking_plan_id"])
    return plan
