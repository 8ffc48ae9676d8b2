"""OpenAI responses, through the official SDK against the stub."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit
from tests.providers.conformance import Adapter, Call, Outcome
from tests.providers.stub import Stub

ASKED = [{"role": "user", "content": "go"}]


class OpenAIResponsesAdapter(Adapter):
    name = "openai_responses"
    needs = ("openai.resources.responses",)

    def listed(self, toolkit: SegmentToolkit) -> Mapping[str, Any]:
        from openai import OpenAI

        with Stub() as stub, OpenAI(base_url=f"{stub.url}/v1", api_key="x") as openai:
            openai.responses.create(model="m", input=ASKED, tools=toolkit.tools.get())
        assert all(tool["strict"] is False for tool in stub.bodies[0]["tools"])
        return {tool["name"]: tool["parameters"] for tool in stub.bodies[0]["tools"]}

    def call(self, toolkit: SegmentToolkit, calls: Sequence[Call]) -> list[Outcome]:
        from openai import OpenAI

        with Stub(calls) as stub, OpenAI(base_url=f"{stub.url}/v1", api_key="x") as openai:
            reply = openai.responses.create(model="m", input=ASKED, tools=toolkit.tools.get())
            results = toolkit.provider.tool_messages("t", reply)
            last = openai.responses.create(model="m", input=[*ASKED, *reply.output, *results])
        assert last.output_text == "done"
        return outcomes(stub.answered)

    async def acall(self, toolkit: AsyncSegmentToolkit, calls: Sequence[Call]) -> list[Outcome]:
        from openai import AsyncOpenAI

        with Stub(calls) as stub:
            async with AsyncOpenAI(base_url=f"{stub.url}/v1", api_key="x") as openai:
                reply = await openai.responses.create(model="m", input=ASKED, tools=await toolkit.tools.get())
                results = await toolkit.provider.tool_messages("t", reply)
                await openai.responses.create(model="m", input=[*ASKED, *reply.output, *results])
        return outcomes(stub.answered)


def outcomes(body: Mapping[str, Any]) -> list[Outcome]:
    """The results on the wire; they have no sign of failure beside the text."""
    proposed = [item["call_id"] for item in body["input"] if item.get("type") == "function_call"]
    results = [item for item in body["input"] if item.get("type") == "function_call_output"]
    assert [item["call_id"] for item in results] == proposed
    return [Outcome(item["output"], call_id=item["call_id"]) for item in results]


ADAPTER = OpenAIResponsesAdapter()
