"""The tools that a server offers: which ones, under which names, and as MCP describes a tool."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import mcp_types as types
from mcp.shared.exceptions import MCPError

from ..definitions.definition import ToolDefinition
from ..definitions.forms import envelope_schema
from ..errors import InvalidParams, UnknownTool
from ..names import did_you_mean, folded, quoted
from .names import aliases, listed_names
from .settings import Settings

if TYPE_CHECKING:
    from ..registry import Registry


class Catalogue:
    """Fixed when the server is made. Raises InvalidParams for settings that name no tool."""

    def __init__(self, registry: Registry, settings: Settings) -> None:
        self._definitions = {d.slug: d for d in chosen(registry, settings)}
        self._names = listed_names(self._definitions, settings.names)
        self._aliases = aliases(self._names)
        rename = _renaming({slug: name for name, slug in self._names.items()})
        self._tools = [_tool(name, self._definitions[slug], rename) for name, slug in self._names.items()]
        self._everything = aliases({slug: slug for slug in registry.slugs()})

    @property
    def tools(self) -> list[types.Tool]:
        """The tools as `tools/list` answers: all in one page, as many hosts never ask for a second."""
        return self._tools

    @property
    def names(self) -> list[str]:
        """The listed names, in their stable order."""
        return list(self._names)

    def name_of(self, slug: str) -> str | None:
        """The name under which a tool is listed; None if this server does not offer it."""
        return next((name for name, found in self._names.items() if found == slug), None)

    def definition(self, slug: str) -> ToolDefinition:
        """The definition of a tool that is offered."""
        return self._definitions[slug]

    def input_schema(self, name: str) -> dict[str, Any] | None:
        """The schema of a tool's arguments by any of its names; None for an unknown tool."""
        slug = self._aliases.get(folded(name))
        return None if slug is None else self._definitions[slug].input_parameters

    def slug_of(self, name: str) -> str:
        """The slug of a tool by any of its names. Raises MCPError, as the protocol wants it for unknown tools.

        Its `data` is the failed envelope, so that a model reads the same as everywhere else.
        """
        slug = self._aliases.get(folded(name))
        if slug is not None:
            return slug
        if folded(name) in self._everything:
            text = f"The tool {quoted(name)} is not offered by this server: its operator left it out."
        else:
            near = did_you_mean(name, self._names)
            text = f"There is no tool called {quoted(name)}{near or '.'} Nothing was sent. Use one of the listed tools."
        envelope = {"data": {}, "error": text, "successful": False}
        raise MCPError(code=types.INVALID_PARAMS, message=text, data=envelope)


def chosen(registry: Registry, settings: Settings) -> list[ToolDefinition]:
    """The definitions that the settings let through. Raises InvalidParams for unknown tools and toolsets."""
    found = registry.definitions()
    if settings.tools is not None:
        wanted = {_known_slug(name, registry) for name in settings.tools}
        found = [d for d in found if d.slug in wanted]
    if settings.toolsets is not None:
        known = sorted({toolset(d) for d in registry.definitions()})
        for name in settings.toolsets:
            if name not in known:
                raise InvalidParams(f"There is no toolset {quoted(name)}; expected {', '.join(known)}.")
        found = [d for d in found if toolset(d) in settings.toolsets]
    if settings.read_only:
        found = [d for d in found if d.effect == "read"]
    if not found:
        raise InvalidParams("These settings leave no tool to offer.")
    return found


def toolset(definition: ToolDefinition) -> str:
    """The toolset of a tool."""
    return definition.tags[0]


def _known_slug(name: str, registry: Registry) -> str:
    slugs = registry.slugs()
    slug = aliases({slug: slug for slug in slugs}).get(folded(name))
    if slug is None:
        near = did_you_mean(name, [*listed_names(slugs, "short"), *slugs], 1)
        raise UnknownTool(f"There is no tool called {quoted(name)}{near or '.'}")
    return slug


def _renaming(names: Mapping[str, str]) -> Callable[[str], str]:
    """Descriptions speak of other tools by slug; here a model knows them by the listed name."""
    return lambda text: re.sub(r"\b[A-Z][A-Z0-9_]+\b", lambda found: names.get(found[0], found[0]), text)


def _tool(name: str, definition: ToolDefinition, rename: Callable[[str], str]) -> types.Tool:
    hints = definition.hints
    return types.Tool(
        name=name,
        title=definition.name,
        description=rename(definition.description),
        input_schema=definition.input_parameters,
        output_schema=envelope_schema(definition.output_parameters),
        annotations=types.ToolAnnotations(
            read_only_hint=hints["readOnlyHint"],
            destructive_hint=hints["destructiveHint"],
            idempotent_hint=hints["idempotentHint"],
            open_world_hint=hints["openWorldHint"],
        ),
    )
