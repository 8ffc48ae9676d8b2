"""What is recorded of calls that the sandbox really disturbs: every attempt, on the wire and in the record."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from in_memory_sdk import Sdk, parent_of
from observed_calls import TRACK, entries

from segment_toolkit import SegmentToolkit
from segment_toolkit.observe import AuditLog
from segment_toolkit.reliability.options import Reliability
from segment_toolkit.sandbox import Sandbox

QUICK = Reliability(backoff=0.001, longest_backoff=0.001)


def test_a_retried_event_is_one_entry_with_two_attempts_and_one_message(box: Sandbox, tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"
    toolkit = SegmentToolkit.sandbox(box, audit=AuditLog(log), reliability=QUICK)
    box.inject(kind="server_error", status=503)

    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    [entry] = entries(log)
    assert envelope.successful
    assert [(attempt["number"], attempt["status"]) for attempt in entry["attempts"]] == [(1, 503), (2, 200)]
    assert entry["message_ids"] == [json.loads(request.body)["messageId"] for request in box.requests][:1]
    assert toolkit.stats().retries == 1


def test_each_exchange_is_a_span_and_a_debug_record(box: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "segment_toolkit")
    sdk = Sdk()
    toolkit = SegmentToolkit.sandbox(box, opentelemetry=sdk.telemetry, reliability=QUICK)
    box.inject(kind="server_error", status=503)

    toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    [call] = sdk.named("execute_tool SEGMENT_TRACK")
    posts = sdk.named("POST")
    assert call.context is not None
    assert [(span.attributes or {})["http.response.status_code"] for span in posts] == [503, 200]
    assert {parent_of(span) for span in posts} == {call.context.span_id}
    assert (posts[1].attributes or {})["http.request.resend_count"] == 1
    assert [r.status for r in caplog.records if r.levelno == logging.DEBUG and hasattr(r, "waited_ms")] == [503, 200]
