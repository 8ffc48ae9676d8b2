"""`toolkit.provider`: a provider together with the toolkit that runs its calls, sync and async."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .envelope import Envelope
from .errors import InvalidParams

if TYPE_CHECKING:
    from .definitions import ToolDefinition
    from .providers.base import Provider
    from .toolcall import ToolCall
    from .tools import AsyncTools, Tools


class _Bound:
    def __init__(self, provider: Provider) -> None:
        self.provider = provider

    @property
    def name(self) -> str:
        return self.provider.name

    def wrap_tool(self, tool: ToolDefinition) -> Any:
        """A tool in the vendor's format."""
        return self.provider.wrap_tool(tool)

    def wrap_tools(self, tools: Sequence[ToolDefinition]) -> Any:
        """Tools in the vendor's format."""
        return self.provider.wrap_tools(tools)

    def _calls(self, response: Any) -> list[ToolCall] | Envelope:
        """The calls of a reply, or the one failed envelope of a reply that is none: what a model sent never raises."""
        try:
            return self.provider.tool_calls(response)
        except InvalidParams as error:
            return Envelope.from_error(error)


class BoundProvider(_Bound):
    """Runs the tool calls of a reply, one after another in its order."""

    def __init__(self, provider: Provider, tools: Tools) -> None:
        super().__init__(provider)
        self._tools = tools

    def execute_tool_call(
        self, user_id: str | None = None, tool_call: Any = None, modifiers: Sequence[Any] | None = None
    ) -> Envelope:
        """Run one tool call of a reply. Never raises for what is in it."""
        return self._tools.run(self.provider.tool_call(tool_call), user_id=user_id, modifiers=modifiers)

    def handle_tool_calls(
        self, user_id: str | None = None, response: Any = None, modifiers: Sequence[Any] | None = None
    ) -> list[Envelope]:
        """One envelope for each tool call of a reply, in its order; [] when it has none.

        `response` is the SDK's object, a dict, or JSON text: a completion, or its assistant message.
        """
        calls = self._calls(response)
        if isinstance(calls, Envelope):
            return [calls]
        return [self._tools.run(call, user_id=user_id, modifiers=modifiers) for call in calls]

    def tool_messages(
        self, user_id: str | None = None, response: Any = None, modifiers: Sequence[Any] | None = None
    ) -> list[Any]:
        """`handle_tool_calls`, as messages ready to append to the conversation: one for each tool call id."""
        return [self.provider.message(e) for e in self.handle_tool_calls(user_id, response, modifiers)]


class AsyncBoundProvider(_Bound):
    """`BoundProvider`, awaiting."""

    def __init__(self, provider: Provider, tools: AsyncTools) -> None:
        super().__init__(provider)
        self._tools = tools

    async def execute_tool_call(
        self, user_id: str | None = None, tool_call: Any = None, modifiers: Sequence[Any] | None = None
    ) -> Envelope:
        return await self._tools.run(self.provider.tool_call(tool_call), user_id=user_id, modifiers=modifiers)

    async def handle_tool_calls(
        self, user_id: str | None = None, response: Any = None, modifiers: Sequence[Any] | None = None
    ) -> list[Envelope]:
        calls = self._calls(response)
        if isinstance(calls, Envelope):
            return [calls]
        return [await self._tools.run(call, user_id=user_id, modifiers=modifiers) for call in calls]

    async def tool_messages(
        self, user_id: str | None = None, response: Any = None, modifiers: Sequence[Any] | None = None
    ) -> list[Any]:
        return [self.provider.message(e) for e in await self.handle_tool_calls(user_id, response, modifiers)]
