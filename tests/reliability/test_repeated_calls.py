"""What a call does when something fails once, or always: attempts, waits, budget, and what it then says."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from segment_toolkit import AsyncSegmentToolkit, Reliability, SegmentToolkit
from segment_toolkit.sandbox import Sandbox
from segment_toolkit.sandbox.server import serving
from tests.clocks import FakeClock

TRACK = {"userId": "u", "event": "E"}
#: Every fault after which an event can still be sent, and what is waited before it is.
PASSING = {
    "rate_limited": 1.0, "rate_limited_without_header": 0.5, "server_error": 0.5, "bad_gateway_html": 0.5,
    "html_200": 0.5, "truncated_json": 0.5, "cut_off": 0.5, "empty_body": 0.5, "reset_before": 0.5,
    "reset_after": 0.5,
}  # fmt: skip
TIMEOUTS = {"slow_answer": 60.0, "slow_body": 600.0}


def message_ids(box: Sandbox) -> list[str]:
    return [json.loads(request.body)["messageId"] for request in box.requests]


@pytest.mark.parametrize("kind", PASSING)
def test_an_event_outlives_a_fault_and_is_recorded_once(
    toolkit: SegmentToolkit, box: Sandbox, clock: FakeClock, kind: str
) -> None:
    box.inject(kind=kind)

    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    assert envelope.successful, envelope.error
    assert len(box.events) == 1
    assert clock.waits == [PASSING[kind]]
    assert message_ids(box) == [envelope.data["messageId"]] * 2


@pytest.mark.parametrize("kind", TIMEOUTS)
def test_an_event_outlives_a_timeout(toolkit: SegmentToolkit, box: Sandbox, kind: str) -> None:
    box.inject(kind=kind, seconds=TIMEOUTS[kind])

    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    assert envelope.successful, envelope.error
    assert len(box.events) == 1
    assert len(set(message_ids(box))) == 1


@pytest.mark.parametrize("kind", ["reset_before", "reset_after", "cut_off", "html_200", "server_error"])
def test_a_fault_on_a_real_socket_is_outlived_too(box: Sandbox, clock: FakeClock, kind: str) -> None:
    with (
        serving(box) as url,
        SegmentToolkit(
            write_key=box.write_key, tracking_url=url, environ={}, reliability=Reliability(clock=clock)
        ) as toolkit,
    ):
        box.inject(kind=kind)

        envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    assert envelope.successful, envelope.error
    assert len(box.events) == 1
    assert len(set(message_ids(box))) == 1


def test_an_answer_that_comes_too_late_on_a_real_socket_is_asked_for_again(box: Sandbox, clock: FakeClock) -> None:
    quick = Reliability(clock=clock, read=0.2)
    with (
        serving(box) as url,
        SegmentToolkit(write_key=box.write_key, tracking_url=url, environ={}, reliability=quick) as toolkit,
    ):
        box.inject(kind="slow_answer", seconds=30, after=True)

        envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    assert envelope.successful, envelope.error
    assert len(box.events) == 1


def test_the_async_toolkit_does_the_same(box: Sandbox, clock: FakeClock) -> None:
    async def call() -> Any:
        async with AsyncSegmentToolkit.sandbox(box, reliability=Reliability(clock=clock)) as toolkit:
            box.inject(kind="reset_after")
            return await toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    envelope = asyncio.run(call())

    assert envelope.successful
    assert len(box.events) == 1
    assert clock.waits == [0.5]


def test_a_fault_that_stays_ends_in_its_error_and_says_what_was_tried(
    toolkit: SegmentToolkit, box: Sandbox, clock: FakeClock
) -> None:
    box.inject(kind="server_error", times=20)

    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    assert envelope.failure is not None
    assert envelope.failure.code == "upstream"
    assert "It was tried 4 times in 3.5 seconds." in str(envelope.error)
    assert "unknown whether" in str(envelope.error)
    assert envelope.data["messageId"] == message_ids(box)[0]
    assert clock.waits == [0.5, 1, 2]


def test_segments_wait_is_kept_within_the_budget(toolkit: SegmentToolkit, box: Sandbox, clock: FakeClock) -> None:
    box.inject(kind="rate_limited", seconds=7, times=2)

    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    assert envelope.successful
    assert clock.waits == [7, 7]


def test_a_wait_beyond_the_budget_ends_the_call_at_once_and_is_told(
    toolkit: SegmentToolkit, box: Sandbox, clock: FakeClock
) -> None:
    box.inject(kind="rate_limited", seconds=60)

    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    assert envelope.failure is not None
    assert (envelope.failure.code, envelope.failure.retry_after_seconds) == ("rate_limited", 60)
    assert envelope.failure.retryable
    assert clock.waits == []
    assert len(box.requests) == 1


def test_the_budget_is_one_for_all_requests_of_a_call(box: Sandbox, clock: FakeClock) -> None:
    toolkit = SegmentToolkit.sandbox(box, reliability=Reliability(clock=clock, total=10))
    box.inject(kind="rate_limited", seconds=6)
    box.inject(status=200, body='{"success": true}', after=True)
    box.inject(kind="rate_limited", seconds=6)
    events = [{"type": "page", "userId": f"u{index}"} for index in range(2_501)]

    envelope = toolkit.tools.execute("SEGMENT_BATCH", {"batch": events})

    assert clock.waits == [6]
    accepted = [receipt["accepted"] for receipt in envelope.data["receipts"]]
    assert accepted == [True] * 2_500 + [False]


class Slow(httpx.BaseTransport):
    """Answers nothing, after as long as it is waited for."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.patience: list[float] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.patience.append(request.extensions["timeout"]["read"])
        self.clock.time += self.patience[-1]
        raise httpx.ReadTimeout("slow")


