"""The server: the toolkit's tools, resources, prompts and completions on the SDK's low-level `Server`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mcp_types as types
from mcp.server import Server
from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity

from .._version import __version__
from .calls import Caller
from .catalogue import Catalogue
from .completions import Completions
from .prompts import Prompts
from .recent import RecentCalls
from .resources import Resources
from .settings import Settings
from .workspace import WorkspaceReader

if TYPE_CHECKING:
    from ..toolkit import AsyncSegmentToolkit

NAME = "segment"
_INSTRUCTIONS = """\
Tools of Twilio Segment. Every answer is {"data", "error", "successful"}; an error says what would be right.
An accepted event is queued, not delivered. What cannot be undone needs the user's own approval.
The resource segment://workspace has the ids of sources and destinations; segment://limits the limits."""


def create_server(toolkit: AsyncSegmentToolkit, settings: Settings | None = None) -> Server[Any]:
    """The server of a toolkit, ready to run on any transport. The toolkit stays yours to close.

    Make the toolkit with `approve=ask_client` to have the person at the client asked before a destructive tool runs;
    with an `approve` of your own, that one decides. Raises InvalidParams for settings that name no tool.
    """
    settings = settings or Settings()
    catalogue = Catalogue(toolkit.tools.registry, settings)
    workspace, recent = WorkspaceReader(toolkit, settings.user_id), RecentCalls()
    resources, prompts = Resources(toolkit, catalogue, workspace, recent), Prompts(catalogue)

    async def list_tools(_ctx: Any, _params: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=catalogue.tools)

    server: Server[Any] = Server(
        NAME,
        version=__version__,
        title="Twilio Segment",
        instructions=_INSTRUCTIONS,
        get_tool_input_schema=catalogue.input_schema,
        on_list_tools=list_tools,
        on_call_tool=Caller(toolkit, catalogue, settings, recent).call,
        on_list_resources=resources.list,
        on_list_resource_templates=resources.templates,
        on_read_resource=resources.read,
        on_list_prompts=prompts.list,
        on_get_prompt=prompts.get,
        on_completion=Completions(catalogue, workspace).complete,
    )
    # What a client sends back may be forged: sealed, bound to method, tool, arguments and caller, short-lived.
    server.middleware.append(RequestStateBoundary(RequestStateSecurity.ephemeral(), default_audience=NAME))
    return server
