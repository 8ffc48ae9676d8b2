"""Microsoft Agent Framework's agents, with their chat-completion client against the stub."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit
from tests.providers.conformance import Adapter, Call, Outcome
from tests.providers.stub import Stub


class AgentFrameworkAdapter(Adapter):
    name = "agent_framework"
    needs = ("agent_framework", "agent_framework_openai")
    passes_unknown_tools = False

    def listed(self, toolkit: SegmentToolkit) -> Mapping[str, Any]:
        with Stub() as stub:
            asyncio.run(agent(stub, toolkit.tools.get()).run("go"))
        return {tool["function"]["name"]: tool["function"]["parameters"] for tool in stub.bodies[0]["tools"]}

    def call(self, toolkit: SegmentToolkit, calls: Sequence[Call]) -> list[Outcome]:
        return asyncio.run(outcomes(toolkit.tools.get(), calls))

    async def acall(self, toolkit: AsyncSegmentToolkit, calls: Sequence[Call]) -> list[Outcome]:
        return await outcomes(await toolkit.tools.get(), calls)


def agent(stub: Stub, tools: Any) -> Any:
    from agent_framework import Agent
    from agent_framework.openai import OpenAIChatCompletionClient

    client = OpenAIChatCompletionClient(model="m", api_key="x", base_url=f"{stub.url}/v1")
    return Agent(client=client, tools=tools)


async def outcomes(tools: Any, calls: Sequence[Call]) -> list[Outcome]:
    from agent_framework import Message

    with Stub(calls) as stub:
        asked = agent(stub, tools)
        session = asked.create_session()
        run = await asked.run("go", session=session)
        yes = [request.to_function_approval_response(True) for request in run.user_input_requests]
        if yes:  # what cannot be undone waits for a person, who says yes
            run = await asked.run([Message("user", yes)], session=session)
    assert run.text == "done"
    results = [part for message in run.messages for part in message.contents if part.type == "function_result"]
    return [Outcome(part.result, failed(part), part.call_id) for part in results]


def failed(result: Any) -> bool:
    return result.exception is not None or not result.items[0].additional_properties["successful"]


ADAPTER = AgentFrameworkAdapter()
