"""Tracking plans: list, read.

Source: Public API reference, "Tracking Plans".
"""

from __future__ import annotations

from segment_toolkit.sandbox.public_api.call import Call
from segment_toolkit.sandbox.public_api.errors import invalid
from segment_toolkit.sandbox.public_api.lookup import tracking_plan_in
from segment_toolkit.sandbox.public_api.pages import page
from segment_toolkit.sandbox.public_api.views import tracking_plan_view
from segment_toolkit.sandbox.state import Workspace
from segment_toolkit.sandbox.wire import Json

_TYPES = ("ENGAGE", "LIVE", "PROPERTY_LIBRARY", "RULE_LIBRARY", "TEMPLATE")


def list_tracking_plans(workspace: Workspace, call: Call) -> Json:
    """GET /tracking-plans ? type."""
    kind = call.argument("type")
    if kind is not None and kind not in _TYPES:
        raise invalid(f"'type' must be one of {', '.join(_TYPES)}.", field="type")
    plans = [plan for plan in workspace.tracking_plans.values() if kind in (None, plan.type)]
    return page(call, "trackingPlans", [tracking_plan_view(plan) for plan in plans])


def get_tracking_plan(workspace: Workspace, call: Call) -> Json:
    """GET /tracking-plans/{id}."""
    return {"trackingPlan": tracking_plan_view(tracking_plan_in(workspace, call))}
