"""What a host's observers are told of a finished call, whichever way it ended."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Any

import pytest
from observed_calls import LOST, TAKEN, TRACK, exchanges

from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit, after_execute
from segment_toolkit.call.toolcall import ToolCall
from segment_toolkit.errors import TransportError
from segment_toolkit.observe import CallRecord
from segment_toolkit.sandbox import Sandbox

NO_ANSWER = "No answer from api.segment.io (ReadTimeout)."


class Told(list[CallRecord]):
    """An observer that keeps what it is told."""

    def __call__(self, record: CallRecord) -> None:
        self.append(record)


def test_an_observer_is_told_of_a_call_before_its_envelope_is_returned(box: Sandbox) -> None:
    told = Told()
    toolkit = SegmentToolkit.sandbox(box, observers=[told])

    envelope = toolkit.tools.run(ToolCall("SEGMENT_TRACK", TRACK, "call_1"), user_id="t1")

    [record] = told
    assert record.envelope is envelope
    assert (record.tool, record.called, record.tool_call_id) == ("SEGMENT_TRACK", "SEGMENT_TRACK", "call_1")
    assert (record.user_id, record.effect, record.region) == ("t1", "write", "us")
    assert (record.successful, record.outcome, record.outcome_unknown) == (True, "successful", False)
    assert record.message_ids == [envelope["data"]["messageId"]]
    assert record.arguments == TRACK
    assert "u-42" not in repr(record)


def test_every_observer_is_told_although_one_fails(box: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    told = Told()

    async def asynchronous(record: CallRecord) -> None:
        raise AssertionError("never run")

    def failing(record: CallRecord) -> None:
        raise ValueError("a secret of the host's")

    toolkit = SegmentToolkit.sandbox(box, observers=[failing, asynchronous, told])

    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    assert envelope.successful
    assert len(told) == 1
    assert "the host's observer raised ValueError" in caplog.text
    assert "the host's observer is async" in caplog.text
    assert "secret" not in caplog.text


def test_an_observer_that_cannot_be_called_is_refused_when_the_toolkit_is_made() -> None:
    observers: list[Any] = ["a name"]

    with pytest.raises(TypeError, match="an observer is a function"):
        SegmentToolkit(observers=observers)


@pytest.mark.parametrize(
    ("name", "arguments", "code"),
    [
        ("SEGMENT_TRAK", TRACK, "unknown_tool"),
        (None, TRACK, "unknown_tool"),
        ("SEGMENT_TRACK", "{", "validation"),
        ("SEGMENT_TRACK", {"event": "E"}, "validation"),
        ("SEGMENT_DELETE_SOURCE", {"sourceId": "nR7kq2Zt4WmX9bVc1sLd8P"}, "refused"),
    ],
)
def test_a_call_that_nothing_was_sent_for_has_a_known_outcome(
    box: Sandbox, name: Any, arguments: Any, code: str
) -> None:
    told = Told()
    toolkit = SegmentToolkit.sandbox(box, observers=[told], approve=lambda _: False)

    toolkit.tools.execute(name, arguments)

    [record] = told
    assert (record.code, record.outcome_unknown, record.approval) == (code, False, None)
    assert all(request.method == "GET" for request in box.requests)  # what the host is asked with is read


def test_an_answer_that_was_lost_leaves_the_outcome_of_a_write_unknown(
    box: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Told()
    toolkit = SegmentToolkit.sandbox(box, observers=[told])

    with exchanges(monkeypatch, [LOST], TransportError(NO_ANSWER, sent=True, host="api.segment.io")):
        envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    [record] = told
    assert (record.code, record.outcome_unknown, record.ran) == ("network", True, False)
    assert record.message_ids == [envelope["data"]["messageId"]]
    assert record.attempts == (LOST,)


def test_an_answer_that_was_lost_leaves_nothing_unknown_of_a_read(
    box: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Told()
    toolkit = SegmentToolkit.sandbox(box, observers=[told])
    destination = {"destinationId": next(iter(box.destinations.values()))}

    with exchanges(monkeypatch, [LOST], TransportError(NO_ANSWER, sent=True, host="api.segmentapis.com")):
        toolkit.tools.execute("SEGMENT_GET_DESTINATION", destination)

    assert (told[0].code, told[0].outcome_unknown) == ("network", False)


def test_a_cancelled_call_is_told_of_with_an_unknown_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    from segment_toolkit.call.engine import AsyncEngine

    told = Told()

    async def never(engine: Any, run: Any, wanted: Any) -> Any:
        run.attempts.append(LOST)
        await asyncio.Event().wait()

    async def cancelled() -> None:
        async with AsyncSegmentToolkit.sandbox(observers=[told]) as toolkit:
            task = asyncio.ensure_future(toolkit.tools.execute("SEGMENT_TRACK", TRACK))
            while not told and not task.done():
                await asyncio.sleep(0)
                if begun:
                    task.cancel()
                    break
            with contextlib.suppress(asyncio.CancelledError):
                await task

    begun: list[bool] = []
    monkeypatch.setattr(AsyncEngine, "_perform", lambda *a: (begun.append(True), never(*a))[1])
    asyncio.run(cancelled())

    [record] = told
    assert (record.outcome, record.successful, record.outcome_unknown) == ("cancelled", False, True)
    assert record.envelope is None


def test_a_tool_that_ran_is_told_apart_from_what_after_execute_made_of_it(box: Sandbox) -> None:
    told = Told()
    toolkit = SegmentToolkit.sandbox(box, observers=[told])

    @after_execute
    def broken(tool: str, toolkit: str, response: Any) -> Any:
        raise ValueError

    toolkit.tools.execute("SEGMENT_TRACK", TRACK, modifiers=[broken])

    [record] = told
    assert (record.code, record.ran, record.outcome_unknown) == ("internal", True, False)
    assert record.message_ids == [box.events[0]["messageId"]]


def test_a_destructive_call_tells_what_approved_it(box: Sandbox) -> None:
    told = Told()
    source = {"sourceId": next(iter(box.sources.values()))}
    unused = {"sourceId": box.sources["old-backoffice"]}
    asking = SegmentToolkit.sandbox(box, observers=[told], approve=lambda _: True)
    open_to_all = SegmentToolkit.sandbox(box, observers=[told])
    trusting = SegmentToolkit(
        region="us", public_api_token=box.token, transport=box.transport(), observers=[told], environ={}
    )

    asking.tools.execute("SEGMENT_DELETE_SOURCE", unused)
    open_to_all.tools.execute("SEGMENT_DELETE_SOURCE", source)
    trusting.tools.run(ToolCall("SEGMENT_DELETE_SOURCE", source), approved=True)

    assert [record.approval for record in told] == ["host", "everything", "framework"]


def test_a_batch_names_each_of_its_messages(box: Sandbox) -> None:
    told = Told()
    toolkit = SegmentToolkit.sandbox(box, observers=[told])
    batch = [{"type": "track", "userId": f"u{n}", "event": "E", "messageId": f"m-{n}"} for n in range(3)]

    toolkit.tools.execute("SEGMENT_BATCH", {"batch": batch})

    assert told[0].message_ids == ["m-0", "m-1", "m-2"]


def test_calls_of_one_reply_are_each_told_of_once(box: Sandbox) -> None:
    told = Told()
    toolkit = SegmentToolkit.sandbox(box, observers=[told])
    calls = [ToolCall("SEGMENT_TRACK", {**TRACK, "userId": f"u{n}"}, f"call_{n}") for n in range(20)]

    envelopes = toolkit.tools.run_all(calls)

    assert {id(record.envelope) for record in told} == {id(envelope) for envelope in envelopes}
    assert len(told) == 20


def test_retries_are_counted_from_the_attempts(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    told = Told()
    toolkit = SegmentToolkit.sandbox(box, observers=[told])

    with exchanges(monkeypatch, [LOST, TAKEN], None):
        toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    assert (told[0].successful, told[0].retries, len(told[0].attempts)) == (True, 1, 2)


def test_nobody_is_told_and_nothing_is_kept_without_an_observer(
    toolkit: SegmentToolkit, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Any] = []
    monkeypatch.setattr("segment_toolkit.observe.watch.CallRecord", lambda *a, **k: made.append(a))
    logging.getLogger("segment_toolkit").setLevel(logging.WARNING)

    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    assert envelope.successful
    assert made == []
