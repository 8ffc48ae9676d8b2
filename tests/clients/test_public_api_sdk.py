"""Segment's own SDK of the Public API drives every operation that the sandbox has, and understands every answer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from node import installed, run_node
from served import Served, served

from segment_toolkit.sandbox.public_api.routes import OPERATIONS

_FOLDER = Path(__file__).parent / "public_api_sdk"
_SOURCE = "shop-api"

# The SDK's newest version on npm is 47; what came later, or is ours, it does not know and leaves out.
BEYOND_THE_SDK = {
    "SourceMetadataV1 has no status": "in later versions of the API",
    "SourceMetadataV1 has no partnerOwned": "in later versions of the API",
    "ListRegulationsFromSourceV1Output has no pagination": "the call takes pages, so they are answered (assumed)",
}


@pytest.fixture(scope="module")
def driver() -> Path:
    return installed(_FOLDER) / "driver.cjs"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("sdk") / "sandbox.db") as running:
        yield running


def send_events(sandbox: Served) -> None:
    good = [{"type": "track", "event": f"E{n}", "userId": f"u-{n}"} for n in range(3)]
    bad = [{"type": "track", "userId": "u"}, {"type": "track", "event": "E", "userId": 7}]
    body = {"writeKey": sandbox.write_key(_SOURCE), "batch": good + bad}
    httpx.post(f"{sandbox.url}/v1/batch", json=body).raise_for_status()


@pytest.fixture(scope="module")
def story(driver: Path, sandbox: Served) -> list[dict[str, Any]]:
    """The calls that the SDK made, in order."""
    send_events(sandbox)
    place = {"url": sandbox.url, "token": sandbox.token, "sourceId": sandbox.description["sources"][_SOURCE]}
    return [json.loads(line) for line in run_node(driver, json.dumps(place)).splitlines()]


def chapters(story: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The calls that were answered with success, without the last, whose answer is invented."""
    return [call for call in story[:-1] if "error" not in call]


def operation_of(call: dict[str, Any]) -> tuple[str, str]:
    """The method and path template of a call; a template without a variable goes before one that has some."""
    templates = sorted(
        (item.path for item in OPERATIONS if item.method == call["method"]), key=lambda path: "{" in path
    )
    matching = (path for path in templates if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), call["path"]))
    return call["method"], next(matching, call["path"])


def test_every_operation_of_the_sandbox_is_driven(story: list[dict[str, Any]]) -> None:
    driven = {operation_of(call) for call in chapters(story)}

    assert driven == {(item.method, item.path) for item in OPERATIONS}


def test_every_answer_is_what_the_sdk_says_that_it_is(story: list[dict[str, Any]]) -> None:
    problems = {problem for call in chapters(story) for problem in call["problems"]}

    assert problems == set(BEYOND_THE_SDK)


def test_the_check_of_answers_finds_what_is_wrong(story: list[dict[str, Any]]) -> None:
    """The last answer of the story is a fault: an invented one."""
    assert story[-1]["problems"] == [
        "answer.data.workspace.id is no string",
        "answer.data.workspace.slug is missing",
        "WorkspaceV1 has no color",
    ]


def test_the_sdk_reads_what_it_asked_for(story: list[dict[str, Any]]) -> None:
    """Its filters, lists and pages are understood, whatever their encoding in the query."""
    answers = {call["call"]: call["data"] for call in reversed(chapters(story))}
    volume, received = answers["getEventsVolumeFromWorkspace"], answers["getIngressSuccessMetricsFromDeliveryOverview"]
    failed, audit = answers["getIngressFailedMetricsFromDeliveryOverview"], answers["listAuditEvents"]

    assert [(item["eventName"], item["source"]["slug"], item["total"]) for item in volume["result"]] == [
        ("E1", _SOURCE, 1)
    ]
    assert [(item["eventName"], item["eventType"], item["total"]) for item in received["dataset"]] == [
        ("E1", "track", 1),
        ("E2", "track", 1),
    ]
    assert {item["discardReason"]: item["total"] for item in failed["dataset"]} == {
        "event_not_defined": 1,
        "id_not_string": 1,
    }
    assert len(audit["events"]) == 3
    assert answers["previewDestinationFilter"]["result"]["properties"] == {"total": 7}
    assert len(answers["listRulesFromTrackingPlan"]["rules"]) == 1
    assert [item["regulationType"] for item in answers["listWorkspaceRegulations"]["regulations"]] == ["SUPPRESS_ONLY"]
    assert answers["getDailyWorkspaceMTUUsage"]["dailyWorkspaceMTUUsage"][-1]["identified"] == "3"


def test_pages_follow_each_other(story: list[dict[str, Any]]) -> None:
    first, second = (call["data"] for call in story if call["call"] == "listSources")

    ids = [source["id"] for source in first["sources"] + second["sources"]]
    assert len(set(ids)) == 4
    assert second["pagination"]["current"] == first["pagination"]["next"]


def test_failures_come_as_errors_of_the_sdk(story: list[dict[str, Any]]) -> None:
    failures = [call for call in story if "error" in call]

    assert [(call["call"], call["status"]) for call in failures] == [
        ("getSource", 404),
        ("createLabel", 422),
        ("echo", 422),
        ("echo", 400),
        ("echo", 500),
        ("listLabels", 401),
        ("listLabels", 429),
    ]
    assert {call["error"] for call in failures} == {"HttpError"}
    assert all(isinstance(error["type"], str) for call in failures for error in call["errors"])
    assert failures[-1]["retryAfter"] == "7"
