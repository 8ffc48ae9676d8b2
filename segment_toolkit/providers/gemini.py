"""Google GenAI (Gemini). Needs no SDK.

Tools      [{"function_declarations": [{"name", "description", "parameters_json_schema"}]}], for config={"tools": ...}
Calls      candidates[0].content.parts[].function_call: {id?, name, args: object}
Results    all in one user turn: parts[].function_response: {id?, name, response: the envelope}

The typed `parameters` would be the other way to say a schema; it knows fewer words. Turn the SDK's own calling of
functions off only if you give it functions too: it does not call declarations. Append the model's content to the
conversation as it came: its parts carry signatures that Gemini wants back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..call.toolcall import ToolCall
from ..errors import InvalidParams
from .base import Provider, decoded, member
from .shapes import as_object, cut_in, either, encodable, first, items, parameters, text_or_none
from .streaming import Accumulator

if TYPE_CHECKING:
    from ..definitions.definition import ToolDefinition
    from ..envelope import Envelope


class GeminiProvider(Provider):
    """For `generate_content` of the google-genai SDK, and for the REST API, whose names are in camelCase."""

    name = "gemini"

    def wrap_tool(self, tool: ToolDefinition) -> dict[str, Any]:
        return {"function_declarations": [_declaration(tool)]}

    def wrap_tools(self, tools: Sequence[ToolDefinition]) -> list[dict[str, Any]]:
        return [{"function_declarations": [_declaration(tool) for tool in tools]}] if tools else []

    def tool_calls(self, response: Any) -> list[ToolCall]:
        response = decoded(response)
        candidate = first(member(response, "candidates"))
        content = member(candidate, "content")
        parts = member(response if content is None else content, "parts")
        if parts is None and content is None and member(response, "candidates") is None:
            if either(response, "prompt_feedback", "promptFeedback") is not None:
                return []  # the prompt was blocked
            raise InvalidParams("The reply has no candidates.", hint="Pass a response, or the content of its first.")
        calls = [either(part, "function_call", "functionCall") for part in items(parts, "parts")]
        made = [self.tool_call(call) for call in calls if call is not None]
        reason = either(candidate, "finish_reason", "finishReason")
        return cut_in(made, reason) if calls and calls[-1] is not None else made

    def tool_call(self, call: Any) -> ToolCall:
        return ToolCall(member(call, "name"), member(call, "args"), text_or_none(member(call, "id")))

    def message(self, envelope: Envelope) -> dict[str, Any]:
        return {"role": "user", "parts": [_part(envelope)]}

    def messages(self, envelopes: Sequence[Envelope]) -> list[dict[str, Any]]:
        return [{"role": "user", "parts": [_part(envelope) for envelope in envelopes]}] if envelopes else []

    def accumulator(self) -> Accumulator:
        return GeminiStream()


def _declaration(tool: ToolDefinition) -> dict[str, Any]:
    return {"name": tool.slug, "description": tool.description, "parameters_json_schema": parameters(tool)}


def _part(envelope: Envelope) -> dict[str, Any]:
    """Joined to its call by id and by name; an id is not always there."""
    named: dict[str, Any] = {"name": envelope.called, "response": as_object(envelope)}
    if envelope.tool_call_id is not None:
        named["id"] = envelope.tool_call_id
    return {"function_response": named}


class GeminiStream(Accumulator):
    """Whole parts, a few a chunk; text alone comes in pieces."""

    def __init__(self) -> None:
        self._parts: list[Any] = []
        self._reason: Any = None

    def read(self, chunk: Any) -> None:
        candidate = first(member(chunk, "candidates"))
        self._reason = either(candidate, "finish_reason", "finishReason") or self._reason
        for part in items(member(member(candidate, "content"), "parts"), "parts"):
            self._take(part)

    def _take(self, part: Any) -> None:
        if self._parts and _is_text(part) and _is_text(self._parts[-1]):
            self._parts[-1] = {"text": self._parts[-1]["text"] + part["text"]}
        else:
            self._parts.append(part)

    def response(self) -> dict[str, Any]:
        turn = {"role": "model", "parts": list(self._parts)}
        return {"candidates": [{"content": turn, "finish_reason": self._reason}]}

    def turn(self) -> dict[str, Any]:
        return {"role": "model", "parts": encodable(self._parts)}


def _is_text(part: Any) -> bool:
    return isinstance(part, dict) and part.keys() == {"text"} and isinstance(part["text"], str)
