"""BATCH and IMPORT_HISTORICAL_DATA alone: how events are split into requests, and the receipt of each."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_toolkit.errors import InvalidArguments, TransportError, UpstreamError
from segment_toolkit.tool import Request, Response
from segment_tools import batch, import_historical_data
from segment_tools._batch import MOST_EVENTS, MOST_REQUEST_BYTES

OK = Response(200, {"success": True}, "api.segment.io")


def run(arguments: dict[str, Any], tool: Any = batch.TOOL) -> tuple[list[Request], dict[str, Any]]:
    """Every request of the call, all answered with success, and its data."""
    flow = tool.run(tool.arguments.model_validate(arguments))
    requests = [next(flow)]
    while True:
        try:
            requests.append(flow.send(OK))
        except StopIteration as done:
            return requests, done.value


def tracks(count: int, size: int = 0) -> list[dict[str, Any]]:
    return [{"type": "track", "userId": "u", "event": f"E{n}", "properties": {"t": "x" * size}} for n in range(count)]


def sent(requests: list[Request]) -> list[dict[str, Any]]:
    return [event for request in requests for event in json.loads(request.body or b"")["batch"]]


@pytest.mark.parametrize(
    ("count", "requests"), [(1, 1), (MOST_EVENTS, 1), (MOST_EVENTS + 1, 2), (2 * MOST_EVENTS + 1, 3)]
)
def test_a_batch_is_split_at_the_documented_number_of_events(count: int, requests: int) -> None:
    made, data = run({"batch": [{"type": "track", "userId": "u", "event": "E"}] * count})

    assert len(made) == requests == data["requests"]
    assert max(len(json.loads(request.body or b"")["batch"]) for request in made) <= MOST_EVENTS


@given(st.lists(st.integers(0, 31_000), min_size=1, max_size=60))
def test_no_request_is_over_the_limit_and_no_event_is_lost_doubled_or_moved(sizes: list[int]) -> None:
    events = [
        {"type": "track", "userId": "u", "event": f"E{n}", "properties": {"t": "x" * s}} for n, s in enumerate(sizes)
    ]

    requests, data = run({"batch": events})

    assert all(len(request.body or b"") <= MOST_REQUEST_BYTES for request in requests)
    assert [event["event"] for event in sent(requests)] == [event["event"] for event in events]
    assert [receipt["index"] for receipt in data["receipts"]] == list(range(len(events)))


def test_requests_are_filled_as_far_as_the_limit_allows() -> None:
    requests, _ = run({"batch": tracks(100, 10_000)})

    first = len(requests[0].body or b"")
    event = len(json.dumps(sent(requests)[0], separators=(",", ":")))
    assert MOST_REQUEST_BYTES - event - 1 < first <= MOST_REQUEST_BYTES
    assert len(requests) == 3


def test_every_event_gets_a_receipt_with_the_id_that_was_sent() -> None:
    requests, data = run({"batch": [{**tracks(1)[0], "messageId": "mine"}, *tracks(2)]})

    assert [receipt["messageId"] for receipt in data["receipts"]] == [event["messageId"] for event in sent(requests)]
    assert data["receipts"][0]["messageId"] == "mine"
    assert all(receipt["accepted"] for receipt in data["receipts"])


def test_shared_context_stays_at_the_top_when_no_event_overrides_it() -> None:
    requests, _ = run({"batch": tracks(2), "context": {"ip": "203.0.113.7"}})

    body = json.loads(requests[0].body or b"")
    assert body["context"] == {"ip": "203.0.113.7"}
    assert all("context" not in event for event in body["batch"])


def test_where_an_event_overrides_the_merge_is_made_here_because_segment_does_not_say_who_wins() -> None:
    events = [{**tracks(1)[0], "integrations": {"Mixpanel": False}}, *tracks(1)]

    requests, _ = run({"batch": events, "integrations": {"All": True, "Mixpanel": True}})

    body = json.loads(requests[0].body or b"")
    assert "integrations" not in body
    assert [e["integrations"] for e in body["batch"]] == [
        {"All": True, "Mixpanel": False},
        {"All": True, "Mixpanel": True},
    ]


def test_one_event_over_the_limit_refuses_them_all_and_says_which() -> None:
    arguments = batch.TOOL.arguments.model_validate({"batch": [*tracks(1), *tracks(1, 33_000)]})

    with pytest.raises(InvalidArguments) as refused:
        next(batch.TOOL.run(arguments))

    assert refused.value.code == "too_large"
    assert refused.value.problems[0].path == "batch[1]"
    assert [receipt["accepted"] for receipt in refused.value.data["receipts"]] == [False, False]
    assert "33," in refused.value.data["receipts"][1]["reason"]


@pytest.mark.parametrize(
    ("error", "reasons"),
    [
        pytest.param(TransportError("-", sent=True, host="h"), ["outcome unknown", "not sent"], id="no answer"),
        pytest.param(TransportError("-", sent=False, host="h"), ["not sent", "not sent"], id="no connection"),
        pytest.param(
            UpstreamError("-", status=400, host="h", code="validation"),
            ["rejected by Segment", "not sent"],
            id="rejected",
        ),
        pytest.param(
            UpstreamError("-", status=503, host="h", code="upstream"), ["outcome unknown", "not sent"], id="503"
        ),
    ],
)
def test_a_failure_in_the_middle_says_what_became_of_every_event(error: Exception, reasons: list[str]) -> None:
    events = tracks(3 * MOST_EVENTS)
    flow = batch.TOOL.run(batch.TOOL.arguments.model_validate({"batch": events}))
    next(flow)
    flow.send(OK)

    with pytest.raises(type(error)) as failed:
        flow.throw(error)

    receipts = failed.value.data["receipts"]
    assert len(receipts) == len(events)
    assert [receipts[i]["accepted"] for i in (0, MOST_EVENTS, 2 * MOST_EVENTS)] == [True, False, False]
    assert [receipts[i].get("reason") for i in (MOST_EVENTS, 2 * MOST_EVENTS)] == reasons
    assert all(receipt["messageId"] for receipt in receipts)
    assert "messageId" in failed.value.hint


def test_history_is_sent_with_its_own_times_and_never_with_sent_at() -> None:
    event = {"type": "track", "userId": "u", "event": "E", "timestamp": "2019-05-04T10:00:00+02:00"}

    requests, _ = run({"batch": [event]}, import_historical_data.TOOL)

    assert requests[0].path == "/batch"
    assert sent(requests)[0]["timestamp"] == "2019-05-04T08:00:00.000Z"
    assert b"sentAt" not in (requests[0].body or b"")


def test_naive_times_are_read_in_the_given_timezone() -> None:
    events = [
        {"type": "track", "userId": "u", "event": "E", "timestamp": "2019-01-04T10:00:00"},
        {"type": "track", "userId": "u", "event": "E", "timestamp": "2019-07-04T10:00:00"},
        {"type": "track", "userId": "u", "event": "E", "timestamp": "2019-07-04T10:00:00Z"},
    ]

    requests, _ = run({"batch": events, "timezone": "Europe/Berlin"}, import_historical_data.TOOL)

    assert [event["timestamp"][11:16] for event in sent(requests)] == ["09:00", "08:00", "10:00"]
