"""The management tools alone: method, path, query and body of each, and the fallback of the two reads."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from segment_toolkit.errors import DegradedAnswer, HostUnavailable, RateLimited, UpstreamError
from segment_toolkit.tool import Api, Effect, Host, Request, Response, marked
from segment_tools import TOOLS

BY_SLUG = {tool.slug: tool for tool in TOOLS}


def start(name: str, **arguments: Any) -> tuple[Any, Request]:
    tool = BY_SLUG[f"SEGMENT_{name}"]
    flow = tool.run(tool.arguments.model_validate(arguments))
    return flow, next(flow)


def finish(flow: Any, data: dict[str, Any], host: str = "api.segmentapis.com") -> dict[str, Any]:
    with pytest.raises(StopIteration) as stopped:
        flow.send(Response(200, data, host))
    result: dict[str, Any] = stopped.value.value
    return result


@pytest.mark.parametrize(
    ("name", "arguments", "method", "path", "query", "body"),
    [
        pytest.param(
            "ADD_LABELS_TO_SOURCE",
            {"sourceId": "s1", "labels": [{"key": "environment", "value": "prod"}]},
            "POST", "/sources/s1/labels", (), {"labels": [{"key": "environment", "value": "prod"}]},
            id="add labels",
        ),
        pytest.param("DELETE_SOURCE", {"sourceId": "s1"}, "DELETE", "/sources/s1", (), None, id="delete source"),
        pytest.param(
            "GET_DAILY_PER_SOURCE_API_CALLS_USAGE",
            {"period": "2026-03-01", "pagination": {"count": 10, "cursor": "MQ=="}},
            "GET", "/usage/api-calls/sources/daily",
            (("period", "2026-03-01"), ("pagination.count", "10"), ("pagination.cursor", "MQ==")), None,
            id="usage",
        ),
        pytest.param("GET_DESTINATION", {"destinationId": "d1"}, "GET", "/destinations/d1", (), None, id="destination"),
        pytest.param(
            "LIST_CONNECTED_WAREHOUSES_FROM_SOURCE", {"sourceId": "s1", "pagination": {"count": 5}},
            "GET", "/sources/s1/connected-warehouses", (("pagination.count", "5"),), None,
            id="warehouses",
        ),
        pytest.param(
            "LIST_DELIVERY_METRICS_SUMMARY_FROM_DESTINATION",
            {"destinationId": "d1", "sourceId": "s1", "granularity": "HOUR"},
            "GET", "/destinations/d1/delivery-metrics", (("sourceId", "s1"), ("granularity", "HOUR")), None,
            id="delivery metrics",
        ),
        pytest.param(
            "LIST_SCHEMA_SETTINGS_IN_SOURCE", {"sourceId": "s1"}, "GET", "/sources/s1/settings", (), None,
            id="schema settings",
        ),
        pytest.param(
            "REMOVE_SOURCE_WRITE_KEY", {"sourceId": "s1", "writeKey": "a/b c"},
            "DELETE", "/sources/s1/writekey/a%2Fb%20c", (), None,
            id="remove key",
        ),
        pytest.param(
            "UPDATE_SOURCE", {"sourceId": "s1", "enabled": False, "settings": {"x": None}},
            "PATCH", "/sources/s1", (), {"enabled": False, "settings": {"x": None}},
            id="update source",
        ),
    ],
)  # fmt: skip
def test_a_management_tool_sends_the_documented_request(
    name: str, arguments: dict[str, Any], method: str, path: str, query: tuple[Any, ...], body: Any
) -> None:
    _, request = start(name, **arguments)

    assert (request.method, request.path, request.query) == (method, path, query)
    assert request.api is Api.PUBLIC
    assert (None if request.body is None else json.loads(request.body)) == body


@pytest.mark.parametrize("tool", [t for t in TOOLS if t.api is Api.PUBLIC], ids=lambda tool: tool.slug)
def test_only_a_read_sends_get_and_a_write_never_asks_another_host(tool: Any) -> None:
    arguments = {
        "sourceId": "s1", "destinationId": "d1", "writeKey": "k", "period": "2026-03-01", "name": "n",
        "pagination": {"count": 1}, "labels": [{"key": "a", "value": "b"}],
    }  # fmt: skip
    wanted = {name: arguments[name] for name in tool.input_schema["properties"] if name in arguments}
    flow = tool.run(tool.arguments.model_validate(wanted))

    request = next(flow)

    assert (request.method == "GET") == (tool.effect is Effect.READ)
    if tool.effect is not Effect.READ:
        with pytest.raises(UpstreamError):
            flow.throw(UpstreamError("not here", status=404, host="h", code="not_found"))


def test_an_id_cannot_change_which_operation_runs() -> None:
    _, request = start("DELETE_SOURCE", sourceId="s1/writekey/k?x=1#y")

    assert request.path == "/sources/s1%2Fwritekey%2Fk%3Fx%3D1%23y"


def test_day_without_a_start_asks_inside_the_fourteen_days_that_day_allows() -> None:
    _, request = start(
        "LIST_DELIVERY_METRICS_SUMMARY_FROM_DESTINATION", destinationId="d", sourceId="s", granularity="DAY"
    )

    asked = datetime.fromisoformat(dict(request.query)["startTime"])
    assert timedelta(days=13, hours=23) < datetime.now(UTC) - asked < timedelta(days=14)


NOT_HERE = UpstreamError("Segment answered 404.", status=404, host="api.segmentapis.com", code="not_found")


def html(host: str) -> DegradedAnswer:
    return DegradedAnswer(f"{host} answered 200 with an HTML page.", status=200, host=host)


def test_a_destination_is_asked_of_the_other_region_and_the_answer_says_who_had_it() -> None:
    flow, first = start("GET_DESTINATION", destinationId="d1")

    second = flow.throw(NOT_HERE)
    data = finish(flow, {"destination": {"id": "d1"}}, "eu1.api.segmentapis.com")

    assert [first.host, second.host] == [Host.ACCOUNT, Host.OTHER_REGION]
    assert data == marked({"destination": {"id": "d1"}, "answeredBy": "eu1.api.segmentapis.com"})


def test_the_legacy_host_is_asked_last_and_its_html_leaves_the_minimal_data() -> None:
    flow, _ = start("GET_DESTINATION", destinationId="d1")
    flow.throw(NOT_HERE)
    third = flow.throw(UpstreamError("Segment answered 401.", status=401, host="eu1.api.segmentapis.com", code="auth"))

    with pytest.raises(UpstreamError) as failed:
        flow.throw(html("app.segment.com"))

    assert third.host is Host.LEGACY
    assert failed.value.code == "not_found"  # the first structured refusal, not the page
    assert failed.value.data["destination"] == {"id": "d1"}
    assert failed.value.data["degraded"] is True
    assert [a["host"] for a in failed.value.data["attempts"]] == [
        "api.segmentapis.com", "eu1.api.segmentapis.com", "app.segment.com",
    ]  # fmt: skip
    assert "app.segment.com (200 unreadable)" in failed.value.message


def test_html_from_every_host_is_a_failure_with_minimal_metrics_that_claim_no_count() -> None:
    flow, _ = start("LIST_DELIVERY_METRICS_SUMMARY_FROM_DESTINATION", destinationId="d1", sourceId="s1")
    flow.throw(html("api.segmentapis.com"))
    flow.throw(HostUnavailable("No other region's host is configured."))

    with pytest.raises(DegradedAnswer) as failed:
        flow.throw(HostUnavailable("No legacy host is configured."))

    assert failed.value.data["deliveryMetricsSummary"] == {"sourceId": "s1"}
    assert "metrics" not in failed.value.data["deliveryMetricsSummary"]


def test_an_answer_without_the_asked_object_is_no_answer() -> None:
    flow, _ = start("GET_DESTINATION", destinationId="d1")

    second = flow.send(Response(200, {"source": {}}, "api.segmentapis.com"))

    assert second.host is Host.OTHER_REGION


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(RateLimited("slow down", host="h", retry_after_seconds=3), id="429"),
        pytest.param(UpstreamError("bad", status=422, host="h", code="validation"), id="422"),
        pytest.param(UpstreamError("down", status=503, host="h", code="upstream"), id="503"),
    ],
)
def test_an_answer_that_does_not_say_not_here_is_not_asked_elsewhere(error: UpstreamError) -> None:
    flow, _ = start("GET_DESTINATION", destinationId="d1")

    with pytest.raises(type(error)):
        flow.throw(error)