def test_time_lost_in_attempts_counts_and_the_last_of_them_gets_what_is_left(clock: FakeClock) -> None:
    slow = Slow(clock)
    options = Reliability(clock=clock, attempts=9, total=30)
    toolkit = SegmentToolkit(
        region="us", write_key="k" * 32, environ={}, transport=slow, timeout=12, reliability=options
    )

    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    assert slow.patience == [12, 12, 4.5]
    assert sum(slow.patience) + sum(clock.waits) == 30
    assert "unknown whether" in str(envelope.error)
    assert envelope.data["messageId"]


def test_no_phase_of_an_attempt_lasts_longer_than_the_call_may(clock: FakeClock) -> None:
    slow = Slow(clock)
    toolkit = SegmentToolkit(
        region="us", write_key="k" * 32, environ={}, transport=slow, timeout=60, reliability=Reliability(clock=clock)
    )

    toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    assert slow.patience == [30]


def test_each_phase_can_have_its_own_limit(box: Sandbox) -> None:
    seen: list[dict[str, float]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.extensions["timeout"])
        return httpx.Response(200, json={"success": True})

    toolkit = SegmentToolkit(
        region="us", write_key=box.write_key, environ={}, transport=httpx.MockTransport(answer), timeout=9,
        reliability=Reliability(connect=1, pool=2),
    )  # fmt: skip

    toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    assert {name: seen[0][name] for name in ("connect", "read", "write", "pool")} == {
        "connect": 1, "read": 9, "write": 9, "pool": 2,
    }  # fmt: skip


def test_a_client_of_the_hosts_keeps_its_own_limits_within_the_budget() -> None:
    seen: list[dict[str, float]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.extensions["timeout"])
        return httpx.Response(200, json={"success": True})

    with httpx.Client(transport=httpx.MockTransport(answer), timeout=httpx.Timeout(20, read=None)) as client:
        SegmentToolkit(region="us", write_key="k" * 32, environ={}, http_client=client).tools.execute(
            "SEGMENT_TRACK", TRACK
        )

    assert seen == [{"connect": 20, "read": 30, "write": 20, "pool": 20}]


# What is unknown stays unknown


def test_an_event_that_was_lost_once_is_not_called_unsent_later(toolkit: SegmentToolkit, box: Sandbox) -> None:
    box.inject(kind="reset_after")
    box.inject(error=httpx.ConnectError, times=9)

    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    assert len(box.events) == 1
    assert "unknown whether" in str(envelope.error)
    assert "Nothing was sent" not in str(envelope.error)
    assert envelope.failure is not None
    assert not envelope.failure.retryable


def test_an_event_that_was_lost_and_then_limited_is_still_unknown(toolkit: SegmentToolkit, box: Sandbox) -> None:
    box.inject(kind="reset_after")
    box.inject(kind="rate_limited", seconds=100)

    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    assert envelope.failure is not None
    assert envelope.failure.code == "rate_limited"
    assert envelope.failure.retry_after_seconds == 100
    assert "unknown whether" in str(envelope.error)


def test_the_receipts_of_a_lost_batch_say_unknown_and_can_be_repeated(toolkit: SegmentToolkit, box: Sandbox) -> None:
    box.inject(kind="reset_after")
    box.inject(error=httpx.ConnectError, times=3)
    batch = [{"type": "page", "userId": f"u{index}"} for index in range(3)]

    first = toolkit.tools.execute("SEGMENT_BATCH", {"batch": batch})
    left = [{**batch[r["index"]], "messageId": r["messageId"]} for r in first.data["receipts"]]
    second = toolkit.tools.execute("SEGMENT_BATCH", {"batch": left})

    assert {receipt["reason"] for receipt in first.data["receipts"]} == {"outcome unknown"}
    assert second.successful
    assert len(box.events) == 3


def test_each_request_of_a_batch_is_tried_again_by_itself(toolkit: SegmentToolkit, box: Sandbox) -> None:
    box.inject(status=200, body='{"success": true}', after=True)
    box.inject(kind="cut_off", times=2)
    events = [{"type": "page", "userId": f"u{index}"} for index in range(2_501)]

    envelope = toolkit.tools.execute("SEGMENT_BATCH", {"batch": events})

    assert envelope.successful
    assert len(box.requests) == 4
    assert len(box.events) == 2_501


