"""Agno. `Agent(tools=toolkit.tools.get(user_id=...))`.

Tools      agno.tools.function.Function with our schema, used as it is; those that need an approval ask for confirmation
Calls      keyword arguments, unchecked by Agno
Results    the envelope as JSON text; a failed one also sets `tool_call_error` of the message

A run that meets such a tool (it cannot be undone, or the policy wants it approved) pauses: confirm or reject
`run.active_requirements`, then `continue_run`. Agno hands the tool no proof that somebody confirmed, so the toolkit's
`approve=` is asked all the same. With `requires_confirmation=False` nothing pauses, and `approve=` alone decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..definitions.allowed import allowed
from .base import AgenticProvider, as_text
from .runner import sdk

if TYPE_CHECKING:
    from ..definitions.definition import ToolDefinition
    from ..envelope import Envelope
    from .runner import Runner


class AgnoProvider(AgenticProvider):
    """The same tools serve `agent.run` and `agent.arun`, which runs them in threads, several at once."""

    name = "agno"

    def __init__(self, *, requires_confirmation: bool = True) -> None:
        self.requires_confirmation = requires_confirmation

    def wrap_tool(self, tool: ToolDefinition, runner: Runner) -> Any:
        functions = sdk("agno.tools.function", extra="agno")
        told = sdk("agno.exceptions", extra="agno").AgentRunException

        def answer(envelope: Envelope) -> str:
            if runner.failed(envelope):
                # Any other exception makes Agno log the arguments, which may hold a write key, with a traceback.
                raise told(as_text(envelope))
            return as_text(envelope)

        def run(**arguments: Any) -> str:
            return answer(runner.run(tool.slug, arguments))

        return functions.Function(
            name=tool.slug,
            description=tool.description,
            parameters=allowed(tool.input_parameters),
            entrypoint=run,
            skip_entrypoint_processing=True,
            requires_confirmation=(self.requires_confirmation and tool.needs_approval) or None,
        )
