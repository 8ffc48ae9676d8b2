"""Destructive tools where the framework has an approval of its own: what its user approves runs, nothing else does.

The toolkit has no `approve` here, so that without the framework's approval the policy refuses.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from segment_toolkit import SegmentToolkit
from segment_toolkit.providers import provider_class
from segment_toolkit.sandbox import Sandbox
from tests.providers.conformance import Call

pytestmark = pytest.mark.filterwarnings("ignore")


def tools_of(name: str, needs: str, box: Sandbox, **options: Any) -> list[Any]:
    pytest.importorskip(needs)
    toolkit = SegmentToolkit.sandbox(box, provider=provider_class(name)(**options), approve=None)
    found: list[Any] = toolkit.tools.get("t")
    return found


def delete(box: Sandbox) -> Call:
    return Call("SEGMENT_DELETE_SOURCE", {"sourceId": box.sources["old-backoffice"]})


def deleted(box: Sandbox) -> bool:
    return "old-backoffice" not in box.sources


# OpenAI Agents


async def openai_agents_run(box: Sandbox, answer: str | None) -> Any:
    tools = tools_of("openai_agents", "agents", box)
    from agents import Agent, Runner

    from tests.providers.scripted.openai_agents import ScriptedModel

    model = ScriptedModel([delete(box)])
    agent = Agent("segment", tools=tools, model=model)
    result = await Runner.run(agent, "go")
    assert [item.name for item in result.interruptions] == ["SEGMENT_DELETE_SOURCE"]
    if answer:
        state = result.to_state()
        getattr(state, answer)(result.interruptions[0])
        await Runner.run(agent, state)
    return model.seen


@pytest.mark.parametrize(("answer", "gone"), [(None, False), ("approve", True), ("reject", False)])
def test_openai_agents_interrupts_a_destructive_call(box: Sandbox, answer: str | None, gone: bool) -> None:
    seen = asyncio.run(openai_agents_run(box, answer))

    assert deleted(box) is gone
    assert [outcome.call_id for outcome in seen.told] == (["call_0"] if answer else [])


# Pydantic AI


async def pydantic_ai_run(box: Sandbox, answer: Any) -> None:
    tools = tools_of("pydantic_ai", "pydantic_ai", box, requires_approval=True)
    from pydantic_ai import Agent, DeferredToolRequests, DeferredToolResults
    from pydantic_ai.models.function import FunctionModel

    from tests.providers.scripted.pydantic_ai import Script

    agent = Agent(FunctionModel(Script([delete(box)])), tools=tools, output_type=[str, DeferredToolRequests])
    first = await agent.run("go")
    assert isinstance(first.output, DeferredToolRequests)
    assert [call.tool_name for call in first.output.approvals] == ["SEGMENT_DELETE_SOURCE"]
    if answer is not None:
        results = DeferredToolResults(approvals={"call_0": answer})
        last = await agent.run(message_history=first.all_messages(), deferred_tool_results=results)
        assert last.output == "done"


@pytest.mark.parametrize("answer", [None, True, False])
def test_pydantic_ai_puts_a_destructive_call_off(box: Sandbox, answer: bool | None) -> None:
    asyncio.run(pydantic_ai_run(box, answer))

    assert deleted(box) is (answer is True)


# Google ADK


async def google_adk_run(box: Sandbox, answer: bool | None) -> None:
    tools = tools_of("google_adk", "google.adk", box)
    from google.adk.agents import LlmAgent
    from google.adk.runners import InMemoryRunner
    from google.genai import types

    from tests.providers.scripted.google_adk import Conversation, ScriptedLlm

    model = ScriptedLlm(model="scripted", calls=[delete(box)], seen=Conversation())
    runner = InMemoryRunner(LlmAgent(name="segment", model=model, tools=tools), app_name="tests")
    events = await runner.run_debug("go", quiet=True)
    asked = [call for event in events for call in event.get_function_calls() if call.name.startswith("adk_request")]
    assert [call.args["originalFunctionCall"]["name"] for call in asked] == ["SEGMENT_DELETE_SOURCE"]
    if answer is not None:
        said = types.FunctionResponse(id=asked[0].id, name=asked[0].name, response={"confirmed": answer})
        message = types.Content(role="user", parts=[types.Part(function_response=said)])
        user, session = "debug_user_id", "debug_session_id"
        async for _ in runner.run_async(user_id=user, session_id=session, new_message=message):
            pass


@pytest.mark.parametrize("answer", [None, True, False])
def test_google_adk_asks_for_confirmation_of_a_destructive_call(box: Sandbox, answer: bool | None) -> None:
    asyncio.run(google_adk_run(box, answer))

    assert deleted(box) is (answer is True)
