"""Anthropic messages, through the official SDK against the stub."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit
from tests.providers.conformance import Adapter, Call, Outcome
from tests.providers.stub import Stub

ASKED = [{"role": "user", "content": "go"}]
FIXED: dict[str, Any] = {"model": "m", "max_tokens": 100}


class AnthropicAdapter(Adapter):
    name = "anthropic"
    needs = ("anthropic",)

    def listed(self, toolkit: SegmentToolkit) -> Mapping[str, Any]:
        from anthropic import Anthropic

        with Stub() as stub, Anthropic(base_url=stub.url, api_key="x") as anthropic:
            anthropic.messages.create(messages=ASKED, tools=toolkit.tools.get(), **FIXED)
        return {tool["name"]: tool["input_schema"] for tool in stub.bodies[0]["tools"]}

    def call(self, toolkit: SegmentToolkit, calls: Sequence[Call]) -> list[Outcome]:
        from anthropic import Anthropic

        with Stub(calls) as stub, Anthropic(base_url=stub.url, api_key="x") as anthropic:
            reply = anthropic.messages.create(messages=ASKED, tools=toolkit.tools.get(), **FIXED)
            results = toolkit.provider.tool_messages("t", reply)
            turn = {"role": "assistant", "content": reply.content}
            last = anthropic.messages.create(messages=[*ASKED, turn, *results], **FIXED)
        assert last.content[0].text == "done"
        return outcomes(stub.answered)

    async def acall(self, toolkit: AsyncSegmentToolkit, calls: Sequence[Call]) -> list[Outcome]:
        from anthropic import AsyncAnthropic

        with Stub(calls) as stub:
            async with AsyncAnthropic(base_url=stub.url, api_key="x") as anthropic:
                reply = await anthropic.messages.create(messages=ASKED, tools=await toolkit.tools.get(), **FIXED)
                results = await toolkit.provider.tool_messages("t", reply)
                turn = {"role": "assistant", "content": reply.content}
                await anthropic.messages.create(messages=[*ASKED, turn, *results], **FIXED)
        return outcomes(stub.answered)


def outcomes(body: Mapping[str, Any]) -> list[Outcome]:
    """The results on the wire: all in the message that follows the calls."""
    _, turn, answer = body["messages"]
    assert answer["role"] == "user"
    assert [block["tool_use_id"] for block in answer["content"]] == [block["id"] for block in turn["content"]]
    return [Outcome(block["content"], block["is_error"], block["tool_use_id"]) for block in answer["content"]]


ADAPTER = AnthropicAdapter()
