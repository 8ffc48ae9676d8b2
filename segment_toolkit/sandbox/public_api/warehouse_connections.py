"""Which sources a warehouse is loaded from: list, connect, disconnect.

Source: Public API reference, "Warehouses".
"""

from __future__ import annotations

from dataclasses import replace

from segment_toolkit.sandbox.public_api.call import Call
from segment_toolkit.sandbox.public_api.errors import ApiError, item
from segment_toolkit.sandbox.public_api.lookup import source_in, warehouse_in
from segment_toolkit.sandbox.public_api.operation import Operation
from segment_toolkit.sandbox.public_api.pages import page
from segment_toolkit.sandbox.public_api.views import source_view
from segment_toolkit.sandbox.public_api.warehouses import note_warehouse
from segment_toolkit.sandbox.wire import Json
from segment_toolkit.sandbox.workspace import Workspace


def list_connected_sources(workspace: Workspace, call: Call) -> Json:
    """GET /warehouses/{id}/connected-sources."""
    sources = [workspace.sources[source_id] for source_id in warehouse_in(workspace, call).source_ids]
    return page(call, "sources", [source_view(workspace, source) for source in sources])


def add_connection(workspace: Workspace, call: Call) -> Json:
    """POST /warehouses/{id}/connected-sources/{id}, no body. A second time changes nothing (assumed)."""
    warehouse, source = warehouse_in(workspace, call), source_in(workspace, call)
    if source.id not in warehouse.source_ids:
        connected = replace(warehouse, source_ids=(*warehouse.source_ids, source.id))
        workspace.warehouses[warehouse.id] = connected
        note_warehouse(workspace, "Storage Destination Modified", connected)
    return {"status": "CONNECTED"}


def remove_connection(workspace: Workspace, call: Call) -> Json:
    """DELETE /warehouses/{id}/connected-sources/{id}. 404 when there is no connection (assumed).

    The audit title is that of connecting (assumed; the reference names none).
    """
    warehouse, source = warehouse_in(workspace, call), source_in(workspace, call)
    if source.id not in warehouse.source_ids:
        raise ApiError(404, item("not-found", "The source is not connected to the warehouse."))
    others = tuple(other for other in warehouse.source_ids if other != source.id)
    workspace.warehouses[warehouse.id] = replace(warehouse, source_ids=others)
    note_warehouse(workspace, "Storage Destination Modified", warehouse)
    return {"status": "SUCCESS"}


_CONNECTION = "/warehouses/{warehouse_id}/connected-sources/{source_id}"

OPERATIONS = (
    Operation("GET", "/warehouses/{warehouse_id}/connected-sources", list_connected_sources),
    Operation("POST", _CONNECTION, add_connection, status=201),
    Operation("DELETE", _CONNECTION, remove_connection),
)
