"""Anthropic messages. Needs no SDK.

Tools      {"name", "description", "input_schema"}
Calls      content[] of type "tool_use": {id, name, input: object}
Results    all in one user message: {"type": "tool_result", "tool_use_id", "content": JSON text, "is_error"}
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..call.toolcall import ToolCall
from ..errors import InvalidParams
from .base import Provider, as_text, decoded, member
from .blocks import BlockStream
from .shapes import cut_in, encodable, items, parameters, text_or_none

if TYPE_CHECKING:
    from ..definitions.definition import ToolDefinition
    from ..envelope import Envelope
    from .streaming import Accumulator


class AnthropicProvider(Provider):
    """`cache_tools=True` marks the last tool, so that Anthropic caches the list of them."""

    name = "anthropic"

    def __init__(self, *, cache_tools: bool = False) -> None:
        self.cache_tools = cache_tools

    def wrap_tool(self, tool: ToolDefinition) -> dict[str, Any]:
        return {"name": tool.slug, "description": tool.description, "input_schema": parameters(tool)}

    def wrap_tools(self, tools: Sequence[ToolDefinition]) -> list[dict[str, Any]]:
        wrapped = [self.wrap_tool(tool) for tool in tools]
        if wrapped and self.cache_tools:
            wrapped[-1]["cache_control"] = {"type": "ephemeral"}
        return wrapped

    def tool_calls(self, response: Any) -> list[ToolCall]:
        response = decoded(response)
        content = member(response, "content")
        if content is None:
            raise InvalidParams("The reply has no content.", hint="Pass a message.")
        blocks = [] if isinstance(content, str) else items(content, "content")
        calls = [self.tool_call(block) for block in blocks if member(block, "type") == "tool_use"]
        ends_in_call = bool(blocks) and member(blocks[-1], "type") == "tool_use"
        return cut_in(calls, member(response, "stop_reason")) if ends_in_call else calls

    def tool_call(self, call: Any) -> ToolCall:
        return ToolCall(member(call, "name"), member(call, "input"), text_or_none(member(call, "id")))

    def message(self, envelope: Envelope) -> dict[str, Any]:
        return {"role": "user", "content": [_result(envelope)]}

    def messages(self, envelopes: Sequence[Envelope]) -> list[dict[str, Any]]:
        # One message for all: a result that comes in a later one is refused as missing.
        return [{"role": "user", "content": [_result(e) for e in envelopes]}] if envelopes else []

    def accumulator(self) -> Accumulator:
        return AnthropicStream()


def _result(envelope: Envelope) -> dict[str, Any]:
    return {
        "type": "tool_result", "tool_use_id": envelope.tool_call_id or "", "content": as_text(envelope),
        "is_error": not envelope.successful,
    }  # fmt: skip


#: The kinds of delta that continue a block: kind -> the member of both.
_DELTAS = {"text_delta": "text", "thinking_delta": "thinking", "signature_delta": "signature"}


class AnthropicStream(BlockStream):
    """Content blocks by index: begun, continued by deltas, stopped."""

    def read(self, chunk: Any) -> None:
        kind, index = member(chunk, "type"), member(chunk, "index")
        if kind == "content_block_start":
            self.begin(index, self.copy(member(chunk, "content_block")))
        elif kind == "content_block_delta":
            delta = member(chunk, "delta")
            what = member(delta, "type")
            if what == "input_json_delta":
                self.arguments(index, member(delta, "partial_json"))
            elif what in _DELTAS:
                self.append(index, _DELTAS[what], member(delta, _DELTAS[what]))
        elif kind == "content_block_stop":
            self.stop(index)
        elif kind == "message_delta":
            self.reason = member(member(chunk, "delta"), "stop_reason")

    def block(self, begun: dict[str, Any], arguments: Any) -> dict[str, Any]:
        return {**begun, "input": arguments} if begun.get("type") == "tool_use" else begun

    def response(self) -> dict[str, Any]:
        return {"role": "assistant", "content": self.blocks(), "stop_reason": self.reason}

    def turn(self) -> dict[str, Any]:
        return {"role": "assistant", "content": encodable(self.blocks(echoed=True))}
