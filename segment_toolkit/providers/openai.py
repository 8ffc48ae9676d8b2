"""OpenAI chat completions, and everything that speaks their format. Needs no SDK.

Tools      {"type": "function", "function": {"name", "description", "parameters"}}; strict form: and "strict": true
Calls      choices[0].message.tool_calls[].function.{name, arguments: JSON text}
Results    {"role": "tool", "tool_call_id", "content": the envelope as JSON text}
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..errors import InvalidParams
from ..strict import can_be_strict, loose, strict
from ..toolcall import ToolCall
from .base import Provider, as_text, decoded, member

if TYPE_CHECKING:
    from ..definitions import ToolDefinition
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
        message = _message(decoded(response))
        calls = member(message, "tool_calls") or ()
        if not isinstance(calls, Sequence) or isinstance(calls, str):
            raise InvalidParams("tool_calls is not a list.")
        return [self.tool_call(call) for call in calls]

    def tool_call(self, call: Any) -> ToolCall:
        function = member(call, "function") or member(call, "custom")
        arguments = member(function, "arguments")
        call_id = member(call, "id")
        return ToolCall(member(function, "name"), arguments, call_id if isinstance(call_id, str) else None)

    def message(self, envelope: Envelope) -> dict[str, Any]:
        return {"role": "tool", "tool_call_id": envelope.tool_call_id or "", "content": as_text(envelope)}


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
