"""The table of operations: method, path, what answers it.

Stability is the most stable version that an operation has, and decides the media type of its answer (the
Content-Type of answers is not documented; SDKs take any `+json`). Request media types are not looked at: SDKs
send `application/json` or any of the three vendor types, and the body is JSON in each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from segment_toolkit.sandbox.public_api import (
    delivery_metrics,
    destinations,
    labels,
    schema_settings,
    sources,
    tracking_plans,
    usage,
    warehouses,
    workspaces,
    write_keys,
)
from segment_toolkit.sandbox.public_api.call import Call
from segment_toolkit.sandbox.state import Workspace
from segment_toolkit.sandbox.wire import Json

Stability = Literal["v1", "v1beta", "v1alpha"]
Handler = Callable[[Workspace, Call], Json]


@dataclass(frozen=True)
class Operation:
    """One operation of the Public API; its handler returns what stands under `data`."""

    method: str
    path: str
    handler: Handler
    status: int = 200
    stability: Stability = "v1"

    @property
    def media_type(self) -> str:
        """The Content-Type of a success."""
        return f"application/vnd.segment.{self.stability}+json"


OPERATIONS = (
    Operation("GET", "/", workspaces.get_workspace),
    Operation("GET", "/echo", workspaces.echo),
    Operation("GET", "/sources", sources.list_sources),
    Operation("POST", "/sources", sources.create_source, status=201),
    Operation("GET", "/sources/{source_id}", sources.get_source),
    Operation("PATCH", "/sources/{source_id}", sources.update_source),
    Operation("DELETE", "/sources/{source_id}", sources.delete_source),
    Operation("POST", "/sources/{source_id}/labels", labels.add_labels),
    Operation("PUT", "/sources/{source_id}/labels", labels.replace_labels),
    Operation("POST", "/sources/{source_id}/writekey", write_keys.create_write_key, stability="v1alpha"),
    Operation(
        "DELETE",
        "/sources/{source_id}/writekey/{write_key}",
        write_keys.remove_write_key,
        stability="v1alpha",
    ),
    Operation("GET", "/sources/{source_id}/connected-warehouses", sources.list_connected_warehouses),
    Operation("GET", "/sources/{source_id}/connected-destinations", sources.list_connected_destinations),
    Operation("GET", "/sources/{source_id}/settings", schema_settings.get_schema_settings),
    Operation("PATCH", "/sources/{source_id}/settings", schema_settings.update_schema_settings),
    Operation("GET", "/labels", labels.list_labels),
    Operation("POST", "/labels", labels.create_label, status=201),
    Operation("GET", "/destinations", destinations.list_destinations),
    Operation("GET", "/destinations/{destination_id}", destinations.get_destination),
    Operation("PATCH", "/destinations/{destination_id}", destinations.update_destination),
    Operation(
        "GET",
        "/destinations/{destination_id}/delivery-metrics",
        delivery_metrics.get_delivery_metrics,
        stability="v1beta",
    ),
    Operation("GET", "/warehouses", warehouses.list_warehouses),
    Operation("GET", "/warehouses/{warehouse_id}", warehouses.get_warehouse),
    Operation("GET", "/usage/api-calls/sources/daily", usage.per_source_usage),
    Operation("GET", "/usage/api-calls/daily", usage.workspace_usage),
    Operation("GET", "/tracking-plans", tracking_plans.list_tracking_plans),
    Operation("GET", "/tracking-plans/{tracking_plan_id}", tracking_plans.get_tracking_plan),
)
