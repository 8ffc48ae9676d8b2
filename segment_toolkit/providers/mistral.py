"""Mistral chat completions. Needs no SDK.

As OpenAI chat completions, but that arguments may be an object, and that a result names its tool.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .openai import OpenAIProvider
from .shapes import parameters

if TYPE_CHECKING:
    from ..definitions.definition import ToolDefinition
    from ..envelope import Envelope


class MistralProvider(OpenAIProvider):
    """For `chat.complete` and `chat.stream` of the mistralai SDK."""

    name = "mistral"

    def __init__(self) -> None:
        super().__init__()

    def wrap_tool(self, tool: ToolDefinition) -> dict[str, Any]:
        function = {"name": tool.slug, "description": tool.description, "parameters": parameters(tool)}
        return {"type": "function", "function": function}

    def message(self, envelope: Envelope) -> dict[str, Any]:
        return super().message(envelope) | {"name": envelope.called}
