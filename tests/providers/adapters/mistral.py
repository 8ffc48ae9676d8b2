"""Mistral chat completions, through the official SDK against the stub."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit
from tests.providers.adapters.openai import ASKED, outcomes
from tests.providers.conformance import Adapter, Call, Outcome
from tests.providers.stub import Stub


class MistralAdapter(Adapter):
    name = "mistral"
    needs = ("mistralai",)

    def listed(self, toolkit: SegmentToolkit) -> Mapping[str, Any]:
        with Stub() as stub, client(stub) as mistral:
            mistral.chat.complete(model="m", messages=ASKED, tools=toolkit.tools.get())
        return {tool["function"]["name"]: tool["function"]["parameters"] for tool in stub.bodies[0]["tools"]}

    def call(self, toolkit: SegmentToolkit, calls: Sequence[Call]) -> list[Outcome]:
        with Stub(calls) as stub, client(stub) as mistral:
            reply = mistral.chat.complete(model="m", messages=ASKED, tools=toolkit.tools.get())
            messages = [*ASKED, reply.choices[0].message, *toolkit.provider.tool_messages("t", reply)]
            last = mistral.chat.complete(model="m", messages=messages)
        assert last.choices[0].message.content == "done"
        return named(stub.answered)

    async def acall(self, toolkit: AsyncSegmentToolkit, calls: Sequence[Call]) -> list[Outcome]:
        with Stub(calls) as stub:
            async with client(stub) as mistral:
                reply = await mistral.chat.complete_async(model="m", messages=ASKED, tools=await toolkit.tools.get())
                results = await toolkit.provider.tool_messages("t", reply)
                await mistral.chat.complete_async(model="m", messages=[*ASKED, reply.choices[0].message, *results])
        return named(stub.answered)


def client(stub: Stub) -> Any:
    try:
        from mistralai import Mistral
    except ImportError:  # where it moved to
        from mistralai.client import Mistral

    return Mistral(api_key="x", server_url=stub.url)


def named(body: Mapping[str, Any]) -> list[Outcome]:
    """As OpenAI's, and each result names its tool."""
    proposed = next(m["tool_calls"] for m in body["messages"] if m.get("tool_calls"))
    names = [message["name"] for message in body["messages"] if message["role"] == "tool"]
    assert names == [call["function"]["name"] for call in proposed]
    return outcomes(body)


ADAPTER = MistralAdapter()
