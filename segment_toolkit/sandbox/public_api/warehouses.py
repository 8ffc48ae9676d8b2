"""Warehouses: list, read.

Source: Public API reference, "Warehouses".
"""

from __future__ import annotations

from segment_toolkit.sandbox.public_api.call import Call
from segment_toolkit.sandbox.public_api.lookup import warehouse_in
from segment_toolkit.sandbox.public_api.pages import page
from segment_toolkit.sandbox.public_api.views import warehouse_view
from segment_toolkit.sandbox.state import Workspace
from segment_toolkit.sandbox.wire import Json


def list_warehouses(workspace: Workspace, call: Call) -> Json:
    """GET /warehouses."""
    return page(call, "warehouses", [warehouse_view(workspace, item) for item in workspace.warehouses.values()])


def get_warehouse(workspace: Workspace, call: Call) -> Json:
    """GET /warehouses/{id}."""
    return {"warehouse": warehouse_view(workspace, warehouse_in(workspace, call))}
