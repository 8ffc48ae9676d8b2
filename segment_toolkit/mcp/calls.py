"""`tools/call`: one tool call through the toolkit's own dispatcher, and its envelope as MCP's result."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import mcp_types as types

from ..call.toolcall import ToolCall
from ..providers.base import as_text
from .approvals import ASKING, Asking, Questions
from .catalogue import Catalogue
from .recent import RecentCalls
from .settings import Settings

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext

    from ..envelope import Envelope
    from ..toolkit import AsyncSegmentToolkit

Called = types.CallToolResult | types.InputRequiredResult


class Caller:
    """Runs the calls of one server."""

    def __init__(
        self, toolkit: AsyncSegmentToolkit, catalogue: Catalogue, settings: Settings, recent: RecentCalls
    ) -> None:
        self._toolkit = toolkit
        self._catalogue = catalogue
        self._settings = settings
        self._recent = recent
        self._questions = Questions()

    async def call(self, ctx: ServerRequestContext[Any, Any], params: types.CallToolRequestParams) -> Called:
        """The result of a call. Raises MCPError only for a tool that this server does not have."""
        slug = self._catalogue.slug_of(params.name)
        arguments = params.arguments or {}
        allowed = self._settings.allow_destructive
        asking = Asking(ctx.session, params, ctx.request_id, self._questions, everything_allowed=allowed)
        token, started = ASKING.set(asking), time.perf_counter()
        answered: Envelope | None = None
        try:
            envelope = answered = await self._run(ctx, ToolCall(slug, arguments, str(ctx.request_id)))
        finally:
            ASKING.reset(token)
            if asking.pending is None:
                self._recent.add(slug, answered, arguments, seconds=time.perf_counter() - started)
        return asking.pending or result(envelope)

    async def _run(self, ctx: ServerRequestContext[Any, Any], call: ToolCall) -> Envelope:
        async def progressed(sent: int, events: int) -> None:
            await ctx.session.report_progress(sent, events, f"{sent} of {events} events sent")

        return await self._toolkit.tools.run(call, user_id=self._settings.user_id, on_progress=progressed)


def result(envelope: Envelope) -> types.CallToolResult:
    """`isError` exactly when unsuccessful; the text and the structured content say the same."""
    text = as_text(envelope)
    return types.CallToolResult(
        content=[types.TextContent(text=text)],
        structured_content=json.loads(text),  # not the envelope itself: a host's own tool may answer with no JSON
        is_error=not envelope.successful,
    )
