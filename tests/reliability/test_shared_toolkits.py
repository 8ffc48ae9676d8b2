"""Threads, tasks, processes and tenants share a toolkit, under faults and under cancellation."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from segment_toolkit import AsyncSegmentToolkit, Envelope, Reliability, SegmentToolkit
from segment_toolkit.sandbox import Sandbox
from segment_toolkit.sandbox.server import serving
from tests.clocks import FakeClock

#: One request in five meets a fault; half of these after the work was done.
FAULTS = ("server_error", "html_200", "reset_before", "reset_after", "cut_off")


def troubled(box: Sandbox) -> Sandbox:
    for number, kind in enumerate(FAULTS):
        box.inject(kind=kind, probability=0.043, seed=number)
    return box


def reconciled(box: Sandbox, envelopes: list[Envelope]) -> dict[str, int]:
    """How many calls ended how. Every accepted event is there, every other one is there only if that is unknown."""
    recorded = {event["messageId"] for event in box.events}
    assert len(recorded) == len(box.events)
    found = {"accepted": 0, "unknown": 0, "not sent": 0}
    for envelope in envelopes:
        if envelope.successful:
            found["accepted"] += 1
            assert envelope.data["messageId"] in recorded
        elif "unknown whether" in str(envelope.error):
            found["unknown"] += 1
        else:
            found["not sent"] += 1
            assert envelope.data["messageId"] not in recorded
    assert sum(found.values()) == len(envelopes)
    return found


# All share one clock, on which the waits of one are lost time of the others: `total` must not run out by that.


def test_64_threads_share_a_toolkit_while_a_fifth_of_all_requests_fails(clock: FakeClock) -> None:
    box = troubled(Sandbox())
    toolkit = SegmentToolkit.sandbox(box, reliability=Reliability(clock=clock, dead_after=0, total=1e6))

    with ThreadPoolExecutor(64) as pool:
        envelopes = list(
            pool.map(lambda n: toolkit.tools.execute("SEGMENT_TRACK", {"userId": f"u{n}", "event": "E"}), range(2_000))
        )

    found = reconciled(box, envelopes)
    assert found["accepted"] >= 1_980
    assert len(clock.waits) >= 300


def test_1000_tasks_share_a_toolkit_while_a_fifth_of_all_requests_fails(clock: FakeClock) -> None:
    box = troubled(Sandbox())

    async def all_of_them() -> list[Envelope]:
        options = Reliability(clock=clock, dead_after=0, total=1e6)
        async with AsyncSegmentToolkit.sandbox(box, reliability=options) as toolkit:
            calls = (toolkit.tools.execute("SEGMENT_TRACK", {"userId": f"u{n}", "event": "E"}) for n in range(1_000))
            return await asyncio.gather(*calls)

    found = reconciled(box, asyncio.run(all_of_them()))

    assert found["accepted"] >= 985


def test_tasks_on_real_sockets_outlive_resets(clock: FakeClock) -> None:
    box = troubled(Sandbox())

    async def all_of_them(url: str) -> list[Envelope]:
        options = Reliability(clock=clock, dead_after=0, total=1e6)
        async with AsyncSegmentToolkit(
            write_key=box.write_key, tracking_url=url, environ={}, reliability=options
        ) as toolkit:
            calls = (toolkit.tools.execute("SEGMENT_TRACK", {"userId": f"u{n}", "event": "E"}) for n in range(200))
            return await asyncio.gather(*calls)

    with serving(box) as url:
        found = reconciled(box, asyncio.run(all_of_them(url)))

    assert found["accepted"] >= 190


class TwoWorkspaces(httpx.BaseTransport):
    """Answers each workspace's newest token alone, and notes a token that asks for the other workspace."""

    def __init__(self) -> None:
        self.tokens = {"one": "sgp_one_0", "two": "sgp_two_0"}
        self.crossed = 0

    def expire(self, workspace: str, number: int) -> None:
        self.tokens[workspace] = f"sgp_{workspace}_{number}"

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        token, workspace = request.headers["authorization"].removeprefix("Bearer "), request.url.path.split("/")[2]
        self.crossed += not token.startswith(f"sgp_{workspace}_")
        if token != self.tokens[workspace]:
            return httpx.Response(401, json={"errors": [{"type": "unauthorized"}]})
        return httpx.Response(200, json={"data": {"sourceId": workspace, "settings": {"track": {}}}})


def test_two_tenants_interleaved_10000_times_never_cross() -> None:
    workspaces = TwoWorkspaces()
    toolkit = SegmentToolkit(
        region="us", environ={}, transport=workspaces, reliability=Reliability(clock=FakeClock()),
        credentials=lambda user, _: {"public_api_token": workspaces.tokens[str(user)]},
    )  # fmt: skip
    dice = random.Random(7)

    wrong = 0
    for number in range(10_000):
        tenant = dice.choice(("one", "two"))
        if number % 500 == 0:
            workspaces.expire(tenant, number)
        envelope = toolkit.tools.execute("SEGMENT_LIST_SCHEMA_SETTINGS_IN_SOURCE", {"sourceId": tenant}, user_id=tenant)
        wrong += not envelope.successful or envelope.data["sourceId"] != tenant

    assert (wrong, workspaces.crossed) == (0, 0)


# Being interrupted


