"""Microsoft Agent Framework. `Agent(client=..., tools=toolkit.tools.get(user_id=...))`.

Tools      agent_framework.FunctionTool with our schema; approval_mode="always_require" for those that need an approval
Calls      keyword arguments; checked by the toolkit, as the framework would not tell the model what is wrong
Results    the envelope as JSON text

A raised error would reach the model as "Function failed." and no more, so a failed envelope is returned like any
other; `additional_properties["successful"]` of its content is false.

A run that meets such a tool (it cannot be undone, or the policy wants it approved) ends with `user_input_requests`. The
framework hands the tool no proof that somebody approved, so the toolkit's `approve=` is asked all the same. With
`requires_approval=False` it alone decides.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from ..definitions.allowed import allowed
from .base import AgenticProvider, as_text
from .runner import sdk

if TYPE_CHECKING:
    from ..definitions.definition import ToolDefinition
    from .runner import Runner


class AgentFrameworkProvider(AgenticProvider):
    """Tools for Agent Framework's agents, which are async."""

    name = "agent_framework"

    def __init__(self, *, requires_approval: bool = True) -> None:
        self.requires_approval = requires_approval

    def wrap_tool(self, tool: ToolDefinition, runner: Runner) -> Any:
        asks = self.requires_approval and tool.needs_approval
        content: Any = sdk("agent_framework", extra="agent-framework").Content

        async def run(**arguments: Any) -> Any:
            envelope = await runner.arun(tool.slug, arguments)
            told = {"successful": not runner.failed(envelope)}
            return content.from_text(as_text(envelope), additional_properties=told)

        return _tool_class()(
            name=tool.slug,
            description=tool.description,
            func=run,
            input_model=allowed(tool.input_parameters),
            approval_mode="always_require" if asks else "never_require",
        )


@cache
def _tool_class() -> Any:
    base: Any = sdk("agent_framework", extra="agent-framework").FunctionTool

    class SegmentTool(base):  # type: ignore[misc]
        def _prepare_arguments(self, arguments: Any) -> dict[str, Any]:
            return dict(arguments or {})

    return SegmentTool
