"""Agno's agents, with their OpenAI model against the stub."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit
from tests.providers.conformance import Adapter, Call, Outcome
from tests.providers.stub import Stub


class AgnoAdapter(Adapter):
    name = "agno"
    needs = ("agno", "openai")
    passes_unknown_tools = False

    def listed(self, toolkit: SegmentToolkit) -> Mapping[str, Any]:
        with Stub() as stub:
            agent(stub, toolkit.tools.get()).run("go")
        return {tool["function"]["name"]: tool["function"]["parameters"] for tool in stub.bodies[0]["tools"]}

    def call(self, toolkit: SegmentToolkit, calls: Sequence[Call]) -> list[Outcome]:
        with Stub(calls) as stub:
            asked = agent(stub, toolkit.tools.get())
            run = asked.run("go")
            for question in run.active_requirements or ():  # what cannot be undone waits for a person, who says yes
                question.confirm()
            if run.is_paused:
                run = asked.continue_run(run_response=run)
        assert run.content == "done"
        return outcomes(run)

    async def acall(self, toolkit: AsyncSegmentToolkit, calls: Sequence[Call]) -> list[Outcome]:
        with Stub(calls) as stub:
            return outcomes(await agent(stub, await toolkit.tools.get()).arun("go"))


def agent(stub: Stub, tools: Any) -> Any:
    from agno.agent import Agent
    from agno.models.openai import OpenAIChat

    return Agent(model=OpenAIChat(id="m", base_url=f"{stub.url}/v1", api_key="x"), tools=tools, telemetry=False)


def outcomes(run: Any) -> list[Outcome]:
    results = [m for m in run.messages if m.role == "tool"]
    return [Outcome(m.content, m.tool_call_error, m.tool_call_id) for m in results]


ADAPTER = AgnoAdapter()
