"""OpenAI Agents SDK: for `Agent(tools=...)`.

Tools      FunctionTool, not strict (strict would close free-form objects); needs_approval for those that need one
Calls      on_invoke_tool(context, arguments as JSON text); the framework does
Results    the envelope as JSON text: the framework knows no error flag

A call that cannot be undone, or that the policy wants approved, interrupts the run: show `result.interruptions`,
`state.approve(item)`, run again. That approval is the host's. With `needs_approval=False` nothing interrupts, and
`approve=...` of the toolkit alone decides.

A call of a tool that does not exist ends the run with ModelBehaviorError, and what ran before it is lost to the host:
`Runner.run(..., run_config=RunConfig(tool_not_found_behavior="return_error_to_model"))` lets the model mend it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .base import AgenticProvider, as_text
from .runner import Runner, sdk
from .shapes import parameters

if TYPE_CHECKING:
    from ..definitions.definition import ToolDefinition


class OpenAIAgentsProvider(AgenticProvider):
    """`tools.get(...)` returns the Agents SDK's `FunctionTool`s."""

    name = "openai_agents"

    def __init__(self, *, needs_approval: bool = True) -> None:
        self.needs_approval = needs_approval

    def wrap_tool(self, tool: ToolDefinition, runner: Runner) -> Any:
        framework = sdk("agents", extra="openai-agents")
        asks = self.needs_approval and tool.needs_approval

        async def invoke(context: Any, arguments: str) -> str:
            call_id = context.tool_call_id
            approved = asks and context.is_tool_approved(tool.slug, call_id) is True
            return as_text(await runner.arun(tool.slug, arguments, tool_call_id=call_id, approved=approved))

        return framework.FunctionTool(
            name=tool.slug,
            description=tool.description,
            params_json_schema=parameters(tool),
            on_invoke_tool=invoke,
            strict_json_schema=False,
            needs_approval=asks,
        )
