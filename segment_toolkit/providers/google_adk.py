"""Google's Agent Development Kit: for `Agent(tools=...)`.

Tools      BaseTool, its declaration with `parameters_json_schema` (the typed `parameters` loses JSON Schema)
Calls      await run_async(args=..., tool_context=...); the framework does
Results    the envelope as the function response: `error` is text exactly if the call failed

A call that cannot be undone, or that the policy wants approved, asks for ADK's tool confirmation and waits; what the
user confirms runs. With `require_confirmation=False` nothing is asked, and `approve=...` of the toolkit alone decides.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from ..envelope import Envelope
from ..errors import NotPermitted
from .base import AgenticProvider
from .runner import Runner, sdk
from .shapes import metadata, parameters

if TYPE_CHECKING:
    from ..definitions.definition import ToolDefinition


class GoogleADKProvider(AgenticProvider):
    """`tools.get(...)` returns tools for ADK's agents."""

    name = "google_adk"

    def __init__(self, *, require_confirmation: bool = True) -> None:
        self.require_confirmation = require_confirmation

    def wrap_tool(self, tool: ToolDefinition, runner: Runner) -> Any:
        return _tool_class()(tool, runner, self.require_confirmation and tool.needs_approval)


@cache
def _tool_class() -> Any:
    base = sdk("google.adk.tools.base_tool", extra="google-adk").BaseTool
    types = sdk("google.genai.types", extra="google-adk")

    class SegmentTool(base):  # type: ignore[misc, valid-type]
        """One of the toolkit's tools; `asks` if ADK is to have its calls confirmed."""

        def __init__(self, tool: ToolDefinition, runner: Runner, asks: bool) -> None:
            super().__init__(name=tool.slug, description=tool.description, custom_metadata=metadata(tool))
            self._why = "cannot be undone" if tool.effect == "destructive" else "needs your approval"
            self._schema = parameters(tool)
            self._runner = runner
            self._asks = asks

        def _get_declaration(self) -> Any:
            return types.FunctionDeclaration(
                name=self.name, description=self.description, parameters_json_schema=self._schema
            )

        async def check_require_confirmation(self, args: Any, tool_context: Any) -> bool:
            del args, tool_context
            return self._asks

        async def run_async(self, *, args: Any, tool_context: Any) -> dict[str, Any]:
            answer = tool_context.tool_confirmation if self._asks else None
            if self._asks and answer is None:
                tool_context.request_confirmation(hint=f"{self.name} {self._why}. May it run?")
                tool_context.actions.skip_summarization = True
                return dict(_refused("This call waits for the user's confirmation; nothing was done."))
            if answer is not None and answer.confirmed is not True:
                return dict(_refused(f"The user did not confirm {self.name}; nothing was done."))
            return dict(
                await self._runner.arun(
                    self.name, args, tool_call_id=tool_context.function_call_id, approved=answer is not None
                )
            )

    return SegmentTool


def _refused(message: str) -> Envelope:
    return Envelope.from_error(NotPermitted(message, hint="Do not try again; ask the user."))
