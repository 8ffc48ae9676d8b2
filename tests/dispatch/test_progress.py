"""How far a long call is: the host is told after each request, and cannot disturb the call."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from segment_toolkit import AsyncSegmentToolkit, Envelope, SegmentToolkit
from segment_toolkit.call.toolcall import ToolCall

BATCH = ToolCall("SEGMENT_BATCH", {"batch": [{"type": "track", "userId": "u", "event": "E"}] * 6000})
STEPS = [(2500, 6000), (5000, 6000), (6000, 6000)]


def test_a_batch_of_several_requests_reports_each(toolkit: SegmentToolkit) -> None:
    seen: list[tuple[int, int]] = []

    envelope = toolkit.tools.run(BATCH, on_progress=lambda sent, events: seen.append((sent, events)))

    assert envelope.successful
    assert seen == STEPS


def test_an_async_listener_is_awaited() -> None:
    seen: list[tuple[int, int]] = []

    async def listener(sent: int, events: int) -> None:
        await asyncio.sleep(0)
        seen.append((sent, events))

    async def call() -> Envelope:
        async with AsyncSegmentToolkit.sandbox() as toolkit:
            return await toolkit.tools.run(BATCH, on_progress=listener)

    assert asyncio.run(call()).successful
    assert seen == STEPS


def test_a_listener_that_fails_changes_nothing_of_the_call(
    toolkit: SegmentToolkit, caplog: pytest.LogCaptureFixture
) -> None:
    def listener(*_: Any) -> None:
        raise ValueError("the host's own bug")

    with caplog.at_level(logging.WARNING):
        envelope = toolkit.tools.run(BATCH, on_progress=listener)

    assert envelope.successful
    assert envelope.data["accepted"] == 6000
    assert "ValueError" in caplog.text
    assert "own bug" not in caplog.text


def test_calls_of_one_reply_are_silent_as_they_would_report_from_several_threads(toolkit: SegmentToolkit) -> None:
    seen: list[tuple[int, int]] = []

    envelopes = toolkit.tools.run_all([BATCH, BATCH], on_progress=lambda *step: seen.append(step))

    assert [envelope.successful for envelope in envelopes] == [True, True]
    assert seen == []
