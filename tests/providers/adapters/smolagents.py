"""smolagents' tool-calling agent, with its OpenAI model against the stub."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from segment_toolkit import SegmentToolkit
from segment_toolkit.definitions.definition import ToolDefinition
from segment_toolkit.definitions.strict import loose
from tests.providers.conformance import Adapter, Call, Outcome
from tests.providers.stub import Stub


class SmolagentsAdapter(Adapter):
    name = "smolagents"
    needs = ("smolagents", "openai")
    passes_unknown_tools = False
    has_async = False

    def expected(self, tool: ToolDefinition) -> Any:
        """Ours, with what is optional marked `nullable`, and `required` always there."""
        schema = loose(tool.input_parameters)
        for name, member in schema["properties"].items():
            if name not in schema.get("required", ()):
                member["nullable"] = True
        return schema

    def listed(self, toolkit: SegmentToolkit) -> Mapping[str, Any]:
        _, stub = first_step(toolkit, [("final_answer", {"answer": "done"})])
        listed = {tool["function"]["name"]: tool["function"]["parameters"] for tool in stub.bodies[0]["tools"]}
        assert listed.pop("final_answer")
        return listed

    def call(self, toolkit: SegmentToolkit, calls: Sequence[Call]) -> list[Outcome]:
        step, _ = first_step(toolkit, calls)
        if step.error:
            return [Outcome(str(step.error), failed=True)]
        return [Outcome(line) for line in step.observations.splitlines()]


def first_step(toolkit: SegmentToolkit, calls: Sequence[tuple[str, Any]]) -> tuple[Any, Stub]:
    """What the agent remembers of its first step, which is all that it gets, and what went over the wire."""
    from smolagents import LogLevel, OpenAIModel, ToolCallingAgent

    with Stub(calls) as stub:
        model = OpenAIModel("m", api_base=f"{stub.url}/v1", api_key="x")
        agent = ToolCallingAgent(toolkit.tools.get(), model, max_steps=1, verbosity_level=LogLevel.OFF)
        agent.run("go")
    return agent.memory.steps[1], stub


ADAPTER = SmolagentsAdapter()
