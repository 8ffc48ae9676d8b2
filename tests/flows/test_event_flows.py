"""The event tools' generators alone: no dispatcher, no transport, no network."""

from __future__ import annotations

import json
from typing import Any

import pytest

from segment_toolkit.errors import InvalidArguments, TransportError, UpstreamError
from segment_toolkit.tool import Api, Request, Response, Tool
from segment_tools import TOOLS

BY_SLUG = {tool.slug: tool for tool in TOOLS}
OK = Response(200, {"success": True}, "api.segment.io")

EVENTS = [
    pytest.param("SEGMENT_IDENTIFY", {"userId": "u", "traits": {"plan": "pro"}}, id="identify"),
    pytest.param("SEGMENT_TRACK", {"userId": "u", "event": "Signed Up", "properties": {"a": None}}, id="track"),
    pytest.param("SEGMENT_PAGE", {"anonymousId": "a", "name": "Pricing"}, id="page"),
    pytest.param("SEGMENT_SCREEN", {"anonymousId": "a", "name": "Home"}, id="screen"),
    pytest.param("SEGMENT_GROUP", {"userId": "u", "groupId": "g", "traits": {"name": "Initech"}}, id="group"),
    pytest.param("SEGMENT_ALIAS", {"userId": "u", "previousId": "a"}, id="alias"),
]


def start(slug: str, arguments: dict[str, Any]) -> tuple[Any, Request]:
    tool: Tool[Any] = BY_SLUG[slug]
    flow = tool.run(tool.arguments.model_validate(arguments))
    return flow, next(flow)


def finish(flow: Any, response: Response = OK) -> dict[str, Any]:
    with pytest.raises(StopIteration) as stopped:
        flow.send(response)
    result: dict[str, Any] = stopped.value.value
    return result


@pytest.mark.parametrize(("slug", "arguments"), EVENTS)
def test_an_event_tool_sends_one_post_to_the_path_of_its_type(slug: str, arguments: dict[str, Any]) -> None:
    kind = slug.removeprefix("SEGMENT_").lower()

    _, request = start(slug, arguments)

    assert (request.method, request.path, request.api) == ("POST", f"/{kind}", Api.TRACKING)
    assert json.loads(request.body or b"").items() >= {"type": kind, **arguments}.items()


@pytest.mark.parametrize(("slug", "arguments"), EVENTS)
def test_the_message_id_is_minted_before_the_request_and_returned(slug: str, arguments: dict[str, Any]) -> None:
    flow, request = start(slug, arguments)

    data = finish(flow)

    assert data["messageId"] == json.loads(request.body or b"")["messageId"]
    assert 1 <= len(data["messageId"]) <= 100
    assert data["status"] == "accepted"
    assert "not proof of delivery" in data["note"].lower()


def test_a_given_message_id_is_kept() -> None:
    flow, request = start("SEGMENT_IDENTIFY", {"userId": "u", "messageId": "mine"})

    assert json.loads(request.body or b"")["messageId"] == "mine"
    assert finish(flow)["messageId"] == "mine"


def test_two_calls_get_different_message_ids() -> None:
    ids = {json.loads(start("SEGMENT_IDENTIFY", {"userId": "u"})[1].body or b"")["messageId"] for _ in range(50)}

    assert len(ids) == 50


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        pytest.param("2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05.678Z", id="as it should be"),
        pytest.param("2026-01-02T03:04:05+02:00", "2026-01-02T01:04:05.000Z", id="another zone"),
        pytest.param("2026-01-02 03:04:05Z", "2026-01-02T03:04:05.000Z", id="a space for the T"),
        pytest.param("20260102T030405Z", "2026-01-02T03:04:05.000Z", id="basic form"),
    ],
)
def test_a_timestamp_goes_out_in_utc_with_milliseconds(given: str, sent: str) -> None:
    _, request = start("SEGMENT_TRACK", {"userId": "u", "event": "E", "timestamp": given})

    assert json.loads(request.body or b"")["timestamp"] == sent


def test_a_live_event_carries_neither_timestamp_nor_sent_at() -> None:
    _, request = start("SEGMENT_TRACK", {"userId": "u", "event": "E"})

    assert json.loads(request.body or b"").keys().isdisjoint({"timestamp", "sentAt"})


