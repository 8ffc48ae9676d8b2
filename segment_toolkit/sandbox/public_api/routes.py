"""All operations: each module of a resource has a table of its own, and here they are joined."""

from __future__ import annotations

import itertools

from segment_toolkit.sandbox.public_api import (
    audit_events,
    catalogs,
    delivery_metrics,
    delivery_overview,
    destination_filters,
    destinations,
    events_volume,
    labels,
    mtu_usage,
    regulations,
    schema_settings,
    sources,
    tracking_plan_rules,
    tracking_plans,
    usage,
    users,
    warehouse_connections,
    warehouses,
    workspaces,
    write_keys,
)
from segment_toolkit.sandbox.public_api.operation import Operation

_MODULES = (
    workspaces,
    sources,
    write_keys,
    schema_settings,
    labels,
    destinations,
    delivery_metrics,
    delivery_overview,
    destination_filters,
    warehouses,
    warehouse_connections,
    usage,
    mtu_usage,
    events_volume,
    tracking_plans,
    tracking_plan_rules,
    catalogs,
    users,
    audit_events,
    regulations,
)

OPERATIONS: tuple[Operation, ...] = tuple(itertools.chain.from_iterable(module.OPERATIONS for module in _MODULES))
