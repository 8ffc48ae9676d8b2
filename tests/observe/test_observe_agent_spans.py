"""The span of an agent's run: its calls and its client's own spans are below it, and it never leaks to the host."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from in_memory_sdk import Sdk, parent_of
from observed_calls import TRACK
from opentelemetry import trace
from opentelemetry.trace import SpanKind

from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit, arun_agent, run_agent
from segment_toolkit.agent import agent_events
from tests.replies import completion

TASK = [{"role": "user", "content": "Record that u-42 signed up."}]
USAGE = {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25}


@pytest.fixture
def sdk() -> Sdk:
    return Sdk()


def model(sdk: Sdk) -> Any:
    """A client that makes one call, then answers; its own instrumentation makes a span each time."""
    replies = [
        completion(("SEGMENT_TRACK", TRACK)),
        {"choices": [{"message": {"role": "assistant", "content": "Done"}}]},
    ]
    waiting = iter(replies)

    def create(**_: Any) -> Any:
        with sdk.tracer.start_as_current_span("chat gpt"):
            return {**next(waiting), "usage": USAGE}

    return create


def test_an_agents_run_is_a_span_with_what_it_used(sdk: Sdk) -> None:
    toolkit = SegmentToolkit.sandbox(opentelemetry=sdk.telemetry)

    with sdk.tracer.start_as_current_span("request") as request:
        run_agent(model(sdk), "gpt", TASK, toolkit)

    [agent], [call] = sdk.named("invoke_agent"), sdk.named("execute_tool SEGMENT_TRACK")
    assert agent.kind is SpanKind.INTERNAL
    assert dict(agent.attributes or {}) == {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt",
        "gen_ai.usage.input_tokens": 40,
        "gen_ai.usage.output_tokens": 10,
    }
    assert agent.context is not None
    assert parent_of(agent) == request.get_span_context().span_id
    assert {parent_of(span) for span in (call, *sdk.named("chat gpt"))} == {agent.context.span_id}
    assert [point.count for point in sdk.points("gen_ai.invoke_agent.duration")] == [1]


def test_the_async_loop_makes_the_same_spans(sdk: Sdk) -> None:
    async def run() -> None:
        async with AsyncSegmentToolkit.sandbox(opentelemetry=sdk.telemetry) as toolkit:
            await arun_agent(model(sdk), "gpt", TASK, toolkit)

    asyncio.run(run())

    [agent], [call] = sdk.named("invoke_agent"), sdk.named("execute_tool SEGMENT_TRACK")
    assert agent.context is not None
    assert {parent_of(span) for span in (call, *sdk.named("chat gpt"))} == {agent.context.span_id}


def test_the_hosts_span_is_current_whenever_an_event_is_handed_out(sdk: Sdk) -> None:
    toolkit = SegmentToolkit.sandbox(opentelemetry=sdk.telemetry)

    with sdk.tracer.start_as_current_span("request") as request:
        current = [trace.get_current_span() for _ in agent_events(model(sdk), "gpt", TASK, toolkit)]

    assert len(current) > 5
    assert set(current) == {request}


def test_an_agent_that_is_stopped_has_ended_and_not_failed(sdk: Sdk) -> None:
    toolkit = SegmentToolkit.sandbox(opentelemetry=sdk.telemetry)
    events = agent_events(model(sdk), "gpt", TASK, toolkit)

    next(iter(events))
    events.close()  # type: ignore[attr-defined]

    [agent] = sdk.named("invoke_agent")
    assert "error.type" not in (agent.attributes or {})


def test_a_client_that_raises_makes_the_run_fail_by_that_name(sdk: Sdk) -> None:
    toolkit = SegmentToolkit.sandbox(opentelemetry=sdk.telemetry)

    def create(**_: Any) -> Any:
        raise TimeoutError("a secret of the host's")

    with pytest.raises(TimeoutError):
        run_agent(create, "gpt", TASK, toolkit)

    [agent] = sdk.named("invoke_agent")
    assert (agent.attributes or {})["error.type"] == "TimeoutError"
    assert "secret" not in agent.to_json()
