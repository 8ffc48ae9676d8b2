"""The logger `segment_toolkit`: quiet by itself, one INFO record for each call, no argument and no secret in any."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys

import pytest
from observed_calls import REFUSED, TAKEN, TRACK, exchanges

from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit, before_execute
from segment_toolkit.call.toolcall import ToolCall
from segment_toolkit.observe import pseudonym
from segment_toolkit.sandbox import Sandbox

NAME = "segment_toolkit"


def records(caplog: pytest.LogCaptureFixture, level: int) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == NAME and record.levelno == level]


def test_one_record_tells_of_each_finished_call(toolkit: SegmentToolkit, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, NAME)

    toolkit.tools.run(ToolCall("SEGMENT_TRACK", TRACK, "call_7"), user_id="tenant@example.com")
    toolkit.tools.execute("SEGMENT_TRACK", {"event": "Signed Up"})

    taken, refused = records(caplog, logging.INFO)
    assert taken.getMessage().startswith("SEGMENT_TRACK: successful in ")
    assert (taken.tool, taken.outcome, taken.tool_call_id) == ("SEGMENT_TRACK", "successful", "call_7")
    assert taken.user == pseudonym("tenant@example.com")
    assert taken.fingerprint == toolkit.fingerprint()
    assert taken.latency_ms > 0
    assert (refused.outcome, refused.attempts, refused.user) == ("validation", 0, None)


def test_a_record_counts_the_attempts_and_names_their_statuses(
    toolkit: SegmentToolkit, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG, NAME)

    with exchanges(monkeypatch, [REFUSED, TAKEN], None):
        toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    [call] = records(caplog, logging.INFO)
    assert (call.attempts, call.statuses) == (2, [503, 200])
    first, second = records(caplog, logging.DEBUG)
    assert first.getMessage() == "SEGMENT_TRACK: attempt 1, POST to api.segment.io, 503"
    assert (first.status, first.error, first.latency_ms) == (503, "upstream", 250.0)
    assert (second.attempt, second.waited_ms, second.error) == (2, 500.0, None)


def test_calls_of_a_reply_and_of_the_async_toolkit_are_told_of_as_well(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, NAME)
    calls = [ToolCall("SEGMENT_TRACK", {**TRACK, "userId": f"u{n}"}, f"call_{n}") for n in range(3)]

    async def both() -> None:
        async with AsyncSegmentToolkit.sandbox() as toolkit:
            await toolkit.tools.run_all(calls)

    with SegmentToolkit.sandbox() as toolkit:
        toolkit.tools.run_all(calls)
    asyncio.run(both())

    assert sorted(record.tool_call_id for record in records(caplog, logging.INFO)) == sorted(
        ["call_0", "call_1", "call_2"] * 2
    )


def test_a_failing_function_of_the_hosts_is_a_warning_that_does_not_quote_it(
    toolkit: SegmentToolkit, caplog: pytest.LogCaptureFixture
) -> None:
    @before_execute
    def broken(tool: str, toolkit: str, params: object) -> object:
        raise ValueError("a secret of the host's")

    toolkit.tools.execute("SEGMENT_TRACK", TRACK, modifiers=[broken])

    [warning] = records(caplog, logging.WARNING)
    assert warning.getMessage() == "the host's before_execute raised ValueError"
    assert "secret" not in caplog.text


def test_no_record_holds_arguments_or_secrets(
    box: Sandbox, toolkit: SegmentToolkit, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, NAME)
    personal = {"userId": "jane@example.com", "event": "Bought Shoes", "properties": {"address": "1 Main Street"}}

    for call in (
        ToolCall("SEGMENT_TRACK", personal, box.write_key),
        ToolCall(box.token, personal),
        ToolCall("SEGMENT_TRACK", {**personal, box.write_key: 1}),
    ):
        toolkit.tools.run(call, user_id="jane@example.com")

    told = caplog.text + "".join(str(vars(record)) for record in caplog.records)
    assert len(records(caplog, logging.INFO)) == 3
    for secret in (box.write_key, box.token, "jane@example.com", "Bought Shoes", "Main Street"):
        assert secret not in told


def test_no_record_of_an_exchange_holds_a_secret_that_came_as_the_id_of_the_call(
    box: Sandbox, toolkit: SegmentToolkit, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG, NAME)

    with exchanges(monkeypatch, [TAKEN], None):
        toolkit.tools.run(ToolCall("SEGMENT_TRACK", TRACK, f"call {box.write_key}"))

    [exchange] = records(caplog, logging.DEBUG)
    assert exchange.tool_call_id == "call [redacted]"


def test_a_program_that_sets_no_logging_up_prints_nothing() -> None:
    code = (
        "from segment_toolkit import SegmentToolkit, before_execute\n"
        "@before_execute\n"
        "def broken(tool, toolkit, params): raise ValueError\n"
        "toolkit = SegmentToolkit.sandbox()\n"
        "toolkit.tools.execute('SEGMENT_TRACK', {'userId': 'u', 'event': 'E'}, modifiers=[broken])\n"
        "toolkit.tools.execute('SEGMENT_TRACK', {'userId': 'u', 'event': 'E'})\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert (done.stdout, done.stderr) == ("", "")


def test_a_logging_set_up_that_raises_does_not_fail_the_call(toolkit: SegmentToolkit) -> None:
    class Broken(logging.Filter):
        def filter(self, record: logging.LogRecord) -> bool:
            if record.levelno == logging.INFO:
                raise RuntimeError("broken filter")
            return True

    logger, broken = logging.getLogger(NAME), Broken()
    level = logger.level
    logger.setLevel(logging.INFO)
    logger.addFilter(broken)
    try:
        envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK)
    finally:
        logger.removeFilter(broken)
        logger.setLevel(level)

    assert envelope.successful


def test_a_pseudonym_is_the_same_everywhere_and_not_the_user() -> None:
    found = pseudonym("tenant-1")

    assert found == "0a96abb33b07ff0e"
    assert found != pseudonym("tenant-2")
    assert pseudonym(None) is None
