"""LiteLLM, which speaks OpenAI chat completions to a hundred vendors. Needs no SDK.

As OpenAI chat completions, with schemas that survive LiteLLM's rewriting for every vendor behind it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .openai import OpenAIProvider
from .shapes import parameters

if TYPE_CHECKING:
    from ..definitions.definition import ToolDefinition


class LiteLLMProvider(OpenAIProvider):
    """For `litellm.completion` and `litellm.acompletion`, and for a LiteLLM proxy."""

    name = "litellm"

    def __init__(self) -> None:
        super().__init__()

    def wrap_tool(self, tool: ToolDefinition) -> dict[str, Any]:
        function = {"name": tool.slug, "description": tool.description, "parameters": parameters(tool)}
        return {"type": "function", "function": function}
