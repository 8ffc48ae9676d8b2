"""LangChain's `create_agent`, and LangGraph's `ToolNode` in it, with a scripted chat model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain.agents import create_agent
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, ToolCall, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.utils.function_calling import convert_to_openai_tool

from tests.providers.conformance import Call, Outcome
from tests.providers.conversation import Conversation, with_ids


class ScriptedModel(BaseChatModel):
    """Calls the tools it is told to, then says that it is done."""

    calls: list[ToolCall]
    shown: dict[str, Any]

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Sequence[Any], **_: Any) -> ScriptedModel:
        for tool in tools:
            function = convert_to_openai_tool(tool)["function"]
            self.shown[function["name"]] = function["parameters"]
        return self

    def _generate(self, messages: list[Any], *_: Any, **__: Any) -> ChatResult:
        told = any(isinstance(message, ToolMessage) for message in messages)
        reply = AIMessage("done") if told or not self.calls else AIMessage("", tool_calls=self.calls)
        return ChatResult(generations=[ChatGeneration(message=reply)])


def scripted(calls: Sequence[Call]) -> ScriptedModel:
    wanted = [ToolCall(name=call.name, args=dict(call.arguments), id=call_id) for call_id, call in with_ids(calls)]
    return ScriptedModel(calls=wanted, shown={})


def conversation(model: ScriptedModel, state: dict[str, Any]) -> Conversation:
    told = [message for message in state["messages"] if isinstance(message, ToolMessage)]
    return Conversation(model.shown, [Outcome(str(m.content), m.status == "error", m.tool_call_id) for m in told])


def converse(tools: list[Any], calls: Sequence[Call]) -> Conversation:
    model = scripted(calls)
    state = create_agent(model, tools).invoke({"messages": [("user", "go")]})
    return conversation(model, state)


async def aconverse(tools: list[Any], calls: Sequence[Call]) -> Conversation:
    model = scripted(calls)
    state = await create_agent(model, tools).ainvoke({"messages": [("user", "go")]})
    return conversation(model, state)
