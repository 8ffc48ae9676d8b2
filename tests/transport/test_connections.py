"""Connections shared by threads: each serves one request at a time, and none is closed under a request."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx
import pytest

from segment_toolkit import SegmentToolkit
from segment_toolkit.sandbox import Sandbox
from segment_toolkit.sandbox.server import serving
from segment_toolkit.transport.connections import MOST, MOST_IDLE, Connections

THREADS = 64


class Closable(httpx.BaseTransport):
    """A transport that knows whether it was closed."""

    closed = False

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def connections() -> Connections:
    return Connections(Closable)


@pytest.fixture
def hasty() -> Iterator[None]:
    """The interpreter changes threads as often as it can, so that what can go wrong between them does."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def test_what_is_in_use_is_not_lent_again(connections: Connections) -> None:
    first, second = connections.lend(0), connections.lend(0)

    assert first is not second


def test_the_one_that_came_back_last_is_lent_first(connections: Connections) -> None:
    lent = [connections.lend(0) for _ in range(3)]
    for transport in lent:
        connections.back(transport)

    assert connections.lend(0) is lent[-1]


def test_idle_ones_beyond_a_number_are_closed(connections: Connections) -> None:
    lent = [connections.lend(0) for _ in range(MOST_IDLE + 5)]
    for transport in lent:
        connections.back(transport)

    assert sum(transport.closed for transport in lent if isinstance(transport, Closable)) == 5


def test_closing_leaves_those_in_use_until_they_come_back(connections: Connections) -> None:
    idle, used = Closable(), Closable()
    made = iter([idle, used])
    connections = Connections(lambda: next(made))
    both = [connections.lend(0), connections.lend(0)]
    connections.back(both[0])

    connections.close()

    assert (idle.closed, used.closed) == (True, False)
    connections.back(both[1])
    assert used.closed


def test_one_more_than_there_may_be_waits_for_its_turn(connections: Connections) -> None:
    lent = [connections.lend(0) for _ in range(MOST)]

    with pytest.raises(httpx.PoolTimeout):
        connections.lend(0.001)

    connections.back(lent[0])
    assert connections.lend(0) is lent[0]


def test_a_transport_that_cannot_be_made_takes_no_turn() -> None:
    def broken() -> httpx.BaseTransport:
        raise OSError("no certificates")

    connections = Connections(broken)
    for _ in range(MOST + 1):
        with pytest.raises(OSError, match="certificates"):
            connections.lend(0)


@pytest.mark.usefixtures("hasty")
def test_64_threads_meet_no_failure_that_no_server_made(box: Sandbox) -> None:
    together = Barrier(THREADS)

    def run(number: int) -> list[bool]:
        together.wait()
        events = [{"userId": f"{number}", "event": f"{n}"} for n in range(25)]
        return [toolkit.tools.execute("SEGMENT_TRACK", event).successful for event in events]

    with (
        serving(box) as url,
        SegmentToolkit(
            write_key=box.write_key, region="us", tracking_url=f"{url}/v1", environ={}, timeout=120.0
        ) as toolkit,
        ThreadPoolExecutor(THREADS) as pool,
    ):
        successful = [each for lane in pool.map(run, range(THREADS)) for each in lane]

    assert all(successful)
    assert len(box.requests) == len(successful)  # not one was sent twice