def test_an_update_is_repeated_with_the_same_body(toolkit: SegmentToolkit, box: Sandbox) -> None:
    box.inject(kind="reset_after")

    envelope = toolkit.tools.execute("SEGMENT_UPDATE_SOURCE", {"sourceId": box.sources["shop-web"], "name": "New"})

    assert envelope.successful
    assert envelope.data["source"]["name"] == "New"
    assert len({request.body for request in box.requests}) == 1


def test_an_update_that_was_lost_and_then_refused_is_unknown(toolkit: SegmentToolkit, box: Sandbox) -> None:
    box.inject(kind="reset_after")
    box.inject(status=403)

    envelope = toolkit.tools.execute("SEGMENT_UPDATE_SOURCE", {"sourceId": box.sources["shop-web"], "name": "New"})

    assert not envelope.successful
    assert "it is unknown whether Segment did it" in str(envelope.error)


def test_a_delete_that_was_lost_and_then_not_found_is_done_and_says_so(toolkit: SegmentToolkit, box: Sandbox) -> None:
    box.inject(kind="reset_after")

    envelope = toolkit.tools.execute("SEGMENT_DELETE_SOURCE", {"sourceId": box.sources["shop-web"]})

    assert envelope.successful, envelope.error
    assert envelope.data["status"] == "SUCCESS"
    assert "404" in envelope.data["warnings"][0]
    assert [request.status for request in box.requests] == [None, 404]


def test_a_delete_that_is_not_found_at_once_is_a_failure(toolkit: SegmentToolkit, box: Sandbox) -> None:
    envelope = toolkit.tools.execute("SEGMENT_DELETE_SOURCE", {"sourceId": "nowhere"})

    assert envelope.failure is not None
    assert envelope.failure.code == "not_found"


def test_a_delete_that_was_only_limited_and_then_not_found_is_a_failure(toolkit: SegmentToolkit, box: Sandbox) -> None:
    box.inject(kind="rate_limited")

    envelope = toolkit.tools.execute("SEGMENT_DELETE_SOURCE", {"sourceId": "nowhere"})

    assert envelope.failure is not None
    assert envelope.failure.code == "not_found"


def test_a_read_falls_back_to_another_host_which_is_asked_once(toolkit: SegmentToolkit, box: Sandbox) -> None:
    box.inject(kind="html_200", times=20)

    toolkit.tools.execute("SEGMENT_GET_DESTINATION", {"destinationId": "d"})

    assert [request.host for request in box.requests] == [*["api.segmentapis.com"] * 4, "eu1.api.segmentapis.com"]


# What is kept of it


def test_every_attempt_is_kept_for_logs_and_traces(box: Sandbox, clock: FakeClock) -> None:
    from segment_toolkit.call.drive import drive
    from segment_toolkit.call.run import Caller, Run
    from segment_toolkit.call.toolcall import ToolCall

    toolkit = SegmentToolkit.sandbox(box, reliability=Reliability(clock=clock))
    engine = toolkit._engine()
    box.inject(kind="rate_limited", seconds=3)
    box.inject(kind="reset_before")
    run = Run(ToolCall("SEGMENT_TRACK", TRACK), Caller())

    drive(engine._dispatcher.steps(run), lambda wanted: engine._perform(run, wanted))

    assert [(a.method, a.api, a.number, a.waited, a.status, a.error) for a in run.attempts] == [
        ("POST", "tracking", 1, 0.0, 429, "rate_limited"),
        ("POST", "tracking", 2, 3.0, None, "network"),
        ("POST", "tracking", 3, 1.0, 200, None),
    ]


def test_what_is_on_its_way_shows_no_secret_when_written_out(box: Sandbox) -> None:
    from segment_toolkit.credentials import Credentials
    from segment_toolkit.reliability.persistence import Exchange
    from segment_toolkit.tool import Request
    from segment_toolkit.transport.http import Sender

    credentials = Credentials(region="us", public_api_token=box.token)
    wire = Sender(box.transport()).prepare(Request("DELETE", f"/sources/s/writekey/{box.write_key}"), credentials)

    written = repr(Exchange(wire, {}))

    assert box.token not in written
    assert box.write_key not in written
    assert "api.segmentapis.com" in written


def test_composios_option_says_how_often_a_request_is_repeated(box: Sandbox) -> None:
    toolkit = SegmentToolkit.sandbox(box, max_retries=0)
    box.inject(kind="server_error", times=5)

    toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    assert len(box.requests) == 1


def test_without_reliability_every_request_is_sent_once(box: Sandbox) -> None:
    toolkit = SegmentToolkit.sandbox(box, reliability=Reliability.none())
    box.inject(kind="server_error", times=5)

    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    assert len(box.requests) == 1
    assert "tried" not in str(envelope.error)


@pytest.mark.parametrize(
    "options",
    [
        {"max_retries": -1}, {"max_retries": True}, {"reliability": {}}, {"reliability": Reliability(attempts=0)},
        {"reliability": Reliability(total=-1)}, {"reliability": Reliability(read=0)},
        {"reliability": Reliability(backoff=float("nan"))}, {"reliability": Reliability(rate_limits={"tracking": -1})},
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_where_it_is_given(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"must be|maps"):
        SegmentToolkit(environ={}, **options)
