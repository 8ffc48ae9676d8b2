"""Completions: ids of the workspace and names of tools, while a person fills in a prompt or a resource template."""

from __future__ import annotations

from typing import Any

import mcp_types as types

from .catalogue import Catalogue
from .workspace import WorkspaceReader

_KINDS = {"sourceId": "sources", "destinationId": "destinations"}
_MOST = 100


class Completions:
    """An unknown argument has none, which is no error: there is nothing to offer."""

    def __init__(self, catalogue: Catalogue, workspace: WorkspaceReader) -> None:
        self._catalogue = catalogue
        self._workspace = workspace

    async def complete(self, _ctx: Any, params: types.CompleteRequestParams) -> types.CompleteResult:
        """Ids begin with what was typed, or belong to something whose name or slug holds it."""
        name, typed = params.argument.name, params.argument.value.strip().lower()
        if name == "tool":
            found = [tool for tool in self._catalogue.names if typed in tool.lower()]
        elif name in _KINDS:
            found = await self._ids(name, typed, params.context)
        else:
            found = []
        shown = types.Completion(values=found[:_MOST], total=len(found), has_more=len(found) > _MOST)
        return types.CompleteResult(completion=shown)

    async def _ids(self, name: str, typed: str, context: types.CompletionContext | None) -> list[str]:
        items = await self._workspace.ids(_KINDS[name])
        source = (context.arguments or {}).get("sourceId") if context else None
        if source and name == "destinationId":
            items = [item for item in items if item.get("sourceId") == source]
        return [str(item["id"]) for item in items if "id" in item and _matches(item, typed)]


def _matches(item: dict[str, Any], typed: str) -> bool:
    words = (str(item.get(key, "")).lower() for key in ("name", "slug", "kind"))
    return str(item["id"]).lower().startswith(typed) or any(typed in word for word in words)
