"""OpenAI responses. Needs no SDK.

Tools      {"type": "function", "name", "description", "parameters", "strict": false}
Calls      output[] of type "function_call": {call_id, name, arguments: JSON text}
Results    {"type": "function_call_output", "call_id", "output": the envelope as JSON text}
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..call.toolcall import ToolCall
from ..definitions.strict import can_be_strict, loose, strict
from ..errors import InvalidParams
from .base import Provider, as_text, decoded, member
from .shapes import cut_off, encodable, items, text_or_none
from .streaming import Accumulator, unfinished

if TYPE_CHECKING:
    from ..definitions.definition import ToolDefinition
    from ..envelope import Envelope


class OpenAIResponsesProvider(Provider):
    """`strict=True` lets OpenAI guarantee valid arguments; free-form objects then arrive as JSON strings."""

    name = "openai_responses"

    def __init__(self, *, strict: bool = False) -> None:
        self.strict = strict

    def wrap_tool(self, tool: ToolDefinition) -> dict[str, Any]:
        # Here a `strict` left out means "make it strict if you can", which closes free-form objects.
        closed = self.strict and can_be_strict(tool.input_parameters)
        form = strict(tool.input_parameters) if closed else loose(tool.input_parameters)
        named = {"type": "function", "name": tool.slug, "description": tool.description}
        return {**named, "parameters": form, "strict": closed}

    def tool_calls(self, response: Any) -> list[ToolCall]:
        response = decoded(response)
        output = member(response, "output")
        if output is None and isinstance(response, Sequence) and not isinstance(response, str | bytes):
            output = response
        if output is None:
            raise InvalidParams("The reply has no output.", hint="Pass a response, or its output.")
        calls = [item for item in items(output, "output") if member(item, "type") == "function_call"]
        return [self.tool_call(call) for call in calls]

    def tool_call(self, call: Any) -> ToolCall:
        cut = cut_off(member(call, "status"))
        return ToolCall(member(call, "name"), member(call, "arguments"), text_or_none(member(call, "call_id")), cut)

    def message(self, envelope: Envelope) -> dict[str, Any]:
        return {
            "type": "function_call_output", "call_id": envelope.tool_call_id or "", "output": as_text(envelope),
        }  # fmt: skip

    def accumulator(self) -> Accumulator:
        return ResponsesStream()


class ResponsesStream(Accumulator):
    """Output items by index: begun, their arguments in pieces, done; at the end the whole response again."""

    def __init__(self) -> None:
        self._items: dict[Any, dict[str, Any]] = {}
        self._done: set[Any] = set()

    def read(self, chunk: Any) -> None:
        kind, at = member(chunk, "type"), member(chunk, "output_index")
        if kind in ("response.completed", "response.incomplete"):
            for index, item in enumerate(items(member(member(chunk, "response"), "output"), "output")):
                if index not in self._done and member(item, "status") != "incomplete":
                    self._finish(index, item)
        elif kind == "response.output_item.added":
            self._items[at] = self.copy(member(chunk, "item"))
        elif kind == "response.output_item.done":
            self._finish(at, member(chunk, "item"))
        elif kind == "response.function_call_arguments.delta" and at in self._items:
            self._items[at]["arguments"] = f"{self._items[at].get('arguments') or ''}{member(chunk, 'delta')}"

    def _finish(self, index: Any, item: Any) -> None:
        self._items[index] = self.copy(item)
        self._done.add(index)

    def response(self) -> dict[str, Any]:
        return {"output": [self._whole(index) for index in self._order()]}

    def turn(self) -> list[dict[str, Any]]:
        return [encodable(self._items[index]) for index in self._order()]

    def _order(self) -> list[Any]:
        return sorted(self._items, key=lambda index: index if isinstance(index, int) else len(self._items))

    def _whole(self, index: Any) -> dict[str, Any]:
        item = self._items[index]
        if index in self._done or item.get("type") != "function_call":
            return dict(item)
        return {**item, "arguments": unfinished(item.get("arguments"))}
