"""Every answer about a resource has the members that its schema requires: read the tables as the contract."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from segment_toolkit.sandbox import Sandbox
from segment_toolkit.sandbox.public_api import (
    audit_events,
    catalogs,
    destination_filters,
    destinations,
    tracking_plan_rules,
    tracking_plans,
    users,
    warehouse_connections,
    warehouses,
)
from segment_toolkit.sandbox.public_api.operation import Operation
from tests.sandbox.public_api.answers import data

Type = type | tuple[type, ...]
Members = dict[str, Type]

NUMBER = (int, float)
LOGOS: Members = {"default": str}
OPTION: Members = {"name": str, "type": str, "required": bool}
KIND: Members = {"id": str, "name": str, "slug": str, "description": str, "logos": dict, "options": list}
SOURCE_KIND: Members = {**KIND, "categories": list, "isCloudEventSource": bool, "status": str}
DESTINATION_KIND: Members = {
    **KIND,
    **dict.fromkeys(("previousNames", "categories", "components", "actions", "presets"), list),
    **dict.fromkeys(("supportedFeatures", "supportedMethods", "supportedPlatforms"), dict),
    "status": str,
    "website": str,
}
COMPONENT: Members = {"type": str, "code": str}
SOURCE: Members = {
    **dict.fromkeys(("id", "slug", "workspaceId"), str),
    "metadata": dict,
    "enabled": bool,
    "writeKeys": list,
    "labels": list,
}
DESTINATION: Members = {"id": str, "enabled": bool, "metadata": dict, "sourceId": str, "settings": dict}
FILTER: Members = {
    **dict.fromkeys(("id", "sourceId", "destinationId", "if", "title", "createdAt", "updatedAt"), str),
    "actions": list,
    "enabled": bool,
}
WAREHOUSE: Members = {"id": str, "metadata": dict, "workspaceId": str, "enabled": bool, "settings": dict}
PLAN: Members = {"id": str, "type": str}
RULE: Members = {"type": str, "jsonSchema": dict, "version": NUMBER}
USER: Members = {"id": str, "name": str, "email": str}
PERMISSION: Members = {"roleName": str, "roleId": str, "resources": list}
AUDIT_EVENT: Members = dict.fromkeys(
    ("id", "timestamp", "type", "actor", "resourceId", "resourceType", "resourceName"), str
)
PAGINATION: Members = {"current": str, "totalEntries": NUMBER}
STATUS: Members = {"status": str}

RULES = [{"type": "TRACK", "key": "New", "jsonSchema": {}, "version": 1}]
NEW_FILTER = {"sourceId": "{source}", "if": "all", "actions": [{"type": "DROP"}], "title": "t", "enabled": True}
PREVIEW = {"filter": {"if": "all", "actions": []}, "payload": {}}

# Operation, body, status, and for each dotted path in `data` (`[]`: every item of a list) the members there.
CONTRACT: dict[str, tuple[Any, int, dict[str, Members]]] = {
    "GET /destinations": (None, 200, {"destinations[]": DESTINATION, "pagination": PAGINATION}),
    "POST /destinations": (
        {"sourceId": "{source}", "metadataId": "614a3c7d791c91c41bae7599", "settings": {}},
        200,
        {"destination": DESTINATION, "destination.metadata": DESTINATION_KIND},
    ),
    "GET /destinations/{destination_id}": (None, 200, {"destination": DESTINATION}),
    "PATCH /destinations/{destination_id}": ({}, 200, {"destination": DESTINATION}),
    "DELETE /destinations/{destination_id}": (None, 200, {"": STATUS}),
    "POST /destination/filters/preview": (PREVIEW, 200, {"": {"inputPayload": dict, "result": (dict, type(None))}}),
    "GET /destination/{destination_id}/filters": (None, 200, {"filters[]": FILTER, "pagination": PAGINATION}),
    "POST /destination/{destination_id}/filters": (
        NEW_FILTER,
        200,
        {"filter": FILTER, "filter.actions[]": {"type": str}},
    ),
    "GET /destination/{destination_id}/filters/{filter_id}": (None, 200, {"filter": FILTER}),
    "PATCH /destination/{destination_id}/filters/{filter_id}": ({"title": "n"}, 200, {"filter": FILTER}),
    "DELETE /destination/{destination_id}/filters/{filter_id}": (None, 200, {"": STATUS}),
    "GET /warehouses": (None, 200, {"warehouses[]": WAREHOUSE, "pagination": PAGINATION}),
    "POST /warehouses": (
        {"metadataId": "CCIl4HLQPz", "settings": {}},
        201,
        {"warehouse": WAREHOUSE, "warehouse.metadata": KIND},
    ),
    "POST /warehouses/validation": ({"metadataId": "CCIl4HLQPz", "settings": {}}, 200, {"": STATUS}),
    "GET /warehouses/{warehouse_id}": (None, 200, {"warehouse": WAREHOUSE}),
    "PATCH /warehouses/{warehouse_id}": ({"settings": {}}, 200, {"warehouse": WAREHOUSE}),
    "DELETE /warehouses/{warehouse_id}": (None, 200, {"": STATUS}),
    "GET /warehouses/{warehouse_id}/connection-state": (None, 200, {"": {"connectionState": str}}),
    "GET /warehouses/{warehouse_id}/connected-sources": (
        None,
        200,
        {"sources[]": SOURCE, "sources[].metadata": SOURCE_KIND, "pagination": PAGINATION},
    ),
    "POST /warehouses/{warehouse_id}/connected-sources/{source_id}": (None, 201, {"": STATUS}),
    "DELETE /warehouses/{warehouse_id}/connected-sources/{source_id}": (None, 200, {"": STATUS}),
    "GET /tracking-plans": (None, 200, {"trackingPlans[]": PLAN, "pagination": PAGINATION}),
    "POST /tracking-plans": ({"name": "n", "type": "LIVE"}, 200, {"trackingPlan": PLAN}),
    "GET /tracking-plans/{tracking_plan_id}": (None, 200, {"trackingPlan": PLAN}),
    "PATCH /tracking-plans/{tracking_plan_id}": ({"name": "n"}, 200, {"": STATUS}),
    "DELETE /tracking-plans/{tracking_plan_id}": (None, 200, {"": STATUS}),
    "GET /tracking-plans/{tracking_plan_id}/sources": (None, 200, {"sources[]": SOURCE, "pagination": PAGINATION}),
    "POST /tracking-plans/{tracking_plan_id}/sources": ({"sourceId": "{source}"}, 200, {"": STATUS}),
    "DELETE /tracking-plans/{tracking_plan_id}/sources": (None, 200, {"": STATUS}),
    "GET /tracking-plans/{tracking_plan_id}/rules": (None, 200, {"rules[]": RULE, "pagination": PAGINATION}),
    "PUT /tracking-plans/{tracking_plan_id}/rules": ({"rules": RULES}, 200, {"": STATUS}),
    "PATCH /tracking-plans/{tracking_plan_id}/rules": ({"rules": RULES}, 200, {"": STATUS}),
    "DELETE /tracking-plans/{tracking_plan_id}/rules": (None, 200, {"": STATUS}),
    "GET /catalog/sources": (
        None,
        200,
        {"sourcesCatalog[]": SOURCE_KIND, "sourcesCatalog[].options[]": OPTION, "pagination": PAGINATION},
    ),
    "GET /catalog/destinations": (
        None,
        200,
        {
            "destinationsCatalog[]": DESTINATION_KIND,
            "destinationsCatalog[].options[]": OPTION,
            "destinationsCatalog[].components[]": COMPONENT,
            "pagination": PAGINATION,
        },
    ),
    "GET /catalog/warehouses": (
        None,
        200,
        {"warehousesCatalog[]": KIND, "warehousesCatalog[].logos": LOGOS, "pagination": PAGINATION},
    ),
    "GET /catalog/sources/{source_kind}": (None, 200, {"sourceMetadata": SOURCE_KIND}),
    "GET /catalog/destinations/{destination_kind}": (None, 200, {"destinationMetadata": DESTINATION_KIND}),
    "GET /catalog/warehouses/{warehouse_kind}": (None, 200, {"warehouseMetadata": KIND}),
    "GET /users": (None, 200, {"users[]": USER, "users[].permissions[]": PERMISSION, "pagination": PAGINATION}),
    "GET /users/{user_id}": (
        None,
        200,
        {"user": USER, "user.permissions[].resources[]": {"id": str, "type": str}},
    ),
    "GET /audit-events": (None, 200, {"events[]": AUDIT_EVENT, "pagination": PAGINATION}),
}
QUERIES = {
    "DELETE /tracking-plans/{tracking_plan_id}/sources": "?sourceId={source}",
    "DELETE /tracking-plans/{tracking_plan_id}/rules": "?rules.0.type=TRACK&rules.0.key=Signed Up&rules.0.version=1",
}
MODULES = (
    audit_events,
    catalogs,
    destination_filters,
    destinations,
    tracking_plan_rules,
    tracking_plans,
    users,
    warehouse_connections,
    warehouses,
)


def test_the_contract_covers_every_operation_on_these_resources() -> None:
    operations: list[Operation] = [operation for module in MODULES for operation in module.OPERATIONS]

    kinds = {f"/catalog/{name}s/{{{name}_kind}}": f"/catalog/{name}s/{{metadata_id}}" for name in KINDS}
    covered = {" ".join([method, kinds.get(path, path)]) for method, path in (name.split(" ") for name in CONTRACT)}

    assert covered == {f"{operation.method} {operation.path}" for operation in operations}


KINDS = {"source": "IqDTy1TpoU", "destination": "56748689e954a874ca44ccfb", "warehouse": "55d3d3aea3c"}


@pytest.fixture
def places(box: Sandbox, public: httpx.Client, web: str) -> dict[str, str]:
    """What stands in a path or a body for its placeholder."""
    slack = box.destinations["slack"]
    body = {**NEW_FILTER, "sourceId": web}
    return {
        "source": web,
        "source_id": web,
        "destination_id": slack,
        "filter_id": data(public.post(f"/destination/{slack}/filters", json=body))["filter"]["id"],
        "warehouse_id": box.warehouses["postgres"],
        "tracking_plan_id": data(public.get("/tracking-plans"))["trackingPlans"][0]["id"],
        "user_id": data(public.get("/users"))["users"][0]["id"],
        **{f"{name}_kind": id_ for name, id_ in KINDS.items()},
    }


@pytest.mark.parametrize("operation", CONTRACT)
def test_an_answer_about_a_resource_has_its_required_members(
    public: httpx.Client, places: dict[str, str], operation: str
) -> None:
    body, status, contract = CONTRACT[operation]
    method, _, template = operation.partition(" ")
    path = (template + QUERIES.get(operation, "")).format_map(places)
    sent = {**body, "sourceId": places["source"]} if body and "sourceId" in body else body

    answer = data(public.request(method, path, json=sent), status)

    wrong = [
        f"{where}.{name}"
        for where, members in contract.items()
        for node in nodes(answer, where)
        for name, kind in members.items()
        if not isinstance(node.get(name), kind)
    ]
    assert wrong == []


def nodes(value: Any, path: str) -> list[Any]:
    """Find what a dotted path leads to; somewhere in the lists it passes there must be something."""
    found = [value]
    for step in path.split(".") if path else []:
        found = [node[step.removesuffix("[]")] for node in found]
        if step.endswith("[]"):
            found = [item for node in found for item in node]
    assert found, f"nothing to check at {path}"
    return found
