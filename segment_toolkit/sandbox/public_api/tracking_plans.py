"""Tracking plans, and the sources that are connected to them.

Source: Public API reference, "Tracking Plans". The audit titles of what happens to a plan itself are assumed, from
the docs page on alerts: the reference names none.
"""

from __future__ import annotations

import re
from dataclasses import replace

from segment_toolkit.sandbox.instants import format_instant
from segment_toolkit.sandbox.public_api.call import Call, one_of, optional, required
from segment_toolkit.sandbox.public_api.errors import invalid
from segment_toolkit.sandbox.public_api.lookup import source_named, tracking_plan_in
from segment_toolkit.sandbox.public_api.operation import Operation
from segment_toolkit.sandbox.public_api.pages import page
from segment_toolkit.sandbox.public_api.views import source_view, tracking_plan_view
from segment_toolkit.sandbox.state import Source, TrackingPlan
from segment_toolkit.sandbox.wire import Json
from segment_toolkit.sandbox.workspace import Workspace

_TYPES = ("ENGAGE", "LIVE", "PROPERTY_LIBRARY", "RULE_LIBRARY", "TEMPLATE")


def list_tracking_plans(workspace: Workspace, call: Call) -> Json:
    """GET /tracking-plans ? type."""
    kind = call.argument("type")
    if kind is not None:
        one_of(kind, "type", _TYPES)
    plans = [plan for plan in workspace.tracking_plans.values() if kind in (None, plan.type)]
    return page(call, "trackingPlans", [tracking_plan_view(plan) for plan in plans])


def get_tracking_plan(workspace: Workspace, call: Call) -> Json:
    """GET /tracking-plans/{id}."""
    return {"trackingPlan": tracking_plan_view(tracking_plan_in(workspace, call))}


def create_tracking_plan(workspace: Workspace, call: Call) -> Json:
    """POST /tracking-plans. The slug comes from the name (assumed)."""
    body = call.body()
    name, description = required(body, "name", str), optional(body, "description", str)
    kind = one_of(required(body, "type", str), "type", _TYPES)
    now = format_instant(workspace.clock())
    plan = TrackingPlan(
        id="tp_" + workspace.mint("tracking plan", 22),
        name=name,
        slug=re.sub("[^a-z0-9]+", "-", name.lower()).strip("-") or "tracking-plan",
        description=description,
        created_at=now,
        updated_at=now,
        type=kind,
    )
    workspace.tracking_plans[plan.id] = plan
    _note(workspace, "Tracking Plan Created", plan)
    return {"trackingPlan": tracking_plan_view(plan)}


def update_tracking_plan(workspace: Workspace, call: Call) -> Json:
    """PATCH /tracking-plans/{id}: answers a status, not the plan. The slug stays (assumed)."""
    plan, body = tracking_plan_in(workspace, call), call.body()
    name, description = optional(body, "name", str), optional(body, "description", str)
    put_plan(
        workspace,
        replace(
            plan,
            name=plan.name if name is None else name,
            description=plan.description if description is None else description,
        ),
    )
    return {"status": "SUCCESS"}


def delete_tracking_plan(workspace: Workspace, call: Call) -> Json:
    """DELETE /tracking-plans/{id}. Sources that are connected to it have no plan afterwards (assumed)."""
    plan = tracking_plan_in(workspace, call)
    for source in _sources_of(workspace, plan):
        _connect(workspace, source, None)
    del workspace.tracking_plans[plan.id]
    _note(workspace, "Tracking Plan Deleted", plan)
    return {"status": "SUCCESS"}


def list_plan_sources(workspace: Workspace, call: Call) -> Json:
    """GET /tracking-plans/{id}/sources."""
    connected = _sources_of(workspace, tracking_plan_in(workspace, call))
    return page(call, "sources", [source_view(workspace, source) for source in connected])


def add_plan_source(workspace: Workspace, call: Call) -> Json:
    """POST /tracking-plans/{id}/sources. A source has one plan at most; the same one again is no change (assumed)."""
    plan = tracking_plan_in(workspace, call)
    source = source_named(workspace, required(call.body(), "sourceId", str), "sourceId")
    if plan.type != "LIVE":
        # Libraries and templates are there to be copied from, so only a live plan takes sources (assumed).
        raise invalid("A source can be connected to a tracking plan of type LIVE only.", field="sourceId")
    if source.tracking_plan_id not in (None, plan.id):
        raise invalid("The source has another tracking plan; remove it from that one first.", field="sourceId")
    if source.tracking_plan_id is None:
        _connect(workspace, source, plan.id)
    return {"status": "SUCCESS"}


def remove_plan_source(workspace: Workspace, call: Call) -> Json:
    """DELETE /tracking-plans/{id}/sources ? sourceId. 422 for a source that is not connected (assumed)."""
    plan, source_id = tracking_plan_in(workspace, call), call.argument("sourceId")
    if not source_id:
        raise invalid("'sourceId' is required.", field="sourceId")
    source = source_named(workspace, source_id, "sourceId")
    if source.tracking_plan_id != plan.id:
        raise invalid("The source is not connected to this tracking plan.", field="sourceId")
    _connect(workspace, source, None)
    return {"status": "SUCCESS"}


def put_plan(workspace: Workspace, plan: TrackingPlan) -> None:
    """Put a changed plan on its shelf, with the time of the change, and write the audit event."""
    workspace.tracking_plans[plan.id] = replace(plan, updated_at=format_instant(workspace.clock()))
    _note(workspace, "Tracking Plan Modified", plan)


def _sources_of(workspace: Workspace, plan: TrackingPlan) -> list[Source]:
    return [source for source in workspace.sources.values() if source.tracking_plan_id == plan.id]


def _connect(workspace: Workspace, source: Source, plan_id: str | None) -> None:
    workspace.sources[source.id] = replace(source, tracking_plan_id=plan_id)
    workspace.note("Source Modified", "SOURCE", source.id, source.name)


def _note(workspace: Workspace, title: str, plan: TrackingPlan) -> None:
    workspace.note(title, "TRACKING_PLAN", plan.id, plan.name)


OPERATIONS = (
    Operation("GET", "/tracking-plans", list_tracking_plans),
    Operation("POST", "/tracking-plans", create_tracking_plan),
    Operation("GET", "/tracking-plans/{tracking_plan_id}", get_tracking_plan),
    Operation("PATCH", "/tracking-plans/{tracking_plan_id}", update_tracking_plan),
    Operation("DELETE", "/tracking-plans/{tracking_plan_id}", delete_tracking_plan),
    Operation("GET", "/tracking-plans/{tracking_plan_id}/sources", list_plan_sources),
    Operation("POST", "/tracking-plans/{tracking_plan_id}/sources", add_plan_source),
    Operation("DELETE", "/tracking-plans/{tracking_plan_id}/sources", remove_plan_source),
)
