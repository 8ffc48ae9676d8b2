"""Haystack's agents, with their OpenAI generator against the stub."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit
from tests.providers.conformance import Adapter, Call, Outcome
from tests.providers.stub import Stub


class HaystackAdapter(Adapter):
    name = "haystack"
    needs = ("haystack", "openai")
    passes_unknown_tools = False

    def listed(self, toolkit: SegmentToolkit) -> Mapping[str, Any]:
        with Stub() as stub:
            agent(stub, toolkit.tools.get()).run(messages=asked())
        return {tool["function"]["name"]: tool["function"]["parameters"] for tool in stub.bodies[0]["tools"]}

    def call(self, toolkit: SegmentToolkit, calls: Sequence[Call]) -> list[Outcome]:
        with Stub(calls) as stub:
            return outcomes(agent(stub, toolkit.tools.get()).run(messages=asked()))

    async def acall(self, toolkit: AsyncSegmentToolkit, calls: Sequence[Call]) -> list[Outcome]:
        with Stub(calls) as stub:
            return outcomes(await agent(stub, await toolkit.tools.get()).run_async(messages=asked()))


def agent(stub: Stub, tools: Any) -> Any:
    from haystack.components.agents import Agent
    from haystack.components.generators.chat import OpenAIChatGenerator
    from haystack.utils import Secret

    generator = OpenAIChatGenerator(api_key=Secret.from_token("x"), api_base_url=f"{stub.url}/v1", model="m")
    return Agent(chat_generator=generator, tools=tools)


def asked() -> list[Any]:
    from haystack.dataclasses import ChatMessage

    return [ChatMessage.from_user("go")]


def outcomes(run: Mapping[str, Any]) -> list[Outcome]:
    assert run["last_message"].text == "done"
    results = [result for message in run["messages"] for result in message.tool_call_results]
    return [Outcome(result.result, result.error, result.origin.id) for result in results]


ADAPTER = HaystackAdapter()
