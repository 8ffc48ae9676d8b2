"""A corner of Segment's catalog: the kinds of source, destination and warehouse the sandbox knows."""

from segment_toolkit.sandbox.catalog.destinations import DESTINATION_KINDS
from segment_toolkit.sandbox.catalog.kinds import (
    Delivery,
    DestinationKind,
    Option,
    SourceKind,
    WarehouseKind,
    by_slug,
    find,
    known,
)
from segment_toolkit.sandbox.catalog.sources import SOURCE_KINDS
from segment_toolkit.sandbox.catalog.warehouses import WAREHOUSE_KINDS

__all__ = [
    "DESTINATION_KINDS",
    "SOURCE_KINDS",
    "WAREHOUSE_KINDS",
    "Delivery",
    "DestinationKind",
    "Option",
    "SourceKind",
    "WarehouseKind",
    "by_slug",
    "find",
    "known",
]
