"""LiteLLM in front of an OpenAI-compatible server: the stub."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit
from tests.providers.adapters.openai import ASKED, outcomes
from tests.providers.conformance import Adapter, Call, Outcome
from tests.providers.stub import Stub


class LiteLLMAdapter(Adapter):
    name = "litellm"
    needs = ("litellm",)

    def listed(self, toolkit: SegmentToolkit) -> Mapping[str, Any]:
        with Stub() as stub:
            litellm().completion(messages=ASKED, tools=toolkit.tools.get(), **at(stub))
        return {tool["function"]["name"]: tool["function"]["parameters"] for tool in stub.bodies[0]["tools"]}

    def call(self, toolkit: SegmentToolkit, calls: Sequence[Call]) -> list[Outcome]:
        with Stub(calls) as stub:
            reply = litellm().completion(messages=ASKED, tools=toolkit.tools.get(), **at(stub))
            messages = [*ASKED, reply.choices[0].message, *toolkit.provider.tool_messages("t", reply)]
            last = litellm().completion(messages=messages, **at(stub))
        assert last.choices[0].message.content == "done"
        return outcomes(stub.answered)

    async def acall(self, toolkit: AsyncSegmentToolkit, calls: Sequence[Call]) -> list[Outcome]:
        with Stub(calls) as stub:
            reply = await litellm().acompletion(messages=ASKED, tools=await toolkit.tools.get(), **at(stub))
            results = await toolkit.provider.tool_messages("t", reply)
            await litellm().acompletion(messages=[*ASKED, reply.choices[0].message, *results], **at(stub))
        return outcomes(stub.answered)


def litellm() -> Any:
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # else it fetches a price list at import
    import litellm as library

    return library


def at(stub: Stub) -> dict[str, Any]:
    return {"model": "openai/m", "api_base": f"{stub.url}/v1", "api_key": "x"}


ADAPTER = LiteLLMAdapter()
