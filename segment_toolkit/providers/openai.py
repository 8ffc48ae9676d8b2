"""OpenAI chat completions, and everything that speaks their format. Needs no SDK.

Tools      {"type": "function", "function": {"name", "description", "parameters"}}; strict form: and "strict": true
Calls      choices[0].message.tool_calls[].function.{name, arguments: JSON text}
Results    {"role": "tool", "tool_call_id", "content": the envelope as JSON text}
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..call.toolcall import ToolCall
from ..definitions.strict import can_be_strict, loose, strict
from ..errors import InvalidParams
from .base import Provider, as_text, decoded, member
from .shapes import cut_in, echoed, encodable, first, items
from .streaming import Accumulator, unfinished

if TYPE_CHECKING:
    from ..definitions.definition import ToolDefinition
    from ..envelope import Envelope


class OpenAIProvider(Provider):
    """`strict=True` lets OpenAI guarantee valid arguments; free-form objects then arrive as JSON strings."""

    name = "openai"

    def __init__(self, *, strict: bool = False) -> None:
        self.strict = strict

    def wrap_tool(self, tool: ToolDefinition) -> dict[str, Any]:
        function: dict[str, Any] = {"name": tool.slug, "description": tool.description}
        if self.strict and can_be_strict(tool.input_parameters):
            function |= {"parameters": strict(tool.input_parameters), "strict": True}
        else:
            function["parameters"] = loose(tool.input_parameters)
        return {"type": "function", "function": function}

    def tool_calls(self, response: Any) -> list[ToolCall]:
        response = decoded(response)
        message = _message(response)
        calls = member(message, "tool_calls") or ()
        if not isinstance(calls, Sequence) or isinstance(calls, str):
            raise InvalidParams("tool_calls is not a list.")
        reason = member(first(member(response, "choices")), "finish_reason")
        return cut_in([self.tool_call(call) for call in calls], reason)

    def tool_call(self, call: Any) -> ToolCall:
        function = member(call, "function") or member(call, "custom")
        arguments = member(function, "arguments")
        call_id = member(call, "id")
        return ToolCall(member(function, "name"), arguments, call_id if isinstance(call_id, str) else None)

    def message(self, envelope: Envelope) -> dict[str, Any]:
        return {"role": "tool", "tool_call_id": envelope.tool_call_id or "", "content": as_text(envelope)}

    def accumulator(self) -> Accumulator:
        return ChatStream()


def _message(response: Any) -> Any:
    """The assistant message: of the first choice only, as other choices are alternatives, not further work."""
    choices = member(response, "choices")
    if isinstance(choices, Sequence) and choices and not isinstance(choices, str):
        message = member(choices[0], "message")
        if message is not None:
            return message
    elif member(response, "role") is not None or member(response, "tool_calls") is not None:
        return response
    raise InvalidParams("The reply has no choices.", hint="Pass a chat completion, or its assistant message.")


class ChatStream(Accumulator):
    """Calls by index: id and name once, arguments in pieces. The last chunk may have no choices."""

    def __init__(self) -> None:
        self._calls: list[dict[str, Any]] = []
        self._at: dict[Any, dict[str, Any]] = {}
        self._text = ""
        self._reason: Any = None

    def read(self, chunk: Any) -> None:
        choice = first(member(member(chunk, "data") or chunk, "choices"))  # Mistral wraps chunks in events
        if choice is None or member(choice, "index") not in (0, None):
            return
        delta = member(choice, "delta")
        if isinstance(text := member(delta, "content"), str):
            self._text += text
        for piece in items(member(delta, "tool_calls"), "tool_calls"):
            self._take(piece)
        self._reason = member(choice, "finish_reason") or self._reason

    def _take(self, piece: Any) -> None:
        index, call_id, function = member(piece, "index"), member(piece, "id"), member(piece, "function")
        call_id = None if call_id == "null" else call_id  # Mistral's SDK, where there is none
        call = self._at.get(index)
        # Some vendors give every call the same index: a second id is a second call.
        if call is None or (call_id and call["id"] and call_id != call["id"]):
            call = {"id": None, "type": "function", "function": {"name": None, "arguments": ""}}
            self._at[index] = call
            self._calls.append(call)
        call["id"] = call["id"] or (call_id if isinstance(call_id, str) else None)
        made = call["function"]
        made["name"] = made["name"] or member(function, "name")
        arguments = member(function, "arguments")
        if isinstance(arguments, str) and isinstance(made["arguments"], str):
            made["arguments"] += arguments
        elif arguments is not None:
            made["arguments"] = arguments  # whole, as an object

    def response(self) -> dict[str, Any]:
        calls = [_ended(call) for call in self._calls] if self._reason is None else self._calls
        return {"choices": [{"message": self._turn(calls), "finish_reason": self._reason}]}

    def turn(self) -> dict[str, Any]:
        calls = [_with(call, echoed(call["function"]["arguments"])) for call in self._calls]
        return encodable(self._turn(calls))  # type: ignore[no-any-return]

    def _turn(self, calls: list[dict[str, Any]]) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant", "content": self._text or None}
        if calls:
            message["tool_calls"] = [{**call, "function": dict(call["function"])} for call in calls]
        return message


def _ended(call: dict[str, Any]) -> dict[str, Any]:
    """A call of a stream that broke off."""
    arguments = call["function"]["arguments"]
    return _with(call, unfinished(arguments)) if isinstance(arguments, str) else call


def _with(call: dict[str, Any], arguments: str) -> dict[str, Any]:
    return {**call, "function": {**call["function"], "arguments": arguments}}
