"""DSPy's function calling, with LiteLLM against the stub; and, awaited, its ReAct with its dummy model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit
from tests.providers.conformance import Adapter, Call, Outcome
from tests.providers.stub import Stub


class DSPyAdapter(Adapter):
    name = "dspy"
    needs = ("dspy",)
    passes_unknown_tools = False

    def listed(self, toolkit: SegmentToolkit) -> Mapping[str, Any]:
        _, body = chosen(toolkit.tools.get(), [Call("SEGMENT_TRACK", {})])
        return {tool["function"]["name"]: tool["function"]["parameters"] for tool in body["tools"]}

    def call(self, toolkit: SegmentToolkit, calls: Sequence[Call]) -> list[Outcome]:
        tools = toolkit.tools.get()
        return [executed(call, tools) for call in chosen(tools, calls)[0]]

    async def acall(self, toolkit: AsyncSegmentToolkit, calls: Sequence[Call]) -> list[Outcome]:
        import dspy

        tools = await toolkit.tools.get()
        with dspy.context(lm=model(calls)):
            return outcomes(calls, await dspy.ReAct("question -> answer", tools=tools).acall(question="go"))


def chosen(tools: Any, calls: Sequence[Call]) -> tuple[list[Any], dict[str, Any]]:
    """The calls that a model made by DSPy's function calling, and what it was asked."""
    import dspy

    choose = dspy.Signature(
        {
            "question": (str, dspy.InputField()),
            "tools": (list[dspy.Tool], dspy.InputField()),
            "chosen": (dspy.ToolCalls, dspy.OutputField()),
        }
    )
    with Stub(calls) as stub:
        # The name of a model that LiteLLM knows to call functions.
        model = dspy.LM("openai/gpt-4o-mini", api_base=f"{stub.url}/v1", api_key="x", cache=False)
        with dspy.context(lm=model, adapter=dspy.ChatAdapter(use_native_function_calling=True)):
            made = dspy.Predict(choose)(question="go", tools=tools).chosen.tool_calls
    return made, stub.bodies[0]


def executed(call: Any, tools: Any) -> Outcome:
    try:
        return Outcome(call.execute(functions=tools), call_id=call.id)
    except ValueError as error:  # DSPy has no such tool
        return Outcome(str(error), failed=True)


def model(calls: Sequence[Call]) -> Any:
    """One call a turn, which is how ReAct goes, and then the answer."""
    from dspy.utils import DummyLM

    turns = [*calls, Call("finish", {})]
    steps = [{"next_thought": "", "next_tool_name": call.name, "next_tool_args": call.arguments} for call in turns]
    return DummyLM([*steps, {"reasoning": "", "answer": "done"}])


def outcomes(calls: Sequence[Call], run: Any) -> list[Outcome]:
    assert run.answer == "done"
    return [Outcome(run.trajectory[f"observation_{n}"]) for n in range(len(calls))]


ADAPTER = DSPyAdapter()
