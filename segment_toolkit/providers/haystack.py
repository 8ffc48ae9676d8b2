"""Haystack 3. `Agent(chat_generator=..., tools=toolkit.tools.get(user_id=...))`.

Tools      haystack.tools.Tool with our schema
Calls      keyword arguments, unchecked by Haystack
Results    the envelope as JSON text; a failed one comes as a tool message with `error=True`

An agent made with `raise_on_tool_invocation_failure=True` stops at a failed call, as its host asked. Haystack confirms
by a hook of the agent's, not by the tool: what may not be undone is left to the toolkit's `approve=`.
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


class HaystackProvider(AgenticProvider):
    """Tools for Haystack's agents and generators, sync and async."""

    name = "haystack"

    def wrap_tool(self, tool: ToolDefinition, runner: Runner) -> Any:
        def run(**arguments: Any) -> str:
            return _answer(tool.slug, as_text(envelope := runner.run(tool.slug, arguments)), runner.failed(envelope))

        async def arun(**arguments: Any) -> str:
            envelope = await runner.arun(tool.slug, arguments)
            return _answer(tool.slug, as_text(envelope), runner.failed(envelope))

        return _tool_class()(
            name=tool.slug,
            description=tool.description,
            parameters=allowed(tool.input_parameters),
            function=run,
            async_function=arun,
        )


def _answer(slug: str, text: str, failed: bool) -> str:
    if failed:
        raise sdk("haystack.tools.errors", extra="haystack").ToolInvocationError(text, tool_name=slug)
    return text


@cache
def _tool_class() -> Any:
    base: Any = sdk("haystack.tools", extra="haystack").Tool

    class SegmentTool(base):  # type: ignore[misc]
        """Haystack's own `invoke` puts the arguments, which may hold a write key, before the error it passes on."""

        def invoke(self, **arguments: Any) -> Any:
            return self.function(**arguments)

        async def invoke_async(self, **arguments: Any) -> Any:
            return await self.async_function(**arguments)

    return SegmentTool
