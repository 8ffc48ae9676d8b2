"""Pydantic AI's `Agent` with a `FunctionModel`; what is shown has gone through what it does for OpenAI's models."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from pydantic_ai import Agent
from pydantic_ai.messages import ModelMessage, ModelRequest, ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models.function import AgentInfo, FunctionModel
from pydantic_ai.profiles.openai import OpenAIJsonSchemaTransformer

from tests.providers.conformance import Call, Outcome
from tests.providers.conversation import Conversation, with_ids


class Script:
    """Calls the tools it is told to, then says that it is done."""

    def __init__(self, calls: Sequence[Call]) -> None:
        self.calls = calls
        self.seen = Conversation()
        self.__name__ = "script"

    def __call__(self, messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        for tool in info.function_tools:
            self.seen.shown[tool.name] = OpenAIJsonSchemaTransformer(tool.parameters_json_schema, strict=False).walk()
        last = messages[-1]
        assert isinstance(last, ModelRequest)
        told = [part for part in last.parts if getattr(part, "tool_call_id", None)]
        self.seen.told = sorted((outcome(part) for part in told), key=lambda each: each.call_id or "")
        if told or not self.calls:
            return ModelResponse([TextPart("done")])
        return ModelResponse([ToolCallPart(c.name, dict(c.arguments), i) for i, c in with_ids(self.calls)])


def outcome(part: Any) -> Outcome:
    text = part.content if isinstance(part.content, str) else json.dumps(part.content)
    return Outcome(text, getattr(part, "outcome", "failed") != "success", part.tool_call_id)


def converse(tools: list[Any], calls: Sequence[Call]) -> Conversation:
    script = Script(calls)
    with asyncio.Runner() as loops:
        loops.get_loop()  # run_sync would make one, and leave it open
        Agent(FunctionModel(script), tools=tools).run_sync("go")
    return script.seen


async def aconverse(tools: list[Any], calls: Sequence[Call]) -> Conversation:
    script = Script(calls)
    await Agent(FunctionModel(script), tools=tools).run("go")
    return script.seen
