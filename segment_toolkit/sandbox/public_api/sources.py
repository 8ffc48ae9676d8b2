"""Sources: list, create, read, update, delete, and what is connected to one.

Source: Public API reference, "Sources".
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace

from segment_toolkit.sandbox import catalog
from segment_toolkit.sandbox.public_api.call import Call, optional, required
from segment_toolkit.sandbox.public_api.errors import invalid
from segment_toolkit.sandbox.public_api.lookup import source_in
from segment_toolkit.sandbox.public_api.operation import Operation
from segment_toolkit.sandbox.public_api.pages import page
from segment_toolkit.sandbox.public_api.views import destination_view, source_view, warehouse_view
from segment_toolkit.sandbox.state import Source
from segment_toolkit.sandbox.wire import Json
from segment_toolkit.sandbox.workspace import Workspace


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

    # The reference's sample answers show a key and the default connection to warehouses; neither is spelt
    # out.
    source = Source(
        id=workspace.mint("source", 22),
        slug=slug,
        name=slug,
        kind_id=kind.id,
        enabled=enabled,
        write_keys=(workspace.mint("write key", 32),),
        settings=settings,
        warehouse_schema=_schema_name(workspace, slug),
    )
    workspace.sources[source.id] = source
    for warehouse in () if alone else list(workspace.warehouses.values()):
        connected = replace(warehouse, source_ids=(*warehouse.source_ids, source.id))
        workspace.warehouses[warehouse.id] = connected
    workspace.note("Source Created", "SOURCE", source.id, source.name)
    return {"source": source_view(workspace, source)}


def update_source(workspace: Workspace, call: Call) -> Json:
    """PATCH /sources/{id}. Settings are merged key by key, and an empty body changes nothing (both assumed)."""
    source, body = source_in(workspace, call), call.body()
    name, slug = optional(body, "name", str), optional(body, "slug", str)
    enabled, settings = optional(body, "enabled", bool), optional(body, "settings", dict)
    if slug is not None and slug != source.slug:
        _require_free(workspace, slug)

    updated = replace(
        source,
        name=source.name if name is None else name,
        slug=source.slug if slug is None else slug,
        enabled=source.enabled if enabled is None else enabled,
        settings={**source.settings, **(settings or {})},
    )
    workspace.sources[source.id] = updated
    for title in _changes(source, updated):
        workspace.note(title, "SOURCE", source.id, updated.name)
    return {"source": source_view(workspace, updated)}


def _changes(before: Source, after: Source) -> Iterator[str]:
    """Name what an update did, in the words of the audit trail; which change gets which title is assumed."""
    if (before.name, before.slug) != (after.name, after.slug):
        yield "Source Modified"
    if before.enabled != after.enabled:
        yield "Source Enabled" if after.enabled else "Source Disabled"
    if before.settings != after.settings:
        yield "Source Settings Modified"


def delete_source(workspace: Workspace, call: Call) -> Json:
    """DELETE /sources/{id}. Its destination instances go with it (assumed); its past usage stays (assumed)."""
    source = source_in(workspace, call)
    for destination in workspace.destinations_of(source.id):
        workspace.remove_destination(destination)
    for warehouse in workspace.warehouses_of(source.id):
        others = tuple(other for other in warehouse.source_ids if other != source.id)
        workspace.warehouses[warehouse.id] = replace(warehouse, source_ids=others)
    del workspace.sources[source.id]
    workspace.note("Source Deleted", "SOURCE", source.id, source.name)
    return {"status": "SUCCESS"}


def list_connected_warehouses(workspace: Workspace, call: Call) -> Json:
    """GET /sources/{id}/connected-warehouses."""
    source = source_in(workspace, call)
    connected = workspace.warehouses_of(source.id)
    return page(call, "warehouses", [warehouse_view(workspace, warehouse) for warehouse in connected])


def list_connected_destinations(workspace: Workspace, call: Call) -> Json:
    """GET /sources/{id}/connected-destinations."""
    source = source_in(workspace, call)
    return page(call, "destinations", [destination_view(item) for item in workspace.destinations_of(source.id)])


def _kind(metadata_id: str) -> catalog.SourceKind:
    kind = catalog.find(catalog.SOURCE_KINDS, metadata_id)
    if kind is None:
        # 422 rather than 404 is assumed.
        raise invalid("'metadataId' is not in the source catalog.", field="metadataId")
    return kind


def _require_free(workspace: Workspace, slug: str) -> None:
    if any(source.slug == slug for source in workspace.sources.values()):
        # 422 rather than 409 is assumed.
        raise invalid("'slug' is already used by another source.", field="slug")


def _schema_name(workspace: Workspace, slug: str) -> str:
    """Name the schema in warehouses after the slug, with a number where another source has it already (assumed).

    [docs: "Warehouse Schemas"]
    """
    stem = re.sub("[^a-z0-9]+", "_", slug.lower()).strip("_") or "source"
    taken = {source.warehouse_schema for source in workspace.sources.values()}
    numbered = (stem if number == 1 else f"{stem}_{number}" for number in itertools.count(1))
    return next(name for name in numbered if name not in taken)


OPERATIONS = (
    Operation("GET", "/sources", list_sources),
    Operation("POST", "/sources", create_source, status=201),
    Operation("GET", "/sources/{source_id}", get_source),
    Operation("PATCH", "/sources/{source_id}", update_source),
    Operation("DELETE", "/sources/{source_id}", delete_source),
    Operation("GET", "/sources/{source_id}/connected-warehouses", list_connected_warehouses),
    Operation("GET", "/sources/{source_id}/connected-destinations", list_connected_destinations),
)
