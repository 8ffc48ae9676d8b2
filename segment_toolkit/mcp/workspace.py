"""What there is in the workspace: one look at its sources, destinations and warehouses, for resources and completions.

Sends    GET /, /sources, /destinations, /warehouses (Public API), one page each
Returns  {"workspace": {...}, "sources": [...], "destinations": [...], "warehouses": [...]}
Source   Segment Public API reference: "Get Workspace", "List Sources", "List Destinations", "List Warehouses"
"""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from ..call.toolcall import ToolCall
from ..errors import UpstreamError
from ..secrecy.untrusted import marked
from ..tool import Api, Arguments, Effect, Flow, JsonObject, Request, Response, Result, Tool

if TYPE_CHECKING:
    from ..toolkit import AsyncSegmentToolkit

#: Items of each kind, in one request of each: a summary, not an inventory.
MOST_ITEMS = 200
_FRESH_SECONDS = 30.0
_KINDS = ("sources", "destinations", "warehouses")
_SHOWN = ("id", "name", "slug", "enabled", "sourceId")


class NoArguments(Arguments):
    """Nothing to say."""


class Summary(Result):
    workspace: dict[str, Any] = Field(description="Its id, slug and name.")


def run(_: NoArguments) -> Flow:
    response = yield Request("GET", "/")
    found = response.data.get("workspace")
    summary: JsonObject = {"workspace": _shown(found, ("id", "slug", "name"))}
    for kind in _KINDS:
        summary[kind] = yield from _items(kind)
    return marked(summary)


def _items(kind: str) -> Generator[Request, Response, Any]:
    """The items of a kind, or why they cannot be listed: a token may see one kind and not another."""
    try:
        response = yield Request("GET", f"/{kind}", query=(("pagination.count", str(MOST_ITEMS)),))
    except UpstreamError as error:
        return {"unavailable": error.message}
    items = response.data.get(kind)
    return [_item(item) for item in items] if isinstance(items, list) else []


def _item(item: Any) -> JsonObject:
    shown = _shown(item, _SHOWN)
    metadata = item.get("metadata") if isinstance(item, Mapping) else None
    if isinstance(metadata, Mapping) and isinstance(metadata.get("name"), str):
        shown["kind"] = metadata["name"]
    return shown


def _shown(item: Any, names: tuple[str, ...]) -> JsonObject:
    return {name: item[name] for name in names if name in item} if isinstance(item, Mapping) else {}


SUMMARY = Tool(
    slug="SEGMENT_MCP_WORKSPACE_SUMMARY",
    title="Workspace Summary",
    toolset="workspace",
    description="What there is in the workspace.",
    example={},
    effect=Effect.READ,
    api=Api.PUBLIC,
    arguments=NoArguments,
    result=Summary,
    run=run,
)


class WorkspaceReader:
    """Reads the summary through the toolkit, so with its credentials and redaction."""

    def __init__(self, toolkit: AsyncSegmentToolkit, user_id: str | None) -> None:
        self._toolkit = toolkit
        self.user_id = user_id
        self._seen: JsonObject = {}
        self._looked_at = -_FRESH_SECONDS
        toolkit.tools.registry.keep(SUMMARY)

    async def summary(self) -> JsonObject:
        """What there is, and in `error` why that is not known."""
        envelope = await self._toolkit.tools.run(ToolCall(SUMMARY.slug, {}), user_id=self.user_id)
        self._looked_at = time.monotonic()
        if envelope.successful:
            self._seen = envelope.data
        return {**envelope.data, "error": envelope.error}

    async def ids(self, kind: str) -> list[JsonObject]:
        """The items of a kind, at most half a minute old: a person types faster than a workspace changes, or mends."""
        if time.monotonic() - self._looked_at >= _FRESH_SECONDS:
            await self.summary()
        items = self._seen.get(kind)
        return items if isinstance(items, list) else []