@pytest.mark.parametrize("name", ["", "  "])
def test_a_blank_page_name_is_left_out_because_segment_would_drop_the_event(name: str) -> None:
    _, request = start("SEGMENT_PAGE", {"userId": "u", "name": name})

    assert "name" not in json.loads(request.body or b"")


def test_the_write_key_is_not_in_the_body() -> None:
    _, request = start("SEGMENT_TRACK", {"userId": "u", "event": "E", "writeKey": "k" * 32})

    assert request.write_key == "k" * 32
    assert b"kkkk" not in (request.body or b"")
    assert "kkkk" not in repr(request)


def test_nulls_inside_free_form_objects_are_the_callers_data() -> None:
    _, request = start("SEGMENT_TRACK", {"userId": "u", "event": "E", "properties": {"coupon": None}, "context": None})

    body = json.loads(request.body or b"")
    assert body["properties"] == {"coupon": None}
    assert "context" not in body


@pytest.mark.parametrize("over", [0, 1])
def test_the_size_limit_is_counted_on_the_bytes_to_be_sent(over: int) -> None:
    _, request = start("SEGMENT_TRACK", {"userId": "u", "event": "E", "properties": {"t": ""}})
    room = 32_000 - len(request.body or b"")
    text = "é" * (room // 2) + "x" * (room % 2 + over)

    if over:
        with pytest.raises(InvalidArguments) as refused:
            start("SEGMENT_TRACK", {"userId": "u", "event": "E", "properties": {"t": text}})
        assert refused.value.code == "too_large"
        assert "32,001 bytes" in str(refused.value)
    else:
        _, request = start("SEGMENT_TRACK", {"userId": "u", "event": "E", "properties": {"t": text}})
        assert len(request.body or b"") == 32_000


def test_an_unanswered_event_is_reported_as_unknown_with_its_message_id() -> None:
    flow, _ = start("SEGMENT_IDENTIFY", {"userId": "u", "messageId": "m-1"})

    with pytest.raises(TransportError) as lost:
        flow.throw(TransportError("No answer", sent=True, host="h"))

    assert lost.value.data["messageId"] == "m-1"
    assert "unknown" in lost.value.hint
    assert lost.value.retryable  # with its own messageId, Segment keeps one


def test_repeating_an_unanswered_track_is_not_called_safe() -> None:
    flow, _ = start("SEGMENT_TRACK", {"userId": "u", "event": "E"})

    with pytest.raises(TransportError) as lost:
        flow.throw(TransportError("No answer", sent=True, host="h"))

    assert not lost.value.retryable
    assert "record it twice" in lost.value.hint


def test_an_event_that_never_left_may_be_sent_again() -> None:
    flow, _ = start("SEGMENT_TRACK", {"userId": "u", "event": "E"})

    with pytest.raises(TransportError) as lost:
        flow.throw(TransportError("No connection", sent=False, host="h"))

    assert lost.value.retryable


def test_a_refusal_by_segment_keeps_its_words() -> None:
    flow, _ = start("SEGMENT_TRACK", {"userId": "u", "event": "E"})

    with pytest.raises(UpstreamError, match="malformed JSON"):
        flow.throw(UpstreamError("Segment answered 400: malformed JSON.", status=400, host="h", code="validation"))


@pytest.mark.parametrize(
    ("arguments", "warning"),
    [
        pytest.param({"properties": {str(n): n for n in range(300)}}, "Unify drops this event", id="300 properties"),
        pytest.param({"properties": {"timestamp": 1}}, "warehouses discard", id="reserved column"),
        pytest.param({"timestamp": "1969-12-31T23:59:59Z"}, "before 1970", id="before 1970"),
        pytest.param({"timestamp": "2999-01-01T00:00:00Z"}, "in the future", id="future"),
        pytest.param({"integrations": {"All": False}}, "every destination off", id="all off"),
        pytest.param({"context": {"groupId": ""}}, "context.groupId is empty", id="empty context.groupId"),
    ],
)
def test_what_segment_keeps_but_changes_is_said_with_the_success(arguments: dict[str, Any], warning: str) -> None:
    flow, _ = start("SEGMENT_TRACK", {"userId": "u", "event": "E", **arguments})

    data = finish(flow)

    assert any(warning in text for text in data["warnings"])


def test_an_event_without_such_parts_has_no_warnings() -> None:
    flow, _ = start("SEGMENT_TRACK", {"userId": "u", "event": "E", "properties": {"revenue": 1}})

    assert "warnings" not in finish(flow)
