"""Pydantic AI's `Agent`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from segment_toolkit.definitions.definition import ToolDefinition
from tests.providers.conversation import AgenticAdapter


class PydanticAIAdapter(AgenticAdapter):
    name = "pydantic_ai"
    needs = ("pydantic_ai",)

    def expected(self, tool: ToolDefinition) -> Any:
        return with_no_properties(super().expected(tool))


def with_no_properties(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The library says `properties: {}` of free-form objects; they stay open (see test_frameworks)."""
    form = dict(schema)
    if form["type"] == "object":
        members = form.get("properties", {}).items()
        form["properties"] = {name: with_no_properties(member) for name, member in members}
    if "items" in form:
        form["items"] = with_no_properties(form["items"])
    return form


ADAPTER = PydanticAIAdapter()
