"""Sources: list, create, read, update, delete, and what is connected to one.

Source: Public API reference, "Sources".
"""

from __future__ import annotations

from segment_toolkit.sandbox.catalog import SourceKind, find_source_kind
from segment_toolkit.sandbox.public_api.call import Call, optional, required
from segment_toolkit.sandbox.public_api.errors import invalid
from segment_toolkit.sandbox.public_api.lookup import source_in
from segment_toolkit.sandbox.public_api.pages import page
from segment_toolkit.sandbox.public_api.views import destination_view, source_view, warehouse_view
from segment_toolkit.sandbox.schema import open_schema
from segment_toolkit.sandbox.state import Source, Workspace
from segment_toolkit.sandbox.wire import Json


def list_sources(workspace: Workspace, call: Call) -> Json:
    """GET /sources."""
    return page(call, "sources", [source_view(workspace, source) for source in workspace.sources.values()])


def get_source(workspace: Workspace, call: Call) -> Json:
    """GET /sources/{id}: the source, and beside it the id of its tracking plan or null."""
    source = source_in(workspace, call)
    return {"source": source_view(workspace, source), "trackingPlanId": source.tracking_plan_id}


def create_source(workspace: Workspace, call: Call) -> Json:
    """POST /sources. Version v1 takes no name; ours starts out as the slug (assumed)."""
    body = call.body()
    slug = required(body, "slug", str)
    enabled = required(body, "enabled", bool)
    kind = _kind(required(body, "metadataId", str))
    settings = optional(body, "settings", dict) or {}
    alone = optional(body, "disconnectAllWarehouses", bool) or False
    _require_free(workspace, slug)

    source = Source(workspace.mint("source", 22), slug, slug, kind, enabled, settings=settings)
    # The reference's sample answers show a key and the default connection to warehouses; neither is spelt
    # out.
    source.write_keys.append(workspace.mint("write key", 32))
    source.schema_settings = open_schema()
    workspace.sources[source.id] = source
    for warehouse in () if alone else workspace.warehouses.values():
        warehouse.source_ids.append(source.id)
    return {"source": source_view(workspace, source)}


def update_source(workspace: Workspace, call: Call) -> Json:
    """PATCH /sources/{id}. Settings are merged key by key, and an empty body changes nothing (both assumed)."""
    source, body = source_in(workspace, call), call.body()
    name, slug = optional(body, "name", str), optional(body, "slug", str)
    enabled, settings = optional(body, "enabled", bool), optional(body, "settings", dict)
    if slug is not None and slug != source.slug:
        _require_free(workspace, slug)

    source.name = source.name if name is None else name
    source.slug = source.slug if slug is None else slug
    source.enabled = source.enabled if enabled is None else enabled
    source.settings = {**source.settings, **(settings or {})}
    return {"source": source_view(workspace, source)}


def delete_source(workspace: Workspace, call: Call) -> Json:
    """DELETE /sources/{id}. Its destination instances go with it (assumed); its past usage stays (assumed)."""
    source = source_in(workspace, call)
    del workspace.sources[source.id]
    for destination in list(workspace.destinations_of(source.id)):
        del workspace.destinations[destination.id]
    for warehouse in workspace.warehouses.values():
        warehouse.source_ids = [other for other in warehouse.source_ids if other != source.id]
    return {"status": "SUCCESS"}


def list_connected_warehouses(workspace: Workspace, call: Call) -> Json:
    """GET /sources/{id}/connected-warehouses."""
    source = source_in(workspace, call)
    connected = [item for item in workspace.warehouses.values() if source.id in item.source_ids]
    return page(call, "warehouses", [warehouse_view(workspace, warehouse) for warehouse in connected])


def list_connected_destinations(workspace: Workspace, call: Call) -> Json:
    """GET /sources/{id}/connected-destinations."""
    source = source_in(workspace, call)
    return page(call, "destinations", [destination_view(item) for item in workspace.destinations_of(source.id)])


def _kind(metadata_id: str) -> SourceKind:
    kind = find_source_kind(metadata_id)
    if kind is None:
        # 422 rather than 404 is assumed.
        raise invalid("'metadataId' is not in the source catalog.", field="metadataId")
    return kind


def _require_free(workspace: Workspace, slug: str) -> None:
    if any(source.slug == slug for source in workspace.sources.values()):
        # 422 rather than 409 is assumed.
        raise invalid("'slug' is already used by another source.", field="slug")
