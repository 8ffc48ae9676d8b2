"""CrewAI's crews, with their OpenAI client against the stub."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit
from segment_toolkit.definitions.definition import ToolDefinition
from segment_toolkit.definitions.strict import loose, strict
from tests.providers.conformance import Adapter, Call, Outcome
from tests.providers.stub import Stub


class CrewAIAdapter(Adapter):
    name = "crewai"
    needs = ("crewai", "openai")
    passes_unknown_tools = False

    def tool_name(self, slug: str) -> str:
        return slug.lower()

    def expected(self, tool: ToolDefinition) -> Any:
        return loose(strict(tool.input_parameters))

    def listed(self, toolkit: SegmentToolkit) -> Mapping[str, Any]:
        with Stub() as stub:
            crew(stub, toolkit.tools.get()).kickoff()
        assert all(tool["function"]["strict"] for tool in stub.bodies[0]["tools"])
        return {tool["function"]["name"]: tool["function"]["parameters"] for tool in stub.bodies[0]["tools"]}

    def call(self, toolkit: SegmentToolkit, calls: Sequence[Call]) -> list[Outcome]:
        with Stub([strictly(call) for call in calls]) as stub:
            return outcomes(stub, crew(stub, toolkit.tools.get()).kickoff())

    async def acall(self, toolkit: AsyncSegmentToolkit, calls: Sequence[Call]) -> list[Outcome]:
        with Stub([strictly(call) for call in calls]) as stub:
            return outcomes(stub, await crew(stub, await toolkit.tools.get()).akickoff())


def strictly(call: Call) -> Call:
    """As a strict model writes it: free-form objects as JSON text, absent options as null."""
    told = {name: json.dumps(v) if name == "properties" else v for name, v in call.arguments.items()}
    return call._replace(arguments={**told, "integrations": None} if call.name.endswith("track") else told)


def crew(stub: Stub, tools: Any) -> Any:
    from crewai import LLM, Agent, Crew, Task

    model = LLM(model="openai/gpt-4o", api_key="x", base_url=f"{stub.url}/v1")
    agent = Agent(role="tester", goal="test", backstory="none", tools=tools, llm=model)
    return Crew(agents=[agent], tasks=[Task(description="go", expected_output="done", agent=agent)], tracing=False)


def outcomes(stub: Stub, run: Any) -> list[Outcome]:
    assert run.raw == "done"
    failures = {record.failure.message for record in run.tasks_output[0].tool_failures}
    results = [message for message in stub.answered["messages"] if message["role"] == "tool"]
    return [Outcome(m["content"], m["content"] in failures, m["tool_call_id"]) for m in results]


ADAPTER = CrewAIAdapter()
