"""Amazon Bedrock converse, through boto3 against the stub. boto3 has no async way."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from segment_toolkit import SegmentToolkit
from tests.providers.conformance import Adapter, Call, Outcome
from tests.providers.stub import Stub

ASKED = {"role": "user", "content": [{"text": "go"}]}


class BedrockAdapter(Adapter):
    name = "bedrock"
    needs = ("boto3",)
    has_async = False

    def listed(self, toolkit: SegmentToolkit) -> Mapping[str, Any]:
        with Stub() as stub:
            client(stub).converse(modelId="m", messages=[ASKED], toolConfig={"tools": toolkit.tools.get()})
        specs = [tool["toolSpec"] for tool in stub.bodies[0]["toolConfig"]["tools"]]
        return {spec["name"]: spec["inputSchema"]["json"] for spec in specs}

    def call(self, toolkit: SegmentToolkit, calls: Sequence[Call]) -> list[Outcome]:
        with Stub(calls) as stub:
            config = {"tools": toolkit.tools.get()}
            reply = client(stub).converse(modelId="m", messages=[ASKED], toolConfig=config)
            messages = [ASKED, reply["output"]["message"], *toolkit.provider.tool_messages("t", reply)]
            last = client(stub).converse(modelId="m", messages=messages, toolConfig=config)
        assert last["output"]["message"]["content"] == [{"text": "done"}]
        return outcomes(stub.answered)


def client(stub: Stub) -> Any:
    import boto3

    return boto3.client(
        "bedrock-runtime", region_name="us-east-1", endpoint_url=stub.url, aws_access_key_id="x",
        aws_secret_access_key="x",
    )  # fmt: skip


def outcomes(body: Mapping[str, Any]) -> list[Outcome]:
    """The results on the wire, all in the message that follows the calls."""
    _, turn, answer = body["messages"]
    results = [block["toolResult"] for block in answer["content"]]
    assert [each["toolUseId"] for each in results] == [block["toolUse"]["toolUseId"] for block in turn["content"]]
    return [
        Outcome(json.dumps(each["content"][0]["json"]), each["status"] == "error", each["toolUseId"])
        for each in results
    ]


ADAPTER = BedrockAdapter()
