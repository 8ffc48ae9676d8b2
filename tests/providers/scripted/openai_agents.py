"""The OpenAI Agents SDK's `Runner` with a scripted `Model`; what is shown is what its Responses converter sends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

from agents import Agent, Model, ModelResponse, RunConfig, Runner, Usage, set_tracing_disabled
from agents.models.openai_responses import Converter
from openai.types.responses import ResponseFunctionToolCall, ResponseOutputMessage, ResponseOutputText

from tests.providers.conformance import Call, Outcome
from tests.providers.conversation import Conversation, with_ids

set_tracing_disabled(True)


class ScriptedModel(Model):
    """Calls the tools it is told to, then says that it is done."""

    def __init__(self, calls: Sequence[Call]) -> None:
        self.calls = calls
        self.seen = Conversation()

    async def get_response(self, *_: Any, **asked: Any) -> ModelResponse:
        for tool in Converter.convert_tools(asked["tools"], []).tools:
            self.seen.shown[tool["name"]] = tool["parameters"]
            assert tool["strict"] is False
        told = [
            item for item in asked["input"] if isinstance(item, dict) and item.get("type") == "function_call_output"
        ]
        self.seen.told = [Outcome(item["output"], None, item["call_id"]) for item in told]
        output = [self.done()] if told or not self.calls else self.wanted()
        return ModelResponse(output=output, usage=Usage(), response_id=None)

    def stream_response(self, *_: Any, **__: Any) -> AsyncIterator[Any]:
        raise NotImplementedError

    def wanted(self) -> list[Any]:
        return [
            ResponseFunctionToolCall(
                type="function_call",
                call_id=call_id,
                name=call.name,
                arguments=json.dumps(call.arguments),
            )
            for call_id, call in with_ids(self.calls)
        ]

    @staticmethod
    def done() -> ResponseOutputMessage:
        text = ResponseOutputText(type="output_text", text="done", annotations=[])
        return ResponseOutputMessage(id="m", type="message", role="assistant", status="completed", content=[text])


def converse(tools: list[Any], calls: Sequence[Call]) -> Conversation:
    return asyncio.run(aconverse(tools, calls))


async def aconverse(tools: list[Any], calls: Sequence[Call]) -> Conversation:
    model = ScriptedModel(calls)
    # Without this the SDK raises for a name that is no tool's.
    config = RunConfig(tool_not_found_behavior="return_error_to_model")
    await Runner.run(Agent("segment", tools=tools, model=model), "go", run_config=config)
    return model.seen
