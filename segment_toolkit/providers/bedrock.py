"""Amazon Bedrock converse. Needs no SDK.

Tools      {"toolSpec": {"name", "description", "inputSchema": {"json"}}}, for toolConfig={"tools": ...}
Calls      output.message.content[].toolUse: {toolUseId, name, input: object}
Results    all in one user message: {"toolResult": {"toolUseId", "content": [{"json": envelope}], "status"}}
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..call.toolcall import ToolCall
from ..errors import InvalidParams
from .base import Provider, decoded, member
from .blocks import BlockStream
from .shapes import as_object, cut_in, encodable, items, parameters, text_or_none

if TYPE_CHECKING:
    from ..definitions.definition import ToolDefinition
    from ..envelope import Envelope
    from .streaming import Accumulator


class BedrockProvider(Provider):
    """For `converse` and `converse_stream` of boto3's bedrock-runtime."""

    name = "bedrock"

    def wrap_tool(self, tool: ToolDefinition) -> dict[str, Any]:
        schema = {"json": parameters(tool)}
        return {"toolSpec": {"name": tool.slug, "description": tool.description, "inputSchema": schema}}

    def tool_calls(self, response: Any) -> list[ToolCall]:
        response = decoded(response)
        message = member(member(response, "output"), "message")
        content = member(response if message is None else message, "content")
        if content is None:
            raise InvalidParams("The reply has no output message.", hint="Pass the answer of converse, or its message.")
        uses = [member(block, "toolUse") for block in items(content, "content")]
        calls = [self.tool_call(use) for use in uses if use is not None]
        return cut_in(calls, member(response, "stopReason")) if uses and uses[-1] is not None else calls

    def tool_call(self, call: Any) -> ToolCall:
        return ToolCall(member(call, "name"), member(call, "input"), text_or_none(member(call, "toolUseId")))

    def message(self, envelope: Envelope) -> dict[str, Any]:
        return {"role": "user", "content": [_result(envelope)]}

    def messages(self, envelopes: Sequence[Envelope]) -> list[dict[str, Any]]:
        return [{"role": "user", "content": [_result(e) for e in envelopes]}] if envelopes else []

    def accumulator(self) -> Accumulator:
        return BedrockStream()


def _result(envelope: Envelope) -> dict[str, Any]:
    status = "success" if envelope.successful else "error"
    content = [{"json": as_object(envelope)}]
    return {"toolResult": {"toolUseId": envelope.tool_call_id or "", "content": content, "status": status}}


class BedrockStream(BlockStream):
    """Content blocks by index; a block of text is not announced."""

    def read(self, chunk: Any) -> None:
        self.reason = member(member(chunk, "messageStop"), "stopReason") or self.reason
        for kind in ("contentBlockStart", "contentBlockDelta", "contentBlockStop"):
            event = member(chunk, kind)
            index = member(event, "contentBlockIndex")
            if event is None:
                continue
            if kind == "contentBlockStart":
                self.begin(index, self.copy(member(event, "start")))
            elif kind == "contentBlockStop":
                self.stop(index)
            else:
                self._continue(index, member(event, "delta"))

    def _continue(self, index: Any, delta: Any) -> None:
        self.arguments(index, member(member(delta, "toolUse"), "input"))
        self.append(index, "text", member(delta, "text"))
        reasoning = member(delta, "reasoningContent")
        for name in ("text", "signature"):
            self.append(index, f"reasoning.{name}", member(reasoning, name))

    def block(self, begun: dict[str, Any], arguments: Any) -> dict[str, Any]:
        if isinstance(begun.get("toolUse"), dict):
            return {"toolUse": {**begun["toolUse"], "input": arguments}}
        thought = {name: begun[f"reasoning.{name}"] for name in ("text", "signature") if f"reasoning.{name}" in begun}
        return {"reasoningContent": {"reasoningText": thought}} if thought else begun

    def response(self) -> dict[str, Any]:
        return {"output": {"message": {"role": "assistant", "content": self.blocks()}}, "stopReason": self.reason}

    def turn(self) -> dict[str, Any]:
        return {"role": "assistant", "content": encodable(self.blocks(echoed=True))}
