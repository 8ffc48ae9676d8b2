"""LlamaIndex's `FunctionAgent` with a scripted function-calling LLM."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

from llama_index.core.agent.workflow import FunctionAgent, ToolCallResult
from llama_index.core.base.llms.types import ChatMessage, ChatResponse, LLMMetadata, MessageRole
from llama_index.core.llms.function_calling import FunctionCallingLLM
from llama_index.core.llms.mock import MockLLM
from llama_index.core.tools import ToolSelection

from tests.providers.conformance import Call, Outcome
from tests.providers.conversation import Conversation, with_ids


class ScriptedLLM(MockLLM, FunctionCallingLLM):  # LlamaIndex's own double of this kind is younger than our lower bound
    """Calls the tools it is told to, then says that it is done."""

    calls: Sequence[Any] = ()
    shown: dict[str, Any] = {}  # noqa: RUF012 - a pydantic field: each instance gets its own
    told: dict[str, str] = {}  # noqa: RUF012

    def __init__(self, calls: Sequence[Call]) -> None:
        super().__init__()
        self.calls = calls

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(is_function_calling_model=True)

    async def astream_chat_with_tools(self, tools: Any, chat_history: Any = None, **_: Any) -> AsyncIterator[Any]:
        for tool in tools:
            function = tool.metadata.to_openai_tool()["function"]
            self.shown[function["name"]] = function["parameters"]
        told = [message for message in chat_history if message.role == MessageRole.TOOL]
        self.told |= {message.additional_kwargs["tool_call_id"]: message.content or "" for message in told}
        return self.stream(() if told else self.calls)

    @staticmethod
    async def stream(calls: Sequence[Call]) -> AsyncIterator[ChatResponse]:
        message = ChatMessage(role=MessageRole.ASSISTANT, content="" if calls else "done")
        message.additional_kwargs["calls"] = [
            ToolSelection(tool_id=call_id, tool_name=call.name, tool_kwargs=dict(call.arguments))
            for call_id, call in with_ids(calls)
        ]
        yield ChatResponse(message=message)

    def get_tool_calls_from_response(self, response: ChatResponse, *_: Any, **__: Any) -> list[ToolSelection]:
        return list(response.message.additional_kwargs["calls"])

    def _prepare_chat_with_tools(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError


def converse(tools: list[Any], calls: Sequence[Call]) -> Conversation:
    return asyncio.run(aconverse(tools, calls))


async def aconverse(tools: list[Any], calls: Sequence[Call]) -> Conversation:
    llm = ScriptedLLM(calls)
    handler = FunctionAgent(tools=tools, llm=llm).run("go")
    failed = {e.tool_id: e.tool_output.is_error async for e in handler.stream_events() if isinstance(e, ToolCallResult)}
    await handler
    return Conversation(llm.shown, [Outcome(llm.told[i], failed[i], i) for i, _ in with_ids(calls)])
