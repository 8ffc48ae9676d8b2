"""Google GenAI, through the official SDK against the stub."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit
from tests.providers.conformance import Adapter, Call, Outcome
from tests.providers.stub import Stub


class GeminiAdapter(Adapter):
    name = "gemini"
    needs = ("google.genai",)

    def listed(self, toolkit: SegmentToolkit) -> Mapping[str, Any]:
        with Stub() as stub:
            made = client(stub)  # the client closes its connections when it is let go
            made.models.generate_content(model="m", contents="go", config={"tools": toolkit.tools.get()})
        [tool] = stub.bodies[0]["tools"]
        # The SDK writes this one name as it stands in Python; the service reads both.
        names = ("parameters_json_schema", "parametersJsonSchema")
        declared = tool["functionDeclarations"]
        return {each["name"]: each[next(name for name in names if name in each)] for each in declared}

    def call(self, toolkit: SegmentToolkit, calls: Sequence[Call]) -> list[Outcome]:
        with Stub(calls) as stub:
            made = client(stub)
            models = made.models
            reply = models.generate_content(model="m", contents="go", config={"tools": toolkit.tools.get()})
            contents = [asked(), reply.candidates[0].content, *toolkit.provider.tool_messages("t", reply)]
            assert models.generate_content(model="m", contents=contents).text == "done"
        return outcomes(stub.answered)

    async def acall(self, toolkit: AsyncSegmentToolkit, calls: Sequence[Call]) -> list[Outcome]:
        with Stub(calls) as stub:
            made = client(stub)
            models = made.aio.models
            config = {"tools": await toolkit.tools.get()}
            reply = await models.generate_content(model="m", contents="go", config=config)
            results = await toolkit.provider.tool_messages("t", reply)
            await models.generate_content(model="m", contents=[asked(), reply.candidates[0].content, *results])
        return outcomes(stub.answered)


def client(stub: Stub) -> Any:
    from google import genai

    return genai.Client(api_key="x", http_options=genai.types.HttpOptions(base_url=stub.url))


def asked() -> dict[str, Any]:
    return {"role": "user", "parts": [{"text": "go"}]}


def outcomes(body: Mapping[str, Any]) -> list[Outcome]:
    """The results on the wire, all in the turn that follows the calls. A failure is said in the response only."""
    _, turn, answer = body["contents"]
    made = [part["functionCall"] for part in turn["parts"]]
    results = [part["functionResponse"] for part in answer["parts"]]
    assert answer["role"] == "user"
    assert [(each["id"], each["name"]) for each in results] == [(each["id"], each["name"]) for each in made]
    return [Outcome(json.dumps(each["response"]), call_id=each["id"]) for each in results]


ADAPTER = GeminiAdapter()
