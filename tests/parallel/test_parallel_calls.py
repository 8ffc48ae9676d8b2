"""The calls of one reply: together where that changes nothing, in order where it would, answered in order."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from segment_toolkit import (
    AsyncSegmentToolkit,
    Envelope,
    SegmentToolkit,
    after_execute,
    approve_everything,
    before_execute,
)
from segment_toolkit.sandbox import Sandbox
from tests.parallel.slow_segment import SlowSegment
from tests.replies import completion

Handle = Callable[..., list[Envelope]]


def sync_handle(server: SlowSegment, reply: Any, modifiers: Any = None, **options: Any) -> list[Envelope]:
    with SegmentToolkit(**{**server.options(), **options}) as toolkit:
        return toolkit.provider.handle_tool_calls("t", reply, modifiers)


def async_handle(server: SlowSegment, reply: Any, modifiers: Any = None, **options: Any) -> list[Envelope]:
    async def handle() -> list[Envelope]:
        async with AsyncSegmentToolkit(**{**server.options(), **options}) as toolkit:
            return await toolkit.provider.handle_tool_calls("t", reply, modifiers)

    return asyncio.run(handle())


both_colours = pytest.mark.parametrize(
    "handle", [pytest.param(sync_handle, id="sync"), pytest.param(async_handle, id="async")]
)


def track(user: str, event: str = "E") -> tuple[str, dict[str, str]]:
    return "SEGMENT_TRACK", {"userId": user, "event": event}


def read(source: str) -> tuple[str, dict[str, str]]:
    return "SEGMENT_GET_DESTINATION", {"destinationId": source}


@both_colours
def test_eight_events_of_different_people_wait_for_segment_together(handle: Handle) -> None:
    with SlowSegment(together=8, patience=20) as server:
        envelopes = handle(server, completion(*(track(f"u{n}") for n in range(8))))

    assert server.most == 8
    assert [envelope.tool_call_id for envelope in envelopes] == [f"call_{n}" for n in range(8)]
    assert all(envelope.successful for envelope in envelopes)


@both_colours
def test_reads_wait_together_with_events(handle: Handle) -> None:
    with SlowSegment(together=4, patience=20) as server:
        handle(server, completion(read("a"), track("u"), read("b"), read("c")))

    assert server.most == 4


@both_colours
def test_no_more_calls_than_allowed_are_on_their_way(handle: Handle) -> None:
    with SlowSegment(together=4, patience=0.05) as server:
        handle(server, completion(*(track(f"u{n}") for n in range(8))), concurrency=3)

    assert server.most == 3
    assert len(server.seen) == 8


@both_colours
def test_the_events_of_one_person_keep_their_order(handle: Handle) -> None:
    events = [("SEGMENT_IDENTIFY", {"userId": "u"}), track("u", "A"), ("SEGMENT_PAGE", {"userId": "u"}), track("u")]

    with SlowSegment(together=2, patience=0.03) as server:
        handle(server, completion(*events))

    assert [path.split("/")[-1] for path, _ in server.seen] == ["identify", "track", "page", "track"]
    assert server.most == 1


@both_colours
def test_an_alias_ties_two_people_into_one(handle: Handle) -> None:
    alias = ("SEGMENT_ALIAS", {"previousId": "a", "userId": "b"})

    with SlowSegment(together=2, patience=0.03) as server:
        handle(server, completion(track("a"), alias, track("b")))

    assert [path.split("/")[-1] for path, _ in server.seen] == ["track", "alias", "track"]
    assert server.most == 1


@both_colours
def test_what_changes_the_workspace_waits_for_all_before_it_and_all_after_wait_for_it(handle: Handle) -> None:
    calls = [track("a"), track("b"), ("SEGMENT_DELETE_SOURCE", {"sourceId": "s"}), track("c"), track("d")]

    with SlowSegment(together=2, patience=0.3) as server:
        envelopes = handle(server, completion(*calls), approve=approve_everything)

    users = [user for _, user in server.seen]
    assert (set(users[:2]), users[2], set(users[3:])) == ({"a", "b"}, None, {"c", "d"})
    assert [envelope.tool for envelope in envelopes] == [name for name, _ in calls]


@both_colours
def test_a_bad_call_among_parallel_ones_changes_nothing_for_them(handle: Handle) -> None:
    calls = [track("a"), ("SEGMENT_TRACK", "{"), ("SEGMENT_TRAK", {}), track("b"), ("SEGMENT_TRACK", {"event": 1})]

    with SlowSegment(together=2, patience=20) as server:
        envelopes = handle(server, completion(*calls))

    assert [envelope.successful for envelope in envelopes] == [True, False, False, True, False]
    assert server.most == 2


@both_colours
def test_a_server_that_is_gone_fails_each_call_by_itself(handle: Handle) -> None:
    with SlowSegment(together=1, patience=0) as server:
        pass

    envelopes = handle(server, completion(*(track(f"u{n}") for n in range(4))))

    assert [envelope.failure and envelope.failure.code for envelope in envelopes] == ["network"] * 4


@both_colours
def test_the_hosts_functions_run_one_at_a_time_in_order_in_the_callers_thread(handle: Handle) -> None:
    said: list[tuple[str, Any, bool]] = []

    def note(what: str, of: Any) -> None:
        said.append((what, of, threading.current_thread() is threading.main_thread()))

    @before_execute
    def before(tool: str, toolkit: str, params: Any) -> Any:
        note("before", params["arguments"].get("userId"))
        return params

    @after_execute
    def after(tool: str, toolkit: str, response: Any) -> Any:
        note("after", response["successful"])
        return response

    def approve(question: Any) -> bool:
        note("approve", question.tool)
        return False

    calls = [track("a"), ("SEGMENT_DELETE_SOURCE", {"sourceId": "s"}), track("b")]
    with SlowSegment(together=2, patience=20) as server:
        handle(server, completion(*calls), [before, after], approve=approve, timeout=2, max_retries=0)

    assert [(what, of) for what, of, _ in said] == [
        ("before", "a"), ("before", None), ("approve", "SEGMENT_DELETE_SOURCE"), ("before", "b"),
        ("after", True), ("after", False), ("after", True),
    ]  # fmt: skip
    assert all(in_main_thread for *_, in_main_thread in said)


@both_colours
def test_an_order_that_a_modifier_makes_necessary_is_kept(handle: Handle) -> None:
    @before_execute
    def one_person(tool: str, toolkit: str, params: Any) -> Any:
        params["arguments"]["userId"] = "same"
        return params

    with SlowSegment(together=2, patience=0.03) as server:
        handle(server, completion(track("a"), track("b")), [one_person])

    assert server.most == 1


def test_tools_of_the_hosts_own_run_alone_in_the_callers_thread(toolkit: SegmentToolkit, box: Sandbox) -> None:
    ran = []

    def own(given: dict[str, Any]) -> dict[str, Any]:
        """Note what was there when it ran."""
        ran.append((threading.current_thread() is threading.main_thread(), len(box.events)))
        return {}

    toolkit.tools.custom_tool(own, input_schema={"type": "object", "properties": {}})

    toolkit.provider.handle_tool_calls("t", completion(track("a"), track("b"), ("OWN", {}), track("c")))

    assert ran == [(True, 2)]
    assert len(box.events) == 3


@both_colours
def test_one_call_at_a_time_is_in_call_order(handle: Handle) -> None:
    with SlowSegment(together=1, patience=0) as server:
        handle(server, completion(track("a"), track("b"), track("a"), track("c")), concurrency=1)

    assert [user for _, user in server.seen] == ["a", "b", "a", "c"]


@pytest.mark.parametrize("threads", [0, 1])
def test_where_no_more_threads_are_to_be_had_each_call_still_runs_once(
    monkeypatch: pytest.MonkeyPatch, threads: int
) -> None:
    begun: list[threading.Thread] = []
    start = threading.Thread.start

    def begin(thread: threading.Thread) -> None:
        if thread.name.startswith("segment-toolkit"):
            if len(begun) == threads:
                raise RuntimeError("can't start new thread")
            begun.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", begin)

    with SlowSegment(together=9, patience=0.1) as server:
        envelopes = sync_handle(server, completion(*(track(f"u{n}") for n in range(5))))

    assert [envelope.successful for envelope in envelopes] == [True] * 5
    assert sorted(user for _, user in server.seen) == [f"u{n}" for n in range(5)]
