"""Resources: what a person or host may put before the model without a tool call. All of them only read."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import mcp_types as types
from mcp.shared.exceptions import MCPError
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from ..call.toolcall import ToolCall
from .catalogue import Catalogue
from .limits import LIMITS
from .recent import RecentCalls
from .workspace import WorkspaceReader

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext

    from ..toolkit import AsyncSegmentToolkit

WORKSPACE, LIMITS_URI, RECENT = "segment://workspace", "segment://limits", "segment://calls/recent"
JSON, MARKDOWN = "application/json", "text/markdown"
TOOL_TEMPLATE = "segment://tools/{tool}"
#: Template to the tool that answers it and the argument that its variable fills. Offered when the tool is.
READS = {
    "segment://sources/{sourceId}/schema-settings": ("SEGMENT_LIST_SCHEMA_SETTINGS_IN_SOURCE", "sourceId"),
    "segment://destinations/{destinationId}": ("SEGMENT_GET_DESTINATION", "destinationId"),
}
#: Retired with 2026-07-28, from which on a missing resource is an invalid parameter.
_NOT_FOUND = -32002

_LISTED = [
    types.Resource(
        uri=WORKSPACE,
        name="workspace",
        title="Workspace summary",
        description="The workspace's sources, destinations and warehouses, with their ids.",
        mime_type=JSON,
    ),
    types.Resource(
        uri=LIMITS_URI,
        name="limits",
        title="Segment's limits",
        description="Sizes, counts and rates, and what happens beyond them.",
        mime_type=MARKDOWN,
    ),
    types.Resource(
        uri=RECENT,
        name="recent-calls",
        title="Recent tool calls",
        description="The last 50 calls of this server and how they ended, without the values of their arguments.",
        mime_type=JSON,
    ),
]


class Resources:
    """Lists and reads them."""

    def __init__(
        self, toolkit: AsyncSegmentToolkit, catalogue: Catalogue, workspace: WorkspaceReader, recent: RecentCalls
    ) -> None:
        self._toolkit = toolkit
        self._catalogue = catalogue
        self._workspace = workspace
        self._recent = recent
        self._reads = {_pattern(uri): answer for uri, answer in READS.items() if catalogue.name_of(answer[0])}

    async def list(self, _ctx: Any, _params: Any) -> types.ListResourcesResult:
        return types.ListResourcesResult(resources=_LISTED)

    async def templates(self, _ctx: Any, _params: Any) -> types.ListResourceTemplatesResult:
        """The templates of what this server's tools can read."""
        described = "A tool's arguments, answer and an example, by its name."
        found = [_template(TOOL_TEMPLATE, "tool", "A tool", described)]
        for uri, (slug, _) in READS.items():
            if self._catalogue.name_of(slug):
                definition = self._catalogue.definition(slug)
                found.append(_template(uri, slug.lower(), definition.name, definition.description))
        return types.ListResourceTemplatesResult(resource_templates=found)

    async def read(
        self, ctx: ServerRequestContext[Any, Any], params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        """The content. Raises MCPError for an unknown resource, and for one that Segment does not give out."""
        uri = str(params.uri)
        if uri == WORKSPACE:
            return _json(uri, await self._workspace.summary())
        if uri == LIMITS_URI:
            return _content(uri, MARKDOWN, LIMITS)
        if uri == RECENT:
            return _json(uri, {"calls": self._recent.listed()})
        if (found := re.fullmatch(r"segment://tools/([^/]+)", uri)) is not None:
            return _json(uri, self._tool(unquote(found[1])))
        for pattern, (slug, argument) in self._reads.items():
            if (found := pattern.fullmatch(uri)) is not None:
                return _json(uri, await self._called(slug, {argument: unquote(found[1])}))
        modern = ctx.protocol_version in MODERN_PROTOCOL_VERSIONS
        raise MCPError(code=types.INVALID_PARAMS if modern else _NOT_FOUND, message="There is no such resource.")

    def _tool(self, name: str) -> dict[str, Any]:
        definition = self._catalogue.definition(self._catalogue.slug_of(name))
        return {
            "name": self._catalogue.name_of(definition.slug),
            "slug": definition.slug,
            "description": definition.description,
            "effect": definition.effect,
            "arguments": definition.input_parameters,
            "data": definition.output_parameters,
            "example": definition.example,
        }

    async def _called(self, slug: str, arguments: dict[str, Any]) -> dict[str, Any]:
        envelope = await self._toolkit.tools.run(ToolCall(slug, arguments), user_id=self._workspace.user_id)
        if not envelope.successful:
            raise MCPError(code=types.INTERNAL_ERROR, message=envelope.error or "Segment did not answer.")
        return envelope.data


def _pattern(template: str) -> re.Pattern[str]:
    """Matches the URIs of a template of one variable."""
    head, _, rest = template.partition("{")
    return re.compile(re.escape(head) + "([^/]+)" + re.escape(rest.partition("}")[2]))


def _template(uri: str, name: str, title: str, description: str) -> types.ResourceTemplate:
    return types.ResourceTemplate(
        uri_template=uri, name=name, title=title, description=description, mime_type=JSON
    )  # fmt: skip


def _json(uri: str, value: Any) -> types.ReadResourceResult:
    return _content(uri, JSON, json.dumps(value, ensure_ascii=False, indent=2))


def _content(uri: str, mime_type: str, text: str) -> types.ReadResourceResult:
    return types.ReadResourceResult(contents=[types.TextResourceContents(uri=uri, mime_type=mime_type, text=text)])
