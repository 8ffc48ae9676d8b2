"""Warehouses: list, create, read, update, delete, and whether one can be connected to.

Source: Public API reference, "Warehouses". The sandbox keeps every warehouse in its own database, so one counts as
connected when the settings that its kind needs are there (assumed).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from segment_toolkit.sandbox import catalog
from segment_toolkit.sandbox.public_api.call import Call, optional, required, text_or_null
from segment_toolkit.sandbox.public_api.errors import invalid
from segment_toolkit.sandbox.public_api.lookup import warehouse_in
from segment_toolkit.sandbox.public_api.operation import Operation
from segment_toolkit.sandbox.public_api.pages import page
from segment_toolkit.sandbox.public_api.views import warehouse_view
from segment_toolkit.sandbox.state import Warehouse
from segment_toolkit.sandbox.wire import Json
from segment_toolkit.sandbox.workspace import Workspace


def list_warehouses(workspace: Workspace, call: Call) -> Json:
    """GET /warehouses."""
    return page(call, "warehouses", [warehouse_view(workspace, item) for item in workspace.warehouses.values()])


def get_warehouse(workspace: Workspace, call: Call) -> Json:
    """GET /warehouses/{id}."""
    return {"warehouse": warehouse_view(workspace, warehouse_in(workspace, call))}


def create_warehouse(workspace: Workspace, call: Call) -> Json:
    """POST /warehouses. All sources are connected, unless `disconnectAllSources` says otherwise (assumed)."""
    body = call.body()
    kind = _kind(required(body, "metadataId", str))
    settings = required(body, "settings", dict)
    name, enabled = optional(body, "name", str), optional(body, "enabled", bool)
    alone = optional(body, "disconnectAllSources", bool) or False

    warehouse = Warehouse(
        id=workspace.mint("warehouse", 22),
        name=name,
        kind_id=kind.id,
        prefix=workspace.table_prefix(kind.slug),
        enabled=enabled is not False,
        settings=settings,
        source_ids=() if alone else tuple(workspace.sources),
    )
    workspace.warehouses[warehouse.id] = warehouse
    note_warehouse(workspace, "Storage Destination Created", warehouse)
    return {"warehouse": warehouse_view(workspace, warehouse)}


def update_warehouse(workspace: Workspace, call: Call) -> Json:
    """PATCH /warehouses/{id}. `settings` is required, and merged key by key (assumed); a null name removes the name."""
    warehouse, body = warehouse_in(workspace, call), call.body()
    settings, enabled = required(body, "settings", dict), optional(body, "enabled", bool)
    updated = replace(
        warehouse,
        name=text_or_null(body, "name", warehouse.name),
        enabled=warehouse.enabled if enabled is None else enabled,
        settings={**warehouse.settings, **settings},
    )
    workspace.warehouses[warehouse.id] = updated
    for title in _changes(warehouse, updated):
        note_warehouse(workspace, title, updated)
    return {"warehouse": warehouse_view(workspace, updated)}


def delete_warehouse(workspace: Workspace, call: Call) -> Json:
    """DELETE /warehouses/{id}. Its tables stay as they are: the database is the customer's, not Segment's."""
    warehouse = warehouse_in(workspace, call)
    del workspace.warehouses[warehouse.id]
    note_warehouse(workspace, "Storage Destination Deleted", warehouse)
    return {"status": "SUCCESS"}


def validate_warehouse(workspace: Workspace, call: Call) -> Json:
    """POST /warehouses/validation: try settings out, and keep nothing but the audit event."""
    body = call.body()
    kind, settings = _kind(required(body, "metadataId", str)), required(body, "settings", dict)
    workspace.note("Storage Destination Settings Validation", "WAREHOUSE", kind.id, kind.name)
    return {"status": _connection(kind, settings)}


def get_connection_state(workspace: Workspace, call: Call) -> Json:
    """GET /warehouses/{id}/connection-state."""
    warehouse = warehouse_in(workspace, call)
    return {"connectionState": _connection(warehouse.kind, warehouse.settings)}


def note_warehouse(workspace: Workspace, title: str, warehouse: Warehouse) -> None:
    """Write an audit event about a warehouse."""
    workspace.note(title, "WAREHOUSE", warehouse.id, warehouse.name or warehouse.kind.name)


def _connection(kind: catalog.WarehouseKind, settings: Json) -> str:
    return "CONNECTED" if kind.missing(settings) is None else "FAILED"


def _changes(before: Warehouse, after: Warehouse) -> Iterator[str]:
    """Name what an update did; that disabling has a title of its own is assumed, from the docs on alerts."""
    if before.enabled != after.enabled:
        yield "Storage Destination Enabled" if after.enabled else "Storage Destination Disabled"
    if (before.name, before.settings) != (after.name, after.settings):
        yield "Storage Destination Modified"


def _kind(metadata_id: str) -> catalog.WarehouseKind:
    kind = catalog.find(catalog.WAREHOUSE_KINDS, metadata_id)
    if kind is None:
        raise invalid("'metadataId' is not in the warehouse catalog.", field="metadataId")
    return kind


OPERATIONS = (
    Operation("GET", "/warehouses", list_warehouses),
    Operation("POST", "/warehouses", create_warehouse, status=201),
    Operation("POST", "/warehouses/validation", validate_warehouse),
    Operation("GET", "/warehouses/{warehouse_id}", get_warehouse),
    Operation("PATCH", "/warehouses/{warehouse_id}", update_warehouse),
    Operation("DELETE", "/warehouses/{warehouse_id}", delete_warehouse),
    Operation("GET", "/warehouses/{warehouse_id}/connection-state", get_connection_state),
)
