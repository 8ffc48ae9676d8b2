"""Every answer has the members its schema requires. The lists are short and our own: read them as the contract."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from segment_toolkit.sandbox import Sandbox

Type = type | tuple[type, ...]
Members = dict[str, Type]

NUMBER = (int, float)
LABEL: Members = {"key": str, "value": str}
SOURCE: Members = {
    "id": str,
    "slug": str,
    "metadata": dict,
    "workspaceId": str,
    "enabled": bool,
    "writeKeys": list,
    "labels": list,
}
CATALOG: Members = {"id": str, "name": str, "slug": str, "description": str, "logos": dict, "options": list}
SOURCE_METADATA: Members = {**CATALOG, "categories": list, "isCloudEventSource": bool, "status": str}
DESTINATION: Members = {"id": str, "enabled": bool, "metadata": dict, "sourceId": str, "settings": dict}
DESTINATION_METADATA: Members = {
    **CATALOG,
    "status": str,
    "previousNames": list,
    "categories": list,
    "website": str,
    "components": list,
    "supportedFeatures": dict,
    "supportedMethods": dict,
    "supportedPlatforms": dict,
    "actions": list,
    "presets": list,
}
WAREHOUSE: Members = {"id": str, "metadata": dict, "workspaceId": str, "enabled": bool, "settings": dict}
PAGINATION: Members = {"current": str}
PLAN: Members = {"id": str, "type": str}
STATUS: Members = {"status": str}
SUMMARY: Members = {"sourceId": str, "destinationMetadataId": str, "metrics": list}

# Operation, body, and for each dotted path in `data` (`[]`: every item of a list) the members that must be there.
OPERATIONS: dict[str, tuple[Any, dict[str, Members]]] = {
    "GET /": (None, {"workspace": {"id": str, "slug": str, "name": str}}),
    "GET /echo?message=hi": (None, {"": {"method": str, "message": str, "headers": dict}}),
    "GET /sources": (None, {"sources[]": SOURCE, "sources[].metadata": SOURCE_METADATA, "pagination": PAGINATION}),
    "POST /sources": ({"slug": "n", "enabled": True, "metadataId": "iUM16Md8P2"}, {"source": SOURCE}),
    "GET /sources/{source}": (
        None,
        {"": {"trackingPlanId": (str, type(None))}, "source": SOURCE, "source.labels[]": LABEL},
    ),
    "PATCH /sources/{source}": ({"name": "n"}, {"source": SOURCE, "source.metadata": SOURCE_METADATA}),
    "DELETE /sources/{source}": (None, {"": STATUS}),
    "POST /sources/{source}/labels": ({"labels": []}, {"labels[]": LABEL}),
    "PUT /sources/{source}/labels": ({"labels": [{"key": "team", "value": "growth"}]}, {"labels[]": LABEL}),
    "GET /labels": (None, {"labels[]": LABEL}),
    "POST /labels": ({"label": {"key": "k", "value": "v"}}, {"label": LABEL}),
    "POST /sources/{source}/writekey": (None, {"source": SOURCE}),
    "DELETE /sources/{source}/writekey/{key}": (None, {"": STATUS}),
    "GET /sources/{source}/connected-warehouses": (
        None,
        {"warehouses[]": WAREHOUSE, "warehouses[].metadata": CATALOG, "pagination": PAGINATION},
    ),
    "GET /sources/{source}/connected-destinations": (None, {"destinations[]": DESTINATION, "pagination": PAGINATION}),
    "GET /sources/{source}/settings": (None, {"": {"sourceId": str, "settings": dict}}),
    "PATCH /sources/{source}/settings": ({}, {"": {"sourceId": str, "settings": dict}}),
    "GET /destinations": (
        None,
        {"destinations[]": DESTINATION, "destinations[].metadata": DESTINATION_METADATA, "pagination": PAGINATION},
    ),
    "GET /destinations/{destination}": (
        None,
        {"destination": DESTINATION, "destination.metadata": DESTINATION_METADATA},
    ),
    "PATCH /destinations/{destination}": ({"enabled": True}, {"destination": DESTINATION}),
    "GET /destinations/{destination}/delivery-metrics?sourceId={source}": (
        None,
        {
            "deliveryMetricsSummary": SUMMARY,
            "deliveryMetricsSummary.metrics[]": {"metricName": str, "total": NUMBER},
            "deliveryMetricsSummary.metrics[].breakdown[]": {"metricName": str, "value": NUMBER},
        },
    ),
    "GET /warehouses": (None, {"warehouses[]": WAREHOUSE, "pagination": PAGINATION}),
    "GET /warehouses/{warehouse}": (None, {"warehouse": WAREHOUSE, "warehouse.metadata": CATALOG}),
    "GET /usage/api-calls/sources/daily?period=2026-03-01": (
        None,
        {
            "dailyPerSourceAPICallsUsage[]": {"sourceId": str, "apiCalls": str, "timestamp": str},
            "pagination": PAGINATION,
        },
    ),
    "GET /usage/api-calls/daily?period=2026-03-01": (
        None,
        {"dailyWorkspaceAPICallsUsage[]": {"apiCalls": str, "timestamp": str}, "pagination": PAGINATION},
    ),
    "GET /tracking-plans": (None, {"trackingPlans[]": PLAN, "pagination": PAGINATION}),
    "GET /tracking-plans/{plan}": (None, {"trackingPlan": PLAN}),
}
CREATIONS = ("POST /sources", "POST /labels")


def nodes(value: Any, path: str) -> list[Any]:
    """Find what a dotted path leads to; a list it passes must not be empty."""
    found = [value]
    for step in path.split(".") if path else []:
        found = [node[step.removesuffix("[]")] for node in found]
        if step.endswith("[]"):
            found = [item for node in found for item in node]
            assert found, f"no items to check at {path}"
    return found


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_answer_has_its_required_members(box: Sandbox, public: httpx.Client, web: str, operation: str) -> None:
    body, contract = OPERATIONS[operation]
    plan = public.get("/tracking-plans").json()["data"]["trackingPlans"][0]["id"]
    method, _, template = operation.partition(" ")
    path = template.format(
        source=web,
        key=box.write_key,
        destination=box.destinations["actions-amplitude"],
        warehouse=box.warehouses["postgres"],
        plan=plan,
    )

    response = public.request(method, path, json=body)

    assert response.status_code == (201 if operation in CREATIONS else 200)
    assert set(response.json()) == {"data"}
    for where, members in contract.items():
        for node in nodes(response.json()["data"], where):
            for name, kind in members.items():
                assert isinstance(node[name], kind), f"{where}.{name}"
