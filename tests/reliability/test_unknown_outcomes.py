"""`envelope.failure.outcome_unknown`: a program need not read the text to know that nobody knows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from segment_toolkit import SegmentToolkit
from segment_toolkit.sandbox import Sandbox

TRACK = ("SEGMENT_TRACK", {"userId": "u", "event": "E"})
READ = ("SEGMENT_GET_DESTINATION", {"destinationId": "d1"})
LOST = {"error": httpx.ReadTimeout("lost"), "after": True}


@pytest.mark.parametrize(
    ("call", "fault", "unknown"),
    [
        pytest.param(TRACK, LOST, True, id="an event without an answer"),
        pytest.param(TRACK, {"status": 503}, True, id="an event answered 503"),
        pytest.param(TRACK, {"status": 429}, False, id="an event answered 429"),
        pytest.param(TRACK, {"error": httpx.ConnectError("down")}, False, id="an event never sent"),
        pytest.param(READ, LOST, False, id="a read changes nothing"),
        pytest.param(("SEGMENT_TRACK", {"event": "E"}), {}, False, id="a call refused here"),
    ],
)
def test_a_failure_says_whether_its_outcome_is_known(
    box: Sandbox, call: tuple[str, Any], fault: dict[str, Any], unknown: bool
) -> None:
    if fault:
        box.inject(**fault, times=10)
    toolkit = SegmentToolkit.sandbox(box, max_retries=0)

    envelope = toolkit.tools.execute(*call)

    assert envelope.failure is not None
    assert envelope.failure.outcome_unknown is unknown


def test_a_tool_that_ran_is_known_to_have_run_whatever_the_hosts_modifier_does(box: Sandbox) -> None:
    from segment_toolkit import after_execute

    @after_execute
    def broken(tool: str, toolkit: str, response: Any) -> Any:
        raise ValueError(tool)

    envelope = SegmentToolkit.sandbox(box).tools.execute(*TRACK, modifiers=[broken])

    assert envelope.failure is not None
    assert envelope.failure.outcome_unknown is False


def test_a_bug_before_anything_was_sent_leaves_nothing_unknown(box: Sandbox) -> None:
    toolkit = SegmentToolkit.sandbox(box)
    broken = replace(toolkit.tools.registry.find("SEGMENT_TRACK"), slug="BROKEN_TRACK", run=_broken)
    toolkit.tools.registry.keep(broken)

    envelope = toolkit.tools.execute("BROKEN_TRACK", TRACK[1])

    assert envelope.failure is not None
    assert (envelope.failure.code, envelope.failure.outcome_unknown) == ("internal", False)
    assert box.requests == []


def _broken(_: Any) -> Any:
    raise ZeroDivisionError
