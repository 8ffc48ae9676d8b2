"""Pydantic AI: for `Agent(tools=...)`.

Tools      Tool.from_schema, with the schema as it is
Calls      the function with keyword arguments; the framework does
Results    the envelope as a JSON object; a failed one with outcome "failed" (ToolFailed), its content JSON text

`requires_approval=True` puts calls off that cannot be undone, or that the policy wants approved: the agent's
`output_type` must then list `DeferredToolRequests`; what the host approves in `DeferredToolResults` runs. Off by
default because an agent without that type raises; `approve=...` of the toolkit alone decides then.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .base import AgenticProvider, as_text
from .runner import Runner, sdk
from .shapes import metadata, parameters

if TYPE_CHECKING:
    from ..definitions.definition import ToolDefinition


class PydanticAIProvider(AgenticProvider):
    """`tools.get(...)` returns Pydantic AI's `Tool`s."""

    name = "pydantic_ai"

    def __init__(self, *, requires_approval: bool = False) -> None:
        self.requires_approval = requires_approval

    def wrap_tool(self, tool: ToolDefinition, runner: Runner) -> Any:
        framework = sdk("pydantic_ai", extra="pydantic-ai")

        async def run(context: Any, /, **arguments: Any) -> dict[str, Any]:
            envelope = await runner.arun(
                tool.slug, arguments, tool_call_id=context.tool_call_id, approved=context.tool_call_approved
            )
            if runner.failed(envelope):
                raise framework.ToolFailed(as_text(envelope))
            return dict(envelope)

        schema = _free_objects_said(parameters(tool))
        made = framework.Tool.from_schema(run, tool.slug, tool.description, schema, takes_ctx=True)
        made.function_schema.validator = _any_object()
        made.requires_approval = self.requires_approval and tool.needs_approval
        made.metadata = metadata(tool)
        return made


def _any_object() -> Any:
    """Takes every JSON object, and the toolkit judges it; for what is none the framework asks the model again.

    The validator of `from_schema` takes any JSON, and a list or null then ends the whole run.
    """
    from pydantic_core import SchemaValidator, core_schema

    return SchemaValidator(core_schema.dict_schema(core_schema.str_schema()))


def _free_objects_said(schema: Mapping[str, Any]) -> dict[str, Any]:
    """With `additionalProperties: true` on free-form objects: those that do not say it reach OpenAI closed."""
    form = dict(schema)
    if form.get("type") == "object" and "properties" not in form:
        form["additionalProperties"] = True
    if "properties" in form:
        form["properties"] = {name: _free_objects_said(member) for name, member in form["properties"].items()}
    if "items" in form:
        form["items"] = _free_objects_said(form["items"])
    return form
