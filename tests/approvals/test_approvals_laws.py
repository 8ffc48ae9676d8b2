"""Laws over all tools: what may be read before an approval, and what policies can judge."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from segment_toolkit import AsyncSegmentToolkit, Cap, Policy, SegmentToolkit
from segment_toolkit.call.reading import only_reads
from segment_toolkit.errors import InternalError
from segment_toolkit.sandbox import Sandbox
from segment_toolkit.tool import Api, Effect, Request
from segment_tools import TOOLS
from tests.approvals.approval_samples import DELETE, IDLE, code, writes
from tests.laws.good_calls import good_calls

DESTRUCTIVE = [tool for tool in TOOLS if tool.effect is Effect.DESTRUCTIVE]
WRITES = [tool.slug for tool in TOOLS if tool.effect is not Effect.READ]


@pytest.mark.parametrize("tool", DESTRUCTIVE, ids=lambda tool: tool.slug)
def test_a_destructive_tool_can_say_what_it_would_affect_and_is_not_called_undoable(tool: Any) -> None:
    assert tool.impact is not None
    assert tool.undo == ""


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.slug)
def test_a_tool_says_where_its_arguments_name_what_policies_judge(tool: Any) -> None:
    known = {alias for _, alias in tool.arguments.wire_names}
    scope = tool.scope

    assert {scope.source, scope.write_key, scope.labels, scope.event, scope.events} - {None} <= known
    assert (scope.source == "sourceId") is ("sourceId" in known and "destinationId" not in known)
    assert (scope.find_source is not None) is ("destinationId" in known)
    assert (scope.write_key == "writeKey") is (tool.api is Api.TRACKING and "writeKey" in known)
    assert (scope.labels == "labels") is ("labels" in known)
    assert (scope.events == "batch") is ("batch" in known)
    assert (scope.event == "event") is ("event" in known)


@pytest.mark.parametrize("slug", WRITES)
def test_before_an_approval_nothing_but_reads_is_sent(box: Sandbox, slug: str) -> None:
    toolkit = SegmentToolkit.sandbox(box, approve=lambda _: False, policy=Policy(approve=("write", "destructive")))

    envelope = toolkit.tools.execute(slug, good_calls(box)[slug])

    assert code(envelope) == "refused"
    assert envelope.data["preview"]["method"] in ("POST", "PATCH", "DELETE")
    assert writes(box) == []


@pytest.mark.parametrize("slug", WRITES)
def test_what_was_approved_runs_once_as_it_was_shown(box: Sandbox, slug: str) -> None:
    toolkit = SegmentToolkit.sandbox(box, approve=None, policy=Policy(approve=("write",)))
    arguments = good_calls(box)[slug]

    refused = toolkit.tools.execute(slug, arguments, user_id="u1")
    assert refused.approval is not None
    approved = toolkit.tools.execute(slug, arguments, user_id="u1", approval=refused.approval.token, override=True)

    assert approved.successful
    assert len(writes(box)) == 1


def test_a_tool_file_that_wants_to_write_while_it_may_only_look_is_stopped() -> None:
    def hostile() -> Any:
        yield Request("GET", "/sources")
        yield Request("DELETE", "/sources/x")

    flow = only_reads(hostile())
    first = next(flow)

    assert first.method == "GET"
    with pytest.raises(InternalError):
        flow.send(None)


def test_both_colours_refuse_alike(box: Sandbox) -> None:
    async def work() -> Any:
        async with AsyncSegmentToolkit.sandbox(box, approve=None) as toolkit:
            return await toolkit.tools.execute(DELETE, {"sourceId": box.sources[IDLE]})

    assert asyncio.run(work()) == SegmentToolkit.sandbox(box, approve=None).tools.execute(
        DELETE, {"sourceId": box.sources[IDLE]}
    )


def test_a_call_that_is_cancelled_while_somebody_is_asked_counts_for_nothing(box: Sandbox) -> None:
    async def never(_: Any) -> bool:
        await asyncio.sleep(3600)
        return True

    async def work() -> bool:
        policy = Policy(caps=(Cap(calls=1, per="toolkit"),))
        async with AsyncSegmentToolkit.sandbox(box, approve=never, policy=policy) as toolkit:
            asking = asyncio.create_task(toolkit.tools.execute(DELETE, {"sourceId": box.sources[IDLE]}))
            while not box.requests:
                await asyncio.sleep(0)
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            return (await toolkit.tools.execute("SEGMENT_TRACK", {"userId": "u", "event": "E"})).successful

    assert asyncio.run(work())
    assert writes(box) == ["POST /v1/track"]
