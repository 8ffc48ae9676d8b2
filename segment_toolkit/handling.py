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

    def _calls(self, response: Any, session: None) -> list[ToolCall]:
        if session is not None:
            raise TypeError("sessions are Composio's cloud's; give user_id")
        return self.provider.tool_calls(response)


class BoundProvider(_Bound):
    """Runs the tool calls of a reply, one after another in its order."""

    def __init__(self, provider: Provider, tools: Tools) -> None:
        super().__init__(provider)
        self._tools = tools

    def execute_tool_call(
        self,
        user_id: str | None = None,
        tool_call: Any = None,
        modifiers: Sequence[Any] | None = None,
        *,
        session: None = None,
    ) -> Envelope:
        """Run one tool call of a reply. Never raises for what is in it."""
        del session
        return self._tools.run(self.provider.tool_call(tool_call), user_id=user_id, modifiers=modifiers)

    def handle_tool_calls(
        self,
        user_id: str | None = None,
        response: Any = None,
        modifiers: Sequence[Any] | None = None,
        *,
        session: None = None,
    ) -> list[Envelope]:
        """One envelope for each tool call of a reply, in its order; [] when it has none.

        `response` is the SDK's object, a dict, or JSON text: a completion, or its assistant message. What is none of
        these gives one failed envelope: what a model sent never raises.
        """
        try:
            calls = self._calls(response, session)
        except InvalidParams as error:
            return [Envelope.from_error(error)]
        return [self._tools.run(call, user_id=user_id, modifiers=modifiers) for call in calls]

    def tool_messages(
        self,
        user_id: str | None = None,
        response: Any = None,
        modifiers: Sequence[Any] | None = None,
        *,
        session: None = None,
    ) -> list[Any]:
        """`handle_tool_calls`, as messages ready to append to the conversation: one for each tool call, no others."""
        try:
            calls = self._calls(response, session)
        except InvalidParams:
            return []  # there is no call that a message could answer; handle_tool_calls says what is wrong
        return [self.provider.message(self._tools.run(c, user_id=user_id, modifiers=modifiers)) for c in calls]


class AsyncBoundProvider(_Bound):
    """`BoundProvider`, awaiting."""

    def __init__(self, provider: Provider, tools: AsyncTools) -> None:
        super().__init__(provider)
        self._tools = tools

    async def execute_tool_call(
        self,
        user_id: str | None = None,
        tool_call: Any = None,
        modifiers: Sequence[Any] | None = None,
        *,
        session: None = None,
    ) -> Envelope:
        del session
        return await self._tools.run(self.provider.tool_call(tool_call), user_id=user_id, modifiers=modifiers)

    async def handle_tool_calls(
        self,
        user_id: str | None = None,
        response: Any = None,
        modifiers: Sequence[Any] | None = None,
        *,
        session: None = None,
    ) -> list[Envelope]:
        try:
            calls = self._calls(response, session)
        except InvalidParams as error:
            return [Envelope.from_error(error)]
        return [await self._tools.run(call, user_id=user_id, modifiers=modifiers) for call in calls]

    async def tool_messages(
        self,
        user_id: str | None = None,
        response: Any = None,
        modifiers: Sequence[Any] | None = None,
        *,
        session: None = None,
    ) -> list[Any]:
        try:
            calls = self._calls(response, session)
        except InvalidParams:
            return []
        return [self.provider.message(await self._tools.run(c, user_id=user_id, modifiers=modifiers)) for c in calls]
