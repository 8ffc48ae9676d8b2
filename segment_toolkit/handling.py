"""`toolkit.provider`: a provider together with the toolkit that runs its calls, sync and async."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .call.toolcall import repetitions_marked
from .envelope import Envelope
from .errors import InvalidParams
from .providers.base import AnyProvider, Provider
from .tools import portable_copy

if TYPE_CHECKING:
    from .call.toolcall import ToolCall
    from .definitions.definition import ToolDefinition
    from .providers.streaming import Accumulator
    from .tools import AsyncTools, Tools


class _Bound:
    def __init__(self, provider: AnyProvider, tools: Tools | AsyncTools) -> None:
        self.provider = provider
        self._catalogue = tools

    @property
    def name(self) -> str:
        return self.provider.name

    def wrap_tool(self, tool: ToolDefinition, user_id: str | None = None) -> Any:
        """A tool in the vendor's format; an agent framework's runs for `user_id`."""
        if isinstance(self.provider, Provider):
            return self.provider.wrap_tool(tool)
        return self.provider.wrap_tool(portable_copy(tool), self._catalogue.runner(user_id))

    def wrap_tools(self, tools: Sequence[ToolDefinition], user_id: str | None = None) -> Any:
        """Tools in the vendor's format; an agent framework's run for `user_id`."""
        return self._catalogue.wrapped(tools, user_id)

    @property
    def _translator(self) -> Provider:
        """The provider, if there are replies to read. Raises TypeError for that of an agent framework."""
        if not isinstance(self.provider, Provider):
            raise TypeError(f"{self.name} calls its tools by itself: give it those of tools.get(), and run its agent")
        return self.provider

    def accumulator(self) -> Accumulator:
        """A collector of one streamed reply: `add` its chunks, then handle its `response()`."""
        return self._translator.accumulator()

    def _calls(self, response: Any, session: None) -> list[ToolCall]:
        if session is not None:
            raise TypeError("sessions are Composio's cloud's; give user_id")
        return repetitions_marked(self._translator.tool_calls(response))


def _check_order(user_id: object, given: object, name: str) -> None:
    """The host's mistake that answers nothing and says nothing: the reply in the place of the user's id."""
    if given is None and not isinstance(user_id, str | None):
        raise TypeError(f"the user's id comes first, and it is text: give user_id=..., {name}=...")


class BoundProvider(_Bound):
    """Runs the tool calls of a reply: together where that changes nothing, answered in its order."""

    def __init__(self, provider: AnyProvider, tools: Tools) -> None:
        super().__init__(provider, tools)
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
        _check_order(user_id, tool_call, "tool_call")
        return self._tools.run(self._translator.tool_call(tool_call), user_id=user_id, modifiers=modifiers)

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
        _check_order(user_id, response, "response")
        try:
            calls = self._calls(response, session)
        except InvalidParams as error:
            return [Envelope.from_error(error)]
        return self._tools.run_all(calls, user_id=user_id, modifiers=modifiers)

    def tool_messages(
        self,
        user_id: str | None = None,
        response: Any = None,
        modifiers: Sequence[Any] | None = None,
        *,
        session: None = None,
    ) -> list[Any]:
        """`handle_tool_calls`, as messages ready to append to the conversation: in the vendor's number and shape."""
        _check_order(user_id, response, "response")
        try:
            calls = self._calls(response, session)
        except InvalidParams:
            return []  # there is no call that a message could answer; handle_tool_calls says what is wrong
        return self._translator.messages(self._tools.run_all(calls, user_id=user_id, modifiers=modifiers))


class AsyncBoundProvider(_Bound):
    """`BoundProvider`, awaiting."""

    def __init__(self, provider: AnyProvider, tools: AsyncTools) -> None:
        super().__init__(provider, tools)
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
        _check_order(user_id, tool_call, "tool_call")
        return await self._tools.run(self._translator.tool_call(tool_call), user_id=user_id, modifiers=modifiers)

    async def handle_tool_calls(
        self,
        user_id: str | None = None,
        response: Any = None,
        modifiers: Sequence[Any] | None = None,
        *,
        session: None = None,
    ) -> list[Envelope]:
        _check_order(user_id, response, "response")
        try:
            calls = self._calls(response, session)
        except InvalidParams as error:
            return [Envelope.from_error(error)]
        return await self._tools.run_all(calls, user_id=user_id, modifiers=modifiers)

    async def tool_messages(
        self,
        user_id: str | None = None,
        response: Any = None,
        modifiers: Sequence[Any] | None = None,
        *,
        session: None = None,
    ) -> list[Any]:
        _check_order(user_id, response, "response")
        try:
            calls = self._calls(response, session)
        except InvalidParams:
            return []
        return self._translator.messages(await self._tools.run_all(calls, user_id=user_id, modifiers=modifiers))
