"""How much an agent may do: calls and events, in a run, for a user, in a time; what is refused counts for nothing."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest

from segment_toolkit import AsyncSegmentToolkit, Cap, Envelope, Policy, SegmentToolkit, run_agent
from segment_toolkit.errors import InvalidParams, NotPermitted
from segment_toolkit.policy.caps import Ledger
from segment_toolkit.sandbox import Sandbox
from tests.policy.policy_samples import BATCH, DELETE, TRACK, UPDATE, code, is_refused, track, under


def passes(toolkit: SegmentToolkit, times: int, user_id: str | None = None) -> int:
    """How many of so many calls run."""
    return sum(toolkit.tools.execute(*track(), user_id=user_id).successful for _ in range(times))


def batch(events: int) -> tuple[str, dict[str, Any]]:
    return BATCH, {"batch": [{"type": "track", "userId": "u", "event": "E"}] * events}


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_calls_over_the_cap_are_refused_before_they_are_sent(box: Sandbox) -> None:
    toolkit = under(Policy(caps=(Cap(calls=3, per="toolkit"),)), box)

    assert passes(toolkit, 5) == 3
    assert len(box.requests) == 3
    assert "3 calls" in str(toolkit.tools.execute(*track()).error)


def test_events_are_counted_in_batches_too(box: Sandbox) -> None:
    toolkit = under(Policy(caps=(Cap(events=10, per="toolkit"),)), box)

    outcomes = [toolkit.tools.execute(*batch(size)).successful for size in (8, 3, 2, 1)]

    assert outcomes == [True, False, True, False]
    assert len(box.events) == 10


def test_reads_count_as_calls_and_not_as_events(box: Sandbox) -> None:
    toolkit = under(Policy(caps=(Cap(events=0, per="toolkit"),)), box)
    read = ("SEGMENT_LIST_SCHEMA_SETTINGS_IN_SOURCE", {"sourceId": box.sources["shop-web"]})

    assert toolkit.tools.execute(*read).successful
    assert is_refused(toolkit.tools.execute(*track()))


def test_each_user_has_a_count_of_their_own(box: Sandbox) -> None:
    toolkit = under(Policy(caps=(Cap(calls=2, per="user"),)), box)

    assert [passes(toolkit, 3, user) for user in ("u1", "u2", None)] == [2, 2, 2]


def test_each_run_has_a_count_of_its_own(box: Sandbox) -> None:
    toolkit = under(Policy(caps=(Cap(calls=2),)), box)

    with toolkit.policy_scope():
        first = passes(toolkit, 3)
    with toolkit.policy_scope():
        second = passes(toolkit, 3)
    outside = passes(toolkit, 3) + passes(toolkit, 3)

    assert (first, second, outside) == (2, 2, 2)


def test_a_scope_can_be_gone_on_with(box: Sandbox) -> None:
    from segment_toolkit.policy.scopes import policy_scope

    toolkit = under(Policy(caps=(Cap(calls=2),)), box)

    with toolkit.policy_scope() as scope:
        passes(toolkit, 1)
    with policy_scope(scope):
        assert passes(toolkit, 3) == 1


def test_tasks_and_threads_of_a_run_count_for_it(box: Sandbox) -> None:
    async def work() -> tuple[int, int]:
        async with AsyncSegmentToolkit.sandbox(box, policy=Policy(caps=(Cap(calls=5),))) as toolkit:

            async def run() -> int:
                with toolkit.policy_scope():
                    calls = [toolkit.tools.execute(*track()) for _ in range(8)]
                    return sum(envelope.successful for envelope in await asyncio.gather(*calls))

            first, second = await asyncio.gather(run(), run())
            return first, second

    assert asyncio.run(work()) == (5, 5)


def agent_of(calls: int) -> Any:
    """A model that proposes so many events, one in each turn, and then answers in words."""
    numbers = count()

    def model(**_: Any) -> Any:
        number = next(numbers)
        arguments = json.dumps({"userId": "u", "event": f"E{number}"})
        call = {"id": f"c{number}", "type": "function", "function": {"name": TRACK, "arguments": arguments}}
        message = {"role": "assistant", "tool_calls": [call]} if number < calls else {"content": "done"}
        return {"choices": [{"message": message}]}

    return model


def test_an_agents_run_is_a_run(box: Sandbox) -> None:
    toolkit, go = under(Policy(caps=(Cap(events=2),)), box), [{"role": "user", "content": "go"}]

    runs = [run_agent(agent_of(4), "m", go, toolkit) for _ in range(2)]

    assert [[call.envelope.successful for call in run.calls] for run in runs] == [[True, True, False, False]] * 2


def test_a_rate_frees_again_with_time() -> None:
    clock = Clock()
    ledger = Ledger([Cap(calls=2, seconds=60, per="user")], clock)

    def take() -> bool:
        try:
            ledger.reserve("u", None, 1)
        except NotPermitted:
            return False
        return True

    taken = []
    for moment in (0, 30, 59, 60, 61, 90, 120):
        clock.now = moment
        taken.append(take())

    assert taken == [True, True, False, True, False, True, True]


def test_a_refusal_by_a_rate_says_when_there_is_room() -> None:
    clock = Clock()
    ledger = Ledger([Cap(events=10, seconds=60)], clock)
    ledger.reserve(None, None, 8)
    clock.now = 20.0

    with pytest.raises(NotPermitted) as refused:
        ledger.reserve(None, None, 3)
    with pytest.raises(NotPermitted) as never:
        ledger.reserve(None, None, 11)

    assert refused.value.data["retry_after_seconds"] == 40
    assert refused.value.retryable
    assert "retry_after_seconds" not in never.value.data


def test_refused_calls_count_for_nothing(box: Sandbox) -> None:
    toolkit = under(Policy(caps=(Cap(calls=1, events=1, per="toolkit"),), deny_events=("Bad",)), box, approve=None)

    refusals: list[Envelope] = [
        toolkit.tools.execute(TRACK, {"userId": "u"}),
        toolkit.tools.execute(*track("Bad")),
        toolkit.tools.execute(*batch(2)),
        toolkit.tools.execute(DELETE, {"sourceId": box.sources["shop-web"]}),
        toolkit.tools.execute(*track(), preview=True),
    ]

    assert [code(envelope) for envelope in refusals] == ["validation", "refused", "refused", "refused", None]
    assert passes(toolkit, 3) == 1


def test_what_is_refused_on_its_way_counts_for_nothing(box: Sandbox) -> None:
    SegmentToolkit.sandbox(box).tools.execute(UPDATE, {"sourceId": box.sources["shop-ios"], "enabled": False})
    toolkit = under(Policy(caps=(Cap(calls=1, per="toolkit"),)), box, preflight="refuse")

    refusals = [
        toolkit.tools.execute(TRACK, {"userId": "u", "event": "E", "properties": {"p": "x" * 40_000}}),
        toolkit.tools.execute(TRACK, {"userId": "u", "event": "E", "writeKey": "YOUR_WRITE_KEY"}),
        toolkit.tools.execute(TRACK, {"userId": "u", "event": "E", "writeKey": box.write_keys["shop-ios"]}),
    ]

    assert [code(envelope) for envelope in refusals] == ["too_large", "validation", "refused"]
    assert passes(toolkit, 3) == 1


def test_a_tool_of_the_hosts_own_that_fails_counts(box: Sandbox) -> None:
    toolkit = under(Policy(caps=(Cap(calls=1, per="toolkit"),)), box)

    @toolkit.tools.custom_tool(slug="OWN", description="Own.", input_schema={"type": "object", "properties": {}})
    def own(given: Any) -> Any:
        raise NotPermitted("Not now.")

    assert [code(toolkit.tools.execute("OWN", {})) for _ in range(2)] == ["refused", "refused"]
    assert passes(toolkit, 1) == 0


def test_a_call_that_fails_at_segment_counts(box: Sandbox) -> None:
    toolkit = under(Policy(caps=(Cap(calls=1, per="toolkit"),)), box)

    failed = toolkit.tools.execute("SEGMENT_UPDATE_SOURCE", {"sourceId": "nowhere", "name": "X"})

    assert code(failed) == "not_found"
    assert passes(toolkit, 1) == 0


def test_one_cap_that_refuses_leaves_the_others_uncounted(box: Sandbox) -> None:
    toolkit = under(Policy(caps=(Cap(calls=2, per="toolkit"), Cap(events=1, per="user"))), box)

    outcomes = [passes(toolkit, 2, "u1"), passes(toolkit, 1, "u2"), passes(toolkit, 1, "u3")]

    assert outcomes == [1, 1, 0]


def test_caps_of_combined_policies_all_hold(box: Sandbox) -> None:
    first, second = Policy(caps=[Cap(calls=3, per="toolkit")]), Policy(caps=[Cap(events=2, per="toolkit")])

    assert passes(under(first & second, box), 5) == 2


def test_closing_the_connections_sets_no_count_back(box: Sandbox) -> None:
    toolkit = under(Policy(caps=(Cap(calls=1, per="toolkit"),)), box)

    first = passes(toolkit, 1)
    toolkit.close()

    assert (first, passes(toolkit, 1)) == (1, 0)


def test_of_many_threads_exactly_the_cap_passes(box: Sandbox) -> None:
    toolkit = under(Policy(caps=(Cap(calls=100, per="toolkit"), Cap(events=100, per="user", seconds=3600))), box)

    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(lambda _: passes(toolkit, 1), range(300)))

    assert sum(outcomes) == 100
    assert len(box.events) == 100


@pytest.mark.parametrize(
    "options",
    [
        {}, {"calls": -1}, {"calls": 1, "per": "day"}, {"events": 1, "seconds": 0}, {"calls": 1.5}, {"calls": "5"},
        {"calls": True}, {"events": float("nan")}, {"calls": 1, "seconds": float("nan")}, {"calls": 1, "seconds": "60"},
    ],
    ids=str,
)  # fmt: skip
def test_a_cap_that_cannot_be_meant_is_none(options: dict[str, Any]) -> None:
    with pytest.raises(InvalidParams):
        Cap(**options)
