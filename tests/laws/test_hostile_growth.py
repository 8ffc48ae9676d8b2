"""Refusing a call takes work that grows no faster than the call, so that no size is worth an attack."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from segment_toolkit import SegmentToolkit
from segment_toolkit.sandbox import Sandbox

from .hostile import call, track


@pytest.fixture
def toolkit(box: Sandbox) -> SegmentToolkit:
    return SegmentToolkit.sandbox(box)


def names(count: int) -> dict[str, int]:
    return {f"k{index}": 1 for index in range(count)}


#: Calls that are refused, in any size: a law on how the work grows, so that no size is worth an attack.
GROWING: dict[str, Callable[[int], Any]] = {
    "an unclosed fence before many blanks": lambda size: track("```" + "\n" * size + "x"),
    "an unclosed fence of many letters": lambda size: track("```" + "a" * size),
    "a fence around blanks": lambda size: track("```" + " " * size + "x" + "\n" * size + "```x"),
    "a name twice among many": lambda size: track(json.dumps(names(size))[:-1] + f', "k{size - 1}": 2}}'),
    "many unknown names": lambda size: track(names(size)),
    "many events that are none": lambda size: call("SEGMENT_BATCH", {"batch": ["x"] * size}),
    "a timestamp of many digits": lambda size: track({"userId": "u", "event": "E", "timestamp": "1" * size}),
    "many backslashes": lambda size: track("\\" * size),
}


@pytest.mark.parametrize("make", GROWING.values(), ids=GROWING)
def test_refusing_a_call_takes_work_that_grows_no_faster_than_the_call(
    toolkit: SegmentToolkit, make: Callable[[int], Any]
) -> None:
    def work(size: int) -> float:
        """Seconds of CPU, the least of three."""
        return min(_cpu_of(toolkit, make(size)) for _ in range(3))

    small, large = work(1_000), work(8_000)

    # 8 times the size: 8 times the work when it is linear, 64 when it is quadratic. What is too quick to time is right.
    assert large < 0.02 or large / small < 32


def _cpu_of(toolkit: SegmentToolkit, item: Any) -> float:
    started = time.process_time()
    envelope = toolkit.provider.execute_tool_call(user_id="u1", tool_call=item)
    taken = time.process_time() - started
    assert not envelope.successful
    return taken
