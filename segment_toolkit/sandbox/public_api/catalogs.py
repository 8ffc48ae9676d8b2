"""The catalogs of sources, destinations and warehouses: list, read.

Source: Public API reference, "Catalog".
"""

from __future__ import annotations

from collections.abc import Sequence

from segment_toolkit.sandbox import catalog
from segment_toolkit.sandbox.catalog.kinds import AnyKind
from segment_toolkit.sandbox.public_api.call import Call
from segment_toolkit.sandbox.public_api.errors import not_found
from segment_toolkit.sandbox.public_api.operation import Handler, Operation
from segment_toolkit.sandbox.public_api.pages import page
from segment_toolkit.sandbox.wire import Json
from segment_toolkit.sandbox.workspace import Workspace


def _listing(name: str, kinds: Sequence[AnyKind]) -> Handler:
    """GET /catalog/..."""

    def list_kinds(_workspace: Workspace, call: Call) -> Json:
        return page(call, name, [kind.view() for kind in kinds])

    return list_kinds


def _reading(name: str, noun: str, kinds: Sequence[AnyKind]) -> Handler:
    """GET /catalog/.../{id}."""

    def get_kind(_workspace: Workspace, call: Call) -> Json:
        kind = catalog.find(kinds, call.path["metadata_id"])
        if kind is None:
            raise not_found(noun, call.path["metadata_id"])
        return {name: kind.view()}

    return get_kind


_SOURCES, _DESTINATIONS, _WAREHOUSES = catalog.SOURCE_KINDS, catalog.DESTINATION_KINDS, catalog.WAREHOUSE_KINDS

OPERATIONS = (
    Operation("GET", "/catalog/sources", _listing("sourcesCatalog", _SOURCES)),
    Operation("GET", "/catalog/destinations", _listing("destinationsCatalog", _DESTINATIONS)),
    Operation("GET", "/catalog/warehouses", _listing("warehousesCatalog", _WAREHOUSES)),
    Operation("GET", "/catalog/sources/{metadata_id}", _reading("sourceMetadata", "Source metadata", _SOURCES)),
    Operation(
        "GET",
        "/catalog/destinations/{metadata_id}",
        _reading("destinationMetadata", "Destination metadata", _DESTINATIONS),
    ),
    Operation(
        "GET",
        "/catalog/warehouses/{metadata_id}",
        _reading("warehouseMetadata", "Warehouse metadata", _WAREHOUSES),
    ),
)
