"""A tool as it is listed: what a model is shown, and what Composio's `Tool` objects carry.

Definitions come from the golden files, so that listing imports no tool, builds no model and needs no network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class ToolkitRef:
    """The toolkit a tool belongs to."""

    slug: str
    name: str
    logo: str = ""


@dataclass
class ToolDefinition:
    """One listed tool. The caller's own copy: a schema modifier may change it.

    `input_parameters` and `output_parameters` are JSON Schemas; `effect` is read, write or destructive; `hints` are
    MCP's tool annotations; `tags` are what `tools.get(tags=...)` filters by.
    """

    slug: str
    name: str
    description: str
    input_parameters: dict[str, Any]
    output_parameters: dict[str, Any]
    effect: str
    hints: dict[str, bool]
    tags: list[str]
    toolkit: ToolkitRef
    version: str
    available_versions: list[str] = field(default_factory=list)
    scopes: list[str] = field(default_factory=list)
    is_deprecated: bool = False
    no_auth: bool = False

    @property
    def human_description(self) -> str:
        return self.description


def definition_of(golden: Mapping[str, Any], *, toolkit: ToolkitRef, version: str, no_auth: bool) -> ToolDefinition:
    """The listing of a golden definition; takes over its nested objects, so `golden` must be fresh."""
    marks = [name for name, true in golden["hints"].items() if true]
    return ToolDefinition(
        slug=golden["slug"],
        name=golden["title"],
        description=golden["description"],
        input_parameters=golden["input_schema"],
        output_parameters=golden["output_schema"],
        effect=golden["effect"],
        hints=golden["hints"],
        tags=[golden["toolset"], golden["effect"], *marks],
        toolkit=toolkit,
        version=version,
        available_versions=[version],
        no_auth=no_auth,
    )
