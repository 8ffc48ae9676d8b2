"""Our tools for Composio's own provider classes, without Composio's cloud.

    from composio_langchain import LangchainProvider

    tools = composio_tools(toolkit, user_id="u1", toolkits=["SEGMENT"])
    objects = LangchainProvider().wrap_tools(tools, execute_tool=tools.execute)

    provider = OpenAIProvider()                        # those that read replies by themselves
    provider.set_execute_tool_fn(tools.execute)
    provider.handle_tool_calls(user_id="u1", response=completion)

Composio's classes read `slug`, `description` and `input_parameters` of a tool, and call `execute`. Nothing of Composio
is imported here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .tools import portable_copy

if TYPE_CHECKING:
    from .definitions.definition import ToolDefinition
    from .envelope import Envelope
    from .toolkit import SegmentToolkit


class ComposioTools(list["ToolDefinition"]):
    """Tools as Composio's classes read them, and what runs them."""

    def __init__(self, toolkit: SegmentToolkit, user_id: str | None, tools: Sequence[ToolDefinition]) -> None:
        super().__init__(portable_copy(tool) for tool in tools)
        self._toolkit = toolkit
        self._user_id = user_id

    def execute(
        self,
        slug: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        modifiers: Sequence[Any] | None = None,
        user_id: str | None = None,
        **composio_options: Any,
    ) -> Envelope:
        """Run one tool for `user_id`, or for whom the tools were got. Never raises for what a model or Segment did.

        `modifiers` are ours; further options of Composio's (a session, a version) mean nothing here.
        """
        del composio_options
        given = dict(arguments) if arguments is not None else None
        return self._toolkit.tools.execute(slug, given, user_id=user_id or self._user_id, modifiers=modifiers)


def composio_tools(toolkit: SegmentToolkit | None = None, user_id: str | None = None, **filters: Any) -> ComposioTools:
    """The toolkit's tools as objects that Composio's provider classes accept. `filters` are those of `tools.get`.

    Without a toolkit, one with the credentials of the environment.
    """
    if toolkit is None:
        from .toolkit import SegmentToolkit

        toolkit = SegmentToolkit()
    return ComposioTools(toolkit, user_id, toolkit.tools.get_raw_composio_tools(**filters))
