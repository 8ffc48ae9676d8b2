"""OpenAI chat completions, through the official SDK against the stub."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit
from tests.providers.conformance import Adapter, Call, Outcome
from tests.providers.stub import Stub

ASKED = [{"role": "user", "content": "go"}]


class OpenAIAdapter(Adapter):
    name = "openai"
    needs = ("openai",)

    def listed(self, toolkit: SegmentToolkit) -> Mapping[str, Any]:
        with Stub() as stub:
            client(stub).chat.completions.create(model="m", messages=ASKED, tools=toolkit.tools.get())
        return {tool["function"]["name"]: tool["function"]["parameters"] for tool in stub.bodies[0]["tools"]}

    def call(self, toolkit: SegmentToolkit, calls: Sequence[Call]) -> list[Outcome]:
        with Stub(calls) as stub, client(stub) as openai:
            reply = openai.chat.completions.create(model="m", messages=ASKED, tools=toolkit.tools.get())
            results = toolkit.provider.tool_messages("t", reply)
            messages = [*ASKED, reply.choices[0].message, *results]
            last = openai.chat.completions.create(model="m", messages=messages)
        assert last.choices[0].message.content == "done"
        return outcomes(stub.answered)

    async def acall(self, toolkit: AsyncSegmentToolkit, calls: Sequence[Call]) -> list[Outcome]:
        from openai import AsyncOpenAI

        with Stub(calls) as stub:
            async with AsyncOpenAI(base_url=f"{stub.url}/v1", api_key="x") as openai:
                tools = await toolkit.tools.get()
                reply = await openai.chat.completions.create(model="m", messages=ASKED, tools=tools)
                results = await toolkit.provider.tool_messages("t", reply)
                messages = [*ASKED, reply.choices[0].message, *results]
                await openai.chat.completions.create(model="m", messages=messages)
        return outcomes(stub.answered)


def client(stub: Stub) -> Any:
    from openai import OpenAI

    return OpenAI(base_url=f"{stub.url}/v1", api_key="x")


def outcomes(body: Mapping[str, Any]) -> list[Outcome]:
    """The results on the wire; a chat completion has no sign of failure beside the text."""
    results = {m["tool_call_id"]: m["content"] for m in body["messages"] if m["role"] == "tool"}
    proposed = next(m["tool_calls"] for m in body["messages"] if m.get("tool_calls"))
    assert list(results) == [call["id"] for call in proposed]
    assert all(isinstance(json.loads(text), dict) for text in results.values())
    return [Outcome(text, call_id=call_id) for call_id, text in results.items()]


ADAPTER = OpenAIAdapter()
