"""CrewAI. `Agent(role=..., tools=toolkit.tools.get(user_id=...))`.

Tools      crewai.tools.BaseTool, whose arguments have the strict form of our schema (`definitions.strict`)
Calls      keyword arguments; free-form objects arrive as JSON strings and absent options as null: both are read back
Results    the envelope as JSON text; a failed one as `ToolFailure`, on crewai 1.15.9 and later

CrewAI sends `strict: true` whatever a tool says and closes free-form objects, so that a model could send no
properties: hence the strict form. The model sees the names in lower case. CrewAI remembers a tool's results and would
not send an event again, so that is off. It has no confirmation of a tool's own: the toolkit's `approve=` decides.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from ..definitions.allowed import allowed
from ..definitions.strict import strict
from .base import AgenticProvider, as_text
from .runner import sdk

if TYPE_CHECKING:
    from ..definitions.definition import ToolDefinition
    from ..envelope import Envelope
    from .runner import Runner


class CrewAIProvider(AgenticProvider):
    """Tools for CrewAI's agents and flows, sync and async."""

    name = "crewai"

    def wrap_tool(self, tool: ToolDefinition, runner: Runner) -> Any:
        made = _tool_class()(
            name=tool.slug,
            description=tool.description,
            args_schema=_arguments_model(tool.slug, strict(allowed(tool.input_parameters))),
            cache_function=never_cached,
        )
        made._runner = runner
        return made


def never_cached(_arguments: Any = None, _result: Any = None) -> bool:
    """Two equal calls are two events."""
    return False


@cache
def _tool_class() -> Any:
    tools = sdk("crewai.tools", extra="crewai")
    base: Any = tools.BaseTool
    failure: Any = getattr(tools, "ToolFailure", None)

    def answer(envelope: Envelope) -> Any:
        if envelope.failure is None or failure is None:
            return as_text(envelope)
        return failure(message=as_text(envelope), retryable=envelope.failure.retryable)

    class SegmentTool(base):  # type: ignore[misc]
        _runner: Any = None

        def _run(self, **arguments: Any) -> Any:
            return answer(self._runner.run(self.name, arguments))

        async def _arun(self, **arguments: Any) -> Any:
            return answer(await self._runner.arun(self.name, arguments))

    return SegmentTool


def _arguments_model(slug: str, schema: dict[str, Any]) -> Any:
    """A model that shows `schema` and takes any arguments: the toolkit checks them, and says better what is wrong."""
    from pydantic import BaseModel, ConfigDict

    def shown(_cls: Any, _core: Any, _handler: Any) -> dict[str, Any]:
        return schema

    members = {"model_config": ConfigDict(extra="allow"), "__get_pydantic_json_schema__": classmethod(shown)}
    return type(f"{slug.title().replace('_', '')}Arguments", (BaseModel,), {"__module__": __name__, **members})
