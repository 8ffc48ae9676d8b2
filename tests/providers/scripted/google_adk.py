"""ADK's `InMemoryRunner` with a `BaseLlm` of our own; what is shown is the declaration as Gemini's API gets it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from typing import Any

from google.adk.agents import LlmAgent
from google.adk.models import BaseLlm, LlmRequest, LlmResponse
from google.adk.runners import InMemoryRunner
from google.genai import types

from tests.providers.conformance import Call, Outcome
from tests.providers.conversation import Conversation, with_ids


class ScriptedLlm(BaseLlm):
    """Calls the tools it is told to, then says that it is done."""

    calls: list[Any]
    seen: Any

    async def generate_content_async(
        self, llm_request: LlmRequest, stream: bool = False
    ) -> AsyncGenerator[LlmResponse, None]:
        del stream
        for tool in llm_request.config.tools or []:
            for declared in tool.model_dump(by_alias=True, exclude_none=True)["functionDeclarations"]:
                self.seen.shown[declared["name"]] = declared["parametersJsonSchema"]
        told = [part.function_response for part in llm_request.contents[-1].parts or [] if part.function_response]
        self.seen.told = [outcome(answer) for answer in told]
        parts = [types.Part(text="done")] if told or not self.calls else self.wanted()
        yield LlmResponse(content=types.Content(role="model", parts=parts))

    def wanted(self) -> list[types.Part]:
        return [
            types.Part(function_call=types.FunctionCall(id=call_id, name=call.name, args=dict(call.arguments)))
            for call_id, call in with_ids(self.calls)
        ]


def outcome(answer: types.FunctionResponse) -> Outcome:
    response = answer.response or {}
    return Outcome(json.dumps(response), response.get("error") is not None, answer.id)


def converse(tools: list[Any], calls: Sequence[Call]) -> Conversation:
    return asyncio.run(aconverse(tools, calls))


async def aconverse(tools: list[Any], calls: Sequence[Call]) -> Conversation:
    model = ScriptedLlm(model="scripted", calls=list(calls), seen=Conversation())
    runner = InMemoryRunner(LlmAgent(name="segment", model=model, tools=tools), app_name="tests")
    await runner.run_debug("go", quiet=True)
    seen: Conversation = model.seen
    return seen
