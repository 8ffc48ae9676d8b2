"""`toolkit.stats()`: counts in memory, of one toolkit, whatever threads and tasks do."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from observed_calls import LOST, TAKEN, TRACK, exchanges

from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit
from segment_toolkit.errors import TransportError
from segment_toolkit.observe.stats import MOST_LATENCIES, Statistics

LOST_ANSWER = "No answer from api.segment.io (ReadTimeout)."


def test_a_toolkit_that_was_not_used_counts_nothing() -> None:
    stats = SegmentToolkit(environ={}).stats()

    assert (stats.calls, stats.failures, stats.retries, stats.tools) == (0, {}, 0, {})


def test_calls_are_counted_by_tool_and_by_how_they_ended(
    toolkit: SegmentToolkit, monkeypatch: pytest.MonkeyPatch
) -> None:
    toolkit.tools.execute("SEGMENT_TRACK", TRACK)
    toolkit.tools.execute("SEGMENT_TRACK", {"event": "E"})
    toolkit.tools.execute("SEGMENT_NOPE", {})
    with exchanges(monkeypatch, [LOST, TAKEN], None):
        toolkit.tools.execute("SEGMENT_TRACK", TRACK)
    with exchanges(monkeypatch, [LOST], TransportError(LOST_ANSWER, sent=True, host="api.segment.io")):
        toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    stats = toolkit.stats()

    assert (stats.calls, stats.retries, stats.unknown) == (5, 1, 1)
    assert stats.failures == {"validation": 1, "unknown_tool": 1, "network": 1}
    assert stats.tools["SEGMENT_TRACK"].calls == 4
    assert stats.tools[""].failures == {"unknown_tool": 1}


def test_the_quantiles_are_of_the_last_calls_and_the_memory_is_bounded() -> None:
    statistics = Statistics()
    for _ in range(5):
        statistics.add("SEGMENT_TRACK", 9.0, None, False, 0)
    for n in range(MOST_LATENCIES):
        statistics.add("SEGMENT_TRACK", n / 1000, None, False, 0)

    found = statistics.taken().tools["SEGMENT_TRACK"]

    assert found.calls == MOST_LATENCIES + 5
    assert (found.p50_ms, found.p95_ms, found.slowest_ms) == (512.0, 972.0, 1023.0)
    assert found.p95_ms <= found.p99_ms <= found.slowest_ms


def test_made_up_names_make_no_memory_grow(toolkit: SegmentToolkit) -> None:
    for n in range(200):
        toolkit.tools.execute(f"SEGMENT_{n}", {})

    assert list(toolkit.stats().tools) == [""]


def test_no_call_is_lost_among_threads_and_tasks() -> None:
    async def tasks() -> int:
        async with AsyncSegmentToolkit.sandbox() as toolkit:
            await asyncio.gather(*(toolkit.tools.execute("SEGMENT_TRACK", TRACK) for _ in range(200)))
            return toolkit.stats().calls

    with SegmentToolkit.sandbox() as toolkit, ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: toolkit.tools.execute("SEGMENT_TRACK", TRACK), range(400)))

    assert toolkit.stats().calls == 400
    assert asyncio.run(tasks()) == 200


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_fork_while_a_thread_counts_leaves_the_child_able_to_count() -> None:
    code = (
        "import os\n"
        "from segment_toolkit.observe.stats import Statistics\n"
        "found = Statistics()\n"
        "found.add('SEGMENT_TRACK', 0.1, None, False, 0)\n"
        "with found._lock():  # as a thread would hold it that the child does not have\n"
        "    child = os.fork()\n"
        "    if child == 0:\n"
        "        found.add('SEGMENT_TRACK', 0.1, None, False, 0)\n"
        "        os._exit(found.taken().calls)\n"
        "    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
        "print(found.taken().calls)\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)

    assert done.stdout.split() == ["2", "1"]


def test_the_counts_outlive_the_connections(toolkit: SegmentToolkit) -> None:
    toolkit.tools.execute("SEGMENT_TRACK", TRACK)
    toolkit.close()
    toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    assert toolkit.stats().calls == 2