class Gate(httpx.AsyncBaseTransport):
    """Holds its first request for ever, and answers the others."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.calls = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        del request
        self.calls += 1
        if self.calls == 1:
            self.reached.set()
            await asyncio.Event().wait()
        return httpx.Response(200, json={"success": True})


def test_a_task_that_is_cancelled_in_flight_leaves_the_host_to_the_others() -> None:
    async def run() -> Envelope:
        gate = Gate()
        clock = FakeClock()
        options = Reliability(clock=clock, attempts=1, dead_after=1, cool_down=10)
        toolkit = AsyncSegmentToolkit(region="us", write_key="k" * 32, environ={}, transport=gate, reliability=options)
        breaker = toolkit._engine()._persistence._breaker
        breaker.failed("api.segment.io", clock.now(), clock.now())
        clock.time += 10  # the next call is the one that may try

        probing = asyncio.ensure_future(toolkit.tools.execute("SEGMENT_TRACK", {"userId": "u", "event": "E"}))
        await gate.reached.wait()
        probing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await probing
        return await toolkit.tools.execute("SEGMENT_TRACK", {"userId": "u", "event": "E"})

    assert asyncio.run(run()).successful


def test_a_task_that_is_cancelled_while_it_waits_leaves_its_place_to_the_others(box: Sandbox) -> None:
    class Patient(FakeClock):
        async def asleep(self, seconds: float) -> None:
            self.waits.append(seconds)
            await asyncio.Event().wait()

    async def run() -> tuple[list[float], bool]:
        clock = Patient()
        options = Reliability(clock=clock, total=100, rate_limits={"tracking": 1})
        async with AsyncSegmentToolkit.sandbox(box, reliability=options) as toolkit:
            await toolkit.tools.execute("SEGMENT_TRACK", {"userId": "u", "event": "E"})
            waiting = asyncio.ensure_future(toolkit.tools.execute("SEGMENT_TRACK", {"userId": "u", "event": "E"}))
            await asyncio.sleep(0.01)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            clock.time += 60
            last = await toolkit.tools.execute("SEGMENT_TRACK", {"userId": "u", "event": "E"})
            return clock.waits, last.successful

    assert asyncio.run(run()) == ([60.0], True)


def test_a_pool_survives_cancelled_calls_on_real_sockets(box: Sandbox) -> None:
    async def run(url: str) -> list[bool]:
        async with AsyncSegmentToolkit(write_key=box.write_key, tracking_url=url, environ={}) as toolkit:
            box.inject(kind="slow_answer", seconds=30, times=150)
            event = {"userId": "u", "event": "E"}
            hanging = [asyncio.ensure_future(toolkit.tools.execute("SEGMENT_TRACK", event)) for _ in range(150)]
            await asyncio.sleep(0.5)
            for task in hanging:
                task.cancel()
            await asyncio.gather(*hanging, return_exceptions=True)
            box.clear_faults()
            return [(await toolkit.tools.execute("SEGMENT_TRACK", event)).successful for _ in range(5)]

    with serving(box) as url:
        assert asyncio.run(run(url)) == [True] * 5


def test_an_interrupt_while_waiting_leaves_the_toolkit_usable(box: Sandbox) -> None:
    class Interrupted(FakeClock):
        def sleep(self, seconds: float) -> None:
            del seconds
            raise KeyboardInterrupt

    toolkit = SegmentToolkit.sandbox(box, reliability=Reliability(clock=Interrupted()))
    box.inject(kind="server_error")

    with pytest.raises(KeyboardInterrupt):
        toolkit.tools.execute("SEGMENT_TRACK", {"userId": "u", "event": "E"})

    assert toolkit.tools.execute("SEGMENT_TRACK", {"userId": "u", "event": "E"}).successful


# Forks


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_makes_its_own_connections_and_locks(box: Sandbox) -> None:
    script = textwrap.dedent("""
        import os, sys, threading, warnings
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads at a fork: they are the test
        from segment_toolkit import SegmentToolkit
        url, key = sys.argv[1:]
        toolkit = SegmentToolkit(write_key=key, tracking_url=url, environ={})
        event = {"userId": "u", "event": "E"}
        assert toolkit.tools.execute("SEGMENT_TRACK", event).successful
        toolkit.connected_accounts.list()
        held = threading.Event()
        def hold():  # a thread of the parent's holds every lock that there is when it forks
            persistence = toolkit._engine()._persistence
            with toolkit._lock, toolkit._store._lock, persistence._limits._lock, persistence._breaker._lock:
                held.set()
                threading.Event().wait(60)
        threading.Thread(target=hold, daemon=True).start()
        held.wait()
        parent = toolkit._made
        children = []
        for _ in range(3):
            child = os.fork()
            if child == 0:
                assert toolkit.connected_accounts.list().items == []
                fine = all(toolkit.tools.execute("SEGMENT_TRACK", event).successful for _ in range(5))
                toolkit.close()
                os._exit(0 if fine and toolkit._made is None else 1)
            children.append(child)
        codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        assert toolkit._made is parent
        print(codes)
    """)

    with serving(box) as url:
        done = subprocess.run(
            [sys.executable, "-c", script, url, box.write_key], capture_output=True, text=True, timeout=60
        )

    assert done.stdout.strip() == "[0, 0, 0]", done.stderr
    assert len(box.events) == 16


@pytest.mark.skipif(not hasattr(signal, "raise_signal"), reason="no signals here")
def test_a_real_interrupt_ends_a_real_wait(box: Sandbox) -> None:
    script = textwrap.dedent("""
        import os, signal, threading
        from segment_toolkit import SegmentToolkit
        from segment_toolkit.sandbox import Sandbox
        box = Sandbox()
        toolkit = SegmentToolkit.sandbox(box)
        box.inject(kind="rate_limited", seconds=25)
        threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
        try:
            toolkit.tools.execute("SEGMENT_TRACK", {"userId": "u", "event": "E"})
        except KeyboardInterrupt:
            print("interrupted")
    """)

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=20)

    assert done.stdout.strip() == "interrupted", done.stderr
