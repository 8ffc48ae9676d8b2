"""A tool as it is listed: what a model is shown, and what Composio's `Tool` objects carry.

Definitions come from the golden files, so that listing imports no tool, builds no model and needs no network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace  # not dataclasses: importing those costs as much as all the rest of listing
from typing import Any


class ToolkitRef(SimpleNamespace):
    """The toolkit a tool belongs to."""

    slug: str
    name: str
    logo: str


class ToolDefinition(SimpleNamespace):
    """One listed tool. The caller's own copy: a schema modifier may change it.

    `input_parameters` and `output_parameters` are JSON Schemas; `effect` is read, write or destructive;
    `needs_approval` says that somebody must approve its calls, because it is destructive or the host's policy wants it;
    `hints` are MCP's tool annotations; `tags` are what `tools.get(tags=...)` filters by.
    """

    slug: str
    name: str
    description: str
    human_description: str
    input_parameters: dict[str, Any]
    output_parameters: dict[str, Any]
    example: dict[str, Any]
    effect: str
    needs_approval: bool
    hints: dict[str, bool]
    tags: list[str]
    toolkit: ToolkitRef
    version: str
    available_versions: list[str]
    scopes: list[str]
    is_deprecated: bool
    no_auth: bool


def definition_of(golden: Mapping[str, Any], *, toolkit: ToolkitRef, version: str, no_auth: bool) -> ToolDefinition:
    """The listing of a golden definition; takes over its nested objects, so `golden` must be fresh."""
    marks = [name for name, true in golden["hints"].items() if true]
    return ToolDefinition(
        slug=golden["slug"],
        name=golden["title"],
        description=golden["description"],
        human_description=golden["description"],
        input_parameters=golden["input_schema"],
        output_parameters=golden["output_schema"],
        example=golden["example"],
        effect=golden["effect"],
        needs_approval=golden["effect"] == "destructive",
        hints=golden["hints"],
        tags=[golden["toolset"], golden["effect"], *marks],
        toolkit=toolkit,
        version=version,
        available_versions=[version],
        scopes=[],
        is_deprecated=False,
        no_auth=no_auth,
    )


def fingerprint(definitions: Sequence[ToolDefinition]) -> str:
    """16 hexadecimal digits that change when a model is shown something else: a name, a text, a schema, the order.

    The same in every process and on every Python: SHA-256 of the definitions as JSON with sorted keys, cut.
    """
    import hashlib
    import json

    shown = [[d.slug, d.description, d.input_parameters, d.output_parameters] for d in definitions]
    text = json.dumps(shown, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
