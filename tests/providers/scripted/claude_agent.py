"""The Claude Agent SDK's client on a transport that plays the command line: it asks the MCP server, as that does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

from claude_agent_sdk import ClaudeAgentOptions, ClaudeSDKClient, Transport

from segment_toolkit.providers import ClaudeAgentProvider
from tests.providers.conformance import Call, Outcome
from tests.providers.conversation import Conversation, with_ids

STARTED = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "cli", "version": "1"}}
DONE = {
    "type": "result", "subtype": "success", "duration_ms": 1, "duration_api_ms": 1, "is_error": False, "num_turns": 1,
    "session_id": "s", "result": "done",
}  # fmt: skip


class CommandLine(Transport):
    """Answers what the SDK asks, and asks of its MCP server what is given to `ask`."""

    def __init__(self) -> None:
        self.to_sdk: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self.answers: dict[str, asyncio.Future[Any]] = {}

    async def connect(self) -> None: ...

    def is_ready(self) -> bool:
        return True

    async def end_input(self) -> None: ...

    async def close(self) -> None:
        await self.to_sdk.put(None)

    async def write(self, data: str) -> None:
        message = json.loads(data)
        if message["type"] == "control_request":  # the SDK's initialize
            response = {"subtype": "success", "request_id": message["request_id"], "response": {}}
            await self.to_sdk.put({"type": "control_response", "response": response})
        elif message["type"] == "control_response":
            self.answers[message["response"]["request_id"]].set_result(message["response"])
        elif message["type"] == "user":
            await self.to_sdk.put(DONE)

    async def read_messages(self) -> AsyncIterator[dict[str, Any]]:
        while (message := await self.to_sdk.get()) is not None:
            yield message

    async def ask(self, method: str, params: dict[str, Any]) -> Any:
        request_id = f"r{len(self.answers)}"
        self.answers[request_id] = asyncio.get_running_loop().create_future()
        asked = {"jsonrpc": "2.0", "id": len(self.answers), "method": method, "params": params}
        request = {"subtype": "mcp_message", "server_name": "segment", "message": asked}
        await self.to_sdk.put({"type": "control_request", "request_id": request_id, "request": request})
        answer = await asyncio.wait_for(self.answers[request_id], 30)
        return answer["response"]["mcp_response"]["result"]


async def aconverse(tools: list[Any], calls: Sequence[Call]) -> Conversation:
    provider, line, seen = ClaudeAgentProvider(), CommandLine(), Conversation()
    options = ClaudeAgentOptions(
        mcp_servers={"segment": provider.create_mcp_server(tools)}, allowed_tools=provider.allowed_tools(tools)
    )
    async with ClaudeSDKClient(options, transport=line):
        await line.ask("initialize", STARTED)
        listed = (await line.ask("tools/list", {}))["tools"]
        seen.shown = {tool["name"]: tool["inputSchema"] for tool in listed}
        asked = [line.ask("tools/call", {"name": c.name, "arguments": dict(c.arguments)}) for c in calls]
        for (call_id, _), result in zip(with_ids(calls), await asyncio.gather(*asked), strict=True):
            seen.told.append(Outcome(result["content"][0]["text"], result.get("isError", False), call_id))
    return seen


def converse(tools: list[Any], calls: Sequence[Call]) -> Conversation:
    return asyncio.run(aconverse(tools, calls))
