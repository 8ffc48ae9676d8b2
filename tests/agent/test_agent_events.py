"""The events of an agent's run, and its async colour."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import openai
import pytest
from agent_models import BROKEN, TASK, TRACK, AsyncClient, PlainClient, calls, served, words

from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit, arun_agent, run_agent
from segment_toolkit.agent import AgentEvent, Finished, TurnEnded, aagent_events, agent_events
from segment_toolkit.sandbox import Sandbox


def names(events: list[AgentEvent]) -> list[str]:
    return [type(event).__name__ for event in events]


ONE_CALL = ["TurnStarted", "ModelReplied", "CallStarted", "CallAnswered", "TurnEnded"]
WORDS = ["TurnStarted", "ModelReplied", "Finished"]


def test_the_callback_hears_of_every_step_as_it_happens(toolkit: SegmentToolkit) -> None:
    heard: list[AgentEvent] = []

    run = run_agent(PlainClient(calls(TRACK), words("Done.")), "m", TASK, toolkit, events=heard.append)

    assert names(heard) == ONE_CALL + WORDS
    assert isinstance(heard[-1], Finished)
    assert heard[-1].run is run


def test_events_can_be_pulled_and_stopping_stops_the_agent(toolkit: SegmentToolkit, box: Sandbox) -> None:
    client = PlainClient(calls(TRACK))

    for event in agent_events(client, "m", TASK, toolkit):
        if isinstance(event, TurnEnded):
            break

    assert len(client.requests) == 1
    assert len(box.events) == 1


def test_a_refused_call_is_answered_without_having_started(toolkit: SegmentToolkit) -> None:
    heard: list[AgentEvent] = []

    run_agent(PlainClient(calls(TRACK), words("Done.")), "m", TASK, toolkit, max_calls=0, events=heard.append)

    assert names(heard)[:4] == ["TurnStarted", "ModelReplied", "CallAnswered", "TurnEnded"]


def test_after_an_error_of_the_client_the_last_turn_is_where_to_go_on(toolkit: SegmentToolkit, box: Sandbox) -> None:
    heard: list[AgentEvent] = []
    replies = iter([calls(TRACK)])

    def failing(**_: Any) -> dict[str, Any]:
        message = next(replies, None)
        if message is None:
            raise ConnectionError("the model's host is gone")
        return {"choices": [{"message": message}]}

    with pytest.raises(ConnectionError, match="is gone"):
        run_agent(failing, "m", TASK, toolkit, events=heard.append)
    [ended] = [event for event in heard if isinstance(event, TurnEnded)]
    run = run_agent(PlainClient(words("Recorded.")), "m", ended.messages, toolkit)

    assert run.text == "Recorded."
    assert len(box.events) == 1


def test_the_async_agent_gives_the_same_run(box: Sandbox, tmp_path: Path) -> None:
    replies = (calls(BROKEN), calls(("SEGMENT_TRACK", {**TRACK[1], "context": {"ip": "192.0.2.1"}})), words("Done."))
    heard: list[AgentEvent] = []

    async def listen(event: AgentEvent) -> None:
        heard.append(event)

    async def awaited(url: str) -> Any:
        async with (
            AsyncSegmentToolkit.sandbox(box) as toolkit,
            openai.AsyncOpenAI(base_url=url, api_key="none", max_retries=0) as client,
        ):
            return await arun_agent(client, "scripted", TASK, toolkit, events=listen)

    with served(tmp_path, *replies) as url:
        run = asyncio.run(awaited(url))
    expected = run_agent(PlainClient(*replies), "m", TASK, SegmentToolkit.sandbox(box))

    assert (run.text, run.turns, run.stopped) == (expected.text, expected.turns, expected.stopped)
    assert [call.envelope.successful for call in run.calls] == [False, True]
    assert names(heard) == ONE_CALL + ONE_CALL + WORDS
    assert len(box.events) == 2


def test_async_events_can_be_pulled_and_a_callback_may_be_sync() -> None:
    heard: list[AgentEvent] = []

    async def awaited() -> list[AgentEvent]:
        async with AsyncSegmentToolkit.sandbox() as toolkit:
            client = AsyncClient(calls(TRACK), words("Done."))
            await arun_agent(client, "m", TASK, toolkit, events=heard.append)
            again = AsyncClient(calls(TRACK), words("Done."))
            return [event async for event in aagent_events(again, "m", TASK, toolkit)]

    assert names(asyncio.run(awaited())) == names(heard) == ONE_CALL + WORDS


def test_the_colours_of_client_and_toolkit_must_agree(toolkit: SegmentToolkit) -> None:
    with pytest.raises(TypeError, match="use arun_agent"):
        run_agent(AsyncClient(words("Hello.")), "m", TASK, toolkit)
    with pytest.raises(TypeError, match="use arun_agent"):
        run_agent(PlainClient(words("Hello.")), "m", TASK, AsyncSegmentToolkit.sandbox())  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="use run_agent"):
        asyncio.run(arun_agent(AsyncClient(words("Hello.")), "m", TASK, toolkit))  # type: ignore[arg-type]
