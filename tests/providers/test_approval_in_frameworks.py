"""Tools that need approval where the framework has one of its own: what its user approves runs, nothing else does.

The toolkit has no `approve` here, so that without the framework's approval the policy refuses.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from segment_toolkit import Policy, SegmentToolkit
from segment_toolkit.providers import provider_class
from segment_toolkit.sandbox import Sandbox
from tests.providers.conformance import Call

pytestmark = pytest.mark.filterwarnings("ignore")


def tools_of(name: str, needs: str, box: Sandbox, **options: Any) -> list[Any]:
    pytest.importorskip(needs)
    policy = Policy(approve=("SEGMENT_UPDATE_SOURCE",))
    toolkit = SegmentToolkit.sandbox(box, provider=provider_class(name)(**options), approve=None, policy=policy)
    found: list[Any] = toolkit.tools.get("t")
    return found


def delete(box: Sandbox) -> Call:
    return Call("SEGMENT_DELETE_SOURCE", {"sourceId": box.sources["old-backoffice"]})


def rename(box: Sandbox) -> Call:
    """What can be undone, and the host's policy wants approved all the same."""
    return Call("SEGMENT_UPDATE_SOURCE", {"sourceId": box.sources["old-backoffice"], "name": "Renamed"})


both_kinds = pytest.mark.parametrize("made", [delete, rename], ids=["destructive", "named by the policy"])


def done(box: Sandbox) -> bool:
    """Whether anything was written."""
    return [request.method for request in box.requests if request.method != "GET"] != []


# OpenAI Agents


async def openai_agents_run(box: Sandbox, call: Call, answer: str | None) -> Any:
    tools = tools_of("openai_agents", "agents", box)
    from agents import Agent, Runner

    from tests.providers.scripted.openai_agents import ScriptedModel

    model = ScriptedModel([call])
    agent = Agent("segment", tools=tools, model=model)
    result = await Runner.run(agent, "go")
    assert [item.name for item in result.interruptions] == [call.name]
    if answer:
        state = result.to_state()
        getattr(state, answer)(result.interruptions[0])
        await Runner.run(agent, state)
    return model.seen


@pytest.mark.parametrize(("answer", "runs"), [(None, False), ("approve", True), ("reject", False)])
@both_kinds
def test_openai_agents_interrupts_a_call_that_needs_approval(
    box: Sandbox, made: Callable[[Sandbox], Call], answer: str | None, runs: bool
) -> None:
    seen = asyncio.run(openai_agents_run(box, made(box), answer))

    assert done(box) is runs
    assert [outcome.call_id for outcome in seen.told] == (["call_0"] if answer else [])


# Pydantic AI


async def pydantic_ai_run(box: Sandbox, call: Call, answer: Any) -> None:
    tools = tools_of("pydantic_ai", "pydantic_ai", box, requires_approval=True)
    from pydantic_ai import Agent, DeferredToolRequests, DeferredToolResults
    from pydantic_ai.models.function import FunctionModel

    from tests.providers.scripted.pydantic_ai import Script

    agent = Agent(FunctionModel(Script([call])), tools=tools, output_type=[str, DeferredToolRequests])
    first = await agent.run("go")
    assert isinstance(first.output, DeferredToolRequests)
    assert [call.tool_name for call in first.output.approvals] == [call.name]
    if answer is not None:
        results = DeferredToolResults(approvals={"call_0": answer})
        last = await agent.run(message_history=first.all_messages(), deferred_tool_results=results)
        assert last.output == "done"


@pytest.mark.parametrize("answer", [None, True, False])
@both_kinds
def test_pydantic_ai_puts_a_call_off_that_needs_approval(
    box: Sandbox, made: Callable[[Sandbox], Call], answer: bool | None
) -> None:
    asyncio.run(pydantic_ai_run(box, made(box), answer))

    assert done(box) is (answer is True)


# Google ADK


async def google_adk_run(box: Sandbox, call: Call, answer: bool | None) -> None:
    tools = tools_of("google_adk", "google.adk", box)
    from google.adk.agents import LlmAgent
    from google.adk.runners import InMemoryRunner
    from google.genai import types

    from tests.providers.scripted.google_adk import Conversation, ScriptedLlm

    model = ScriptedLlm(model="scripted", calls=[call], seen=Conversation())
    runner = InMemoryRunner(LlmAgent(name="segment", model=model, tools=tools), app_name="tests")
    events = await runner.run_debug("go", quiet=True)
    asked = [call for event in events for call in event.get_function_calls() if call.name.startswith("adk_request")]
    assert [call.args["originalFunctionCall"]["name"] for call in asked] == [call.name]
    if answer is not None:
        said = types.FunctionResponse(id=asked[0].id, name=asked[0].name, response={"confirmed": answer})
        message = types.Content(role="user", parts=[types.Part(function_response=said)])
        user, session = "debug_user_id", "debug_session_id"
        async for _ in runner.run_async(user_id=user, session_id=session, new_message=message):
            pass


@pytest.mark.parametrize("answer", [None, True, False])
@both_kinds
def test_google_adk_asks_for_confirmation_of_a_call_that_needs_approval(
    box: Sandbox, made: Callable[[Sandbox], Call], answer: bool | None
) -> None:
    asyncio.run(google_adk_run(box, made(box), answer))

    assert done(box) is (answer is True)
