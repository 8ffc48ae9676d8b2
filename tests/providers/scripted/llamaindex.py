"""LlamaIndex's `FunctionAgent` with its `MockFunctionCallingLLM`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

from llama_index.core.agent.workflow import FunctionAgent, ToolCallResult
from llama_index.core.base.llms.types import ChatMessage, MessageRole, TextBlock, ToolCallBlock
from llama_index.core.llms.mock import MockFunctionCallingLLM

from tests.providers.conformance import Call, Outcome
from tests.providers.conversation import Conversation, with_ids


class Script:
    """Calls the tools it is told to, then says that it is done."""

    def __init__(self, calls: Sequence[Call]) -> None:
        self.calls = calls
        self.shown: dict[str, Any] = {}
        self.told: dict[str, str] = {}

    def __call__(self, messages: Sequence[ChatMessage], **options: Any) -> Any:
        for tool in options["tools"]:
            function = tool.metadata.to_openai_tool()["function"]
            self.shown[function["name"]] = function["parameters"]
        told = [message for message in messages if message.role == MessageRole.TOOL]
        self.told = {message.additional_kwargs["tool_call_id"]: message.content or "" for message in told}
        return self.stream([TextBlock(text="done")] if told or not self.calls else self.wanted())

    @staticmethod
    async def stream(blocks: list[Any]) -> AsyncIterator[ChatMessage]:
        yield ChatMessage(role=MessageRole.ASSISTANT, blocks=blocks)

    def wanted(self) -> list[Any]:
        return [
            ToolCallBlock(tool_call_id=call_id, tool_name=call.name, tool_kwargs=dict(call.arguments))
            for call_id, call in with_ids(self.calls)
        ]


def converse(tools: list[Any], calls: Sequence[Call]) -> Conversation:
    return asyncio.run(aconverse(tools, calls))


async def aconverse(tools: list[Any], calls: Sequence[Call]) -> Conversation:
    script = Script(calls)
    handler = FunctionAgent(tools=tools, llm=MockFunctionCallingLLM(response_generator=script)).run("go")
    failed = {e.tool_id: e.tool_output.is_error async for e in handler.stream_events() if isinstance(e, ToolCallResult)}
    await handler
    return Conversation(script.shown, [Outcome(script.told[i], failed[i], i) for i, _ in with_ids(calls)])
