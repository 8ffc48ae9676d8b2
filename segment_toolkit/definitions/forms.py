"""Every form in which a tool goes to a model, by name: one table for the token costs, the snapshots and the laws.

Agent frameworks are not in it: they take the loose schema and send it in one of these forms.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..providers.base import Provider
    from .definition import ToolDefinition

#: Form -> the provider's module, and whether it is the strict form.
_PROVIDERS = {
    "openai": ("openai", False),
    "openai-strict": ("openai", True),
    "openai-responses": ("openai_responses", False),
    "openai-responses-strict": ("openai_responses", True),
    "anthropic": ("anthropic", False),
    "gemini": ("gemini", False),
    "bedrock": ("bedrock", False),
    "mistral": ("mistral", False),
    "litellm": ("litellm", False),
}
FORMS = (*_PROVIDERS, "mcp")


def wrapper(form: str) -> Callable[[ToolDefinition], Any]:
    """What makes the JSON of one tool in that form. Raises KeyError for a form that is none."""
    return mcp_tool if form == "mcp" else _provider(form).wrap_tool


def listed(form: str, tools: Sequence[ToolDefinition]) -> Any:
    """Several tools as a request to the model, or an answer to `tools/list`, holds them."""
    return [mcp_tool(tool) for tool in tools] if form == "mcp" else _provider(form).wrap_tools(tools)


def mcp_tool(tool: ToolDefinition) -> dict[str, Any]:
    """One tool of MCP's `tools/list`, under its full slug. A host may show its model less: this is the most."""
    return {
        "name": tool.slug,
        "title": tool.name,
        "description": tool.description,
        "inputSchema": tool.input_parameters,
        "outputSchema": envelope_schema(tool.output_parameters),
        "annotations": tool.hints,
    }


def envelope_schema(data: dict[str, Any]) -> dict[str, Any]:
    """What `structuredContent` is: the envelope. Nothing in `data` is required: a failed call has some or none of it,
    and Segment may leave out what it documents, which a client that validates must not take for a broken server.
    """
    members = _optional(data)
    return {
        "type": "object",
        "properties": {
            "data": {**members, "description": "The tool's answer; of a failed call, what is known."},
            "error": {"type": ["string", "null"], "description": "What went wrong; null when successful."},
            "successful": {"type": "boolean", "description": "Whether the tool did what was asked."},
        },
        "required": ["data", "error", "successful"],
        "additionalProperties": False,
    }


def _optional(schema: Any) -> Any:
    """The schema with no member required, at any depth. No tool has a member that is called `required`."""
    if isinstance(schema, dict):
        return {key: _optional(value) for key, value in schema.items() if key != "required"}
    return [_optional(item) for item in schema] if isinstance(schema, list) else schema


def _provider(form: str) -> Provider:
    from ..providers import provider_class

    module, strict = _PROVIDERS[form]
    made: Any = provider_class(module)
    provider: Provider = made(strict=True) if strict else made()
    return provider
