"""AutoGen's `AssistantAgent` with its `ReplayChatCompletionClient`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from autogen_agentchat.agents import AssistantAgent
from autogen_core import FunctionCall
from autogen_core.models import CreateResult, FunctionExecutionResultMessage, ModelInfo, RequestUsage
from autogen_ext.models.replay import ReplayChatCompletionClient

from tests.providers.conformance import Call, Outcome
from tests.providers.conversation import Conversation, with_ids

SKILLS = ModelInfo(vision=False, function_calling=True, json_output=False, family="unknown", structured_output=False)


def scripted(calls: Sequence[Call]) -> ReplayChatCompletionClient:
    """Calls the tools it is told to, then says that it is done."""
    wanted = [FunctionCall(call_id, json.dumps(call.arguments), call.name) for call_id, call in with_ids(calls)]
    usage = RequestUsage(prompt_tokens=0, completion_tokens=0)
    first = CreateResult(finish_reason="function_calls", content=wanted, usage=usage, cached=False)
    return ReplayChatCompletionClient([first, "done"] if calls else ["done"], model_info=SKILLS)


def converse(tools: list[Any], calls: Sequence[Call]) -> Conversation:
    return asyncio.run(aconverse(tools, calls))


async def aconverse(tools: list[Any], calls: Sequence[Call]) -> Conversation:
    client = scripted(calls)
    await AssistantAgent("segment", client, tools=tools, reflect_on_tool_use=True).run(task="go")
    schemas = [tool if isinstance(tool, dict) else tool.schema for tool in client.create_calls[0]["tools"]]
    told = [m for m in client.create_calls[-1]["messages"] if isinstance(m, FunctionExecutionResultMessage)]
    return Conversation(
        {schema["name"]: schema["parameters"] for schema in schemas},
        [Outcome(result.content, result.is_error, result.call_id) for message in told for result in message.content],
    )
