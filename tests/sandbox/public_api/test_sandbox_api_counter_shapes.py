"""Every answer about counters and privacy has the members its schema requires. The table is our own: the contract."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from segment_toolkit.sandbox import Sandbox

Members = dict[str, type | tuple[type, ...]]

NUMBER = (int, float)
PAGES: Members = {"pagination.current": str, "pagination.totalEntries": NUMBER}
SNAPSHOT: Members = {
    "periodStart": NUMBER,
    "periodEnd": NUMBER,
    "anonymous": str,
    "anonymousIdentified": str,
    "identified": str,
    "neverIdentified": str,
    "timestamp": str,
}
WINDOW = "granularity=DAY&startTime=2026-03-18&endTime=2026-03-19"
SERIES: Members = {"total": NUMBER, "series[].time": str, "series[].count": NUMBER}
REGULATION = {"regulationType": "DELETE_ONLY", "subjectType": "USER_ID", "subjectIds": ["u"]}
LISTED: Members = {
    "id": str,
    "subjectType": str,
    "subjects[]": str,
    "status": str,
    "createdAt": str,
    "regulationType": str,
}


def under(prefix: str, members: Members) -> Members:
    return {f"{prefix}.{path}": kind for path, kind in members.items()}


def step(name: str, more: str = "") -> str:
    return f"GET /delivery-overview/{name}?sourceId={{source}}&{WINDOW}{more}"


OF_DESTINATION = "&destinationConfigId={destination}"
OVERVIEW: Members = {"total": NUMBER, **PAGES}
DATASET: Members = {**OVERVIEW, **under("dataset[]", SERIES)}

# Operation, and for each path in `data` (`[]`: every item of a list, of which there must be some) its type.
CONTRACT: dict[str, Members] = {
    "GET /usage/mtu/sources/daily?period=2026-03-01": {
        **under("dailyPerSourceMTUUsage[]", {"sourceId": str, **SNAPSHOT}),
        **PAGES,
    },
    "GET /usage/mtu/daily?period=2026-03-01": {**under("dailyWorkspaceMTUUsage[]", SNAPSHOT), **PAGES},
    f"GET /events/volume?{WINDOW}&groupBy=source,eventName,eventType": {
        "path": str,
        **under("query", {"workspaceId": str, "granularity": str, "startTime": str, "endTime": str}),
        **under("result[]", SERIES),
        **under("result[].source", {"id": str, "name": str, "slug": str}),
        **PAGES,
    },
    step("successfully-received"): DATASET,
    step("failed-on-ingest"): DATASET,
    step("filtered-at-source"): OVERVIEW,
    step("filtered-at-destination", OF_DESTINATION): OVERVIEW,
    step("failed-delivery", OF_DESTINATION): DATASET,
    step("successful-delivery", OF_DESTINATION): {
        **DATASET,
        **under("dataset[]", {"totalRetryCount": NUMBER, "series[].retryCount": NUMBER}),
    },
    "POST /regulations": {"regulateId": str},
    "POST /regulations/sources/{source}": {"regulateId": str},
    "POST /regulations/cloudsources/{source}": {"regulateId": str},
    "GET /regulations": {**under("regulations[]", LISTED), **PAGES},
    "GET /regulations/sources/{source}": {**under("regulations[]", LISTED), **PAGES},
    "GET /regulations/{regulation}": {
        **under("regulation", {"id": str, "workspaceId": str, "overallStatus": str, "createdAt": str}),
        "regulation.streamStatus[].id": str,
        **under(
            "regulation.streamStatus[].destinationStatus[]",
            {"name": str, "id": str, "status": str, "errString": str, "finishedAt": str},
        ),
    },
    "GET /suppressions": {**under("suppressed[]", {"subjectType": str, "subjectIds[]": str}), **PAGES},
}


def nodes(value: Any, path: str) -> list[Any]:
    """Find what a path leads to; a list it passes must not be empty."""
    found = [value]
    for name in path.split("."):
        found = [node[name.removesuffix("[]")] for node in found]
        if name.endswith("[]"):
            found = [item for node in found for item in node]
    return found


@pytest.mark.parametrize("operation", CONTRACT)
def test_an_answer_has_what_its_schema_requires(
    box: Sandbox, public: httpx.Client, tracking: httpx.Client, web: str, operation: str
) -> None:
    for event in ("E", 7):
        tracking.post("/track", json={"writeKey": box.write_key, "userId": "v", "event": event})
    public.post("/regulations", json={**REGULATION, "regulationType": "SUPPRESS_ONLY"})
    asked = public.post(f"/regulations/sources/{web}", json=REGULATION).json()["data"]["regulateId"]
    method, _, template = operation.partition(" ")
    path = template.format(source=web, destination=box.destinations["actions-amplitude"], regulation=asked)
    cloud = {"subjectType": "OBJECT_ID", "collection": "orders"} if "cloudsources" in path else {}

    response = public.request(method, path, json={**REGULATION, **cloud} if method == "POST" else None)

    assert response.status_code == 200
    for where, kind in CONTRACT[operation].items():
        found = nodes(response.json()["data"], where)
        assert found, f"nothing to check at {where}"
        assert all(isinstance(item, kind) for item in found), where
