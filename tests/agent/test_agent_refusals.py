"""What the agent's loop itself refuses is answered, and in the audit log, like every call that a model proposed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from agent_models import BROKEN, TASK, TRACK, AsyncClient, PlainClient, calls, words

from segment_toolkit import AgentRun, AsyncSegmentToolkit, SegmentToolkit, arun_agent, run_agent
from segment_toolkit.observe.record import CallRecord
from segment_toolkit.sandbox import Sandbox

DELETE = ("SEGMENT_DELETE_SOURCE", {"sourceId": "s1"})
Run = Callable[..., AgentRun]


def sync_run(box: Sandbox, reply: dict[str, Any], toolkit: dict[str, Any], **agent: Any) -> AgentRun:
    with SegmentToolkit.sandbox(box, **toolkit) as made:
        return run_agent(PlainClient(reply, words("Done.")), "m", TASK, made, user_id="u1", **agent)


def async_run(box: Sandbox, reply: dict[str, Any], toolkit: dict[str, Any], **agent: Any) -> AgentRun:
    async def work() -> AgentRun:
        async with AsyncSegmentToolkit.sandbox(box, **toolkit) as made:
            return await arun_agent(AsyncClient(reply, words("Done.")), "m", TASK, made, user_id="u1", **agent)

    return asyncio.run(work())


both_colours = pytest.mark.parametrize("run", [pytest.param(sync_run, id="sync"), pytest.param(async_run, id="async")])

REFUSED: dict[str, tuple[list[Any], dict[str, Any], tuple[str, str]]] = {
    "the third failure": ([BROKEN, BROKEN, BROKEN], {}, ("SEGMENT_TRACK", "refused")),
    "over the limit": ([TRACK, TRACK], {"max_calls": 1}, ("SEGMENT_TRACK", "refused")),
    "a tool that the agent has not": (
        [DELETE],
        {"tools": ["SEGMENT_TRACK"]},
        ("SEGMENT_DELETE_SOURCE", "unknown_tool"),
    ),
    "a tool that is none": ([("NO_SUCH_TOOL", {})], {}, ("", "unknown_tool")),
}


@both_colours
@pytest.mark.parametrize(("made", "agent", "recorded"), REFUSED.values(), ids=REFUSED)
def test_observers_are_told_of_it(
    box: Sandbox, run: Run, made: list[Any], agent: dict[str, Any], recorded: tuple[str, str]
) -> None:
    told: list[CallRecord] = []

    outcome = run(box, calls(*made), {"observers": [told.append]}, **agent)

    assert [call.ran for call in outcome.calls] == [*[True] * (len(made) - 1), False]
    assert [record.error for record in told] == [call.envelope.error for call in outcome.calls]
    assert (told[-1].tool, told[-1].code) == recorded
    assert (told[-1].user_id, told[-1].tool_call_id) == ("u1", f"call_{len(made) - 1}")
    assert not told[-1].ran
    assert not told[-1].outcome_unknown


@both_colours
def test_the_audit_log_holds_every_proposed_call_in_order(box: Sandbox, run: Run, tmp_path: Path) -> None:
    audit = tmp_path / "calls.jsonl"

    run(box, calls(TRACK, ("NO_SUCH_TOOL", {}), TRACK, TRACK), {"audit": audit}, max_calls=2)

    entries = [json.loads(line) for line in audit.read_text("utf-8").splitlines()]
    assert [entry["code"] for entry in entries] == [None, "unknown_tool", None, "refused"]
    assert len(box.events) == 2


def test_it_is_counted(box: Sandbox) -> None:
    toolkit = SegmentToolkit.sandbox(box)

    run_agent(PlainClient(calls(TRACK, TRACK), words("Done.")), "m", TASK, toolkit, max_calls=1)

    assert (toolkit.stats().calls, toolkit.stats().failures) == (2, {"refused": 1})


def test_no_secret_of_a_refused_call_is_recorded(box: Sandbox, tmp_path: Path) -> None:
    audit, toolkit = tmp_path / "calls.jsonl", {"audit": tmp_path / "calls.jsonl"}
    told = {"userId": "u", "event": box.token, "writeKey": box.write_key}

    run = sync_run(box, calls(("SEGMENT_TRACK", told)), toolkit, max_calls=0)

    assert not run.calls[0].ran
    assert box.token not in audit.read_text("utf-8")
    assert box.write_key not in audit.read_text("utf-8")


def test_the_answer_to_it_is_the_models_as_before(box: Sandbox) -> None:
    run = sync_run(box, calls(("NO_SUCH_TOOL", {})), {}, tools=["SEGMENT_TRACK"])

    [answer] = [message for message in run.messages if message["role"] == "tool"]
    assert answer["tool_call_id"] == "call_0"
    assert set(json.loads(answer["content"])) == {"data", "error", "successful"}
    assert "There is no tool called 'NO_SUCH_TOOL'" in answer["content"]
