"""Finds tools by slug and lists their definitions. One registry for each toolkit: host-defined tools stay in theirs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ._version import __version__
from .definitions.definition import ToolDefinition, ToolkitRef, definition_of
from .errors import InvalidParams, UnknownTool
from .names import did_you_mean, quoted

if TYPE_CHECKING:
    from .policy import Policy
    from .tool import Tool

TOOLKIT = "segment"


class Registry:
    """The 17 tools and the host's own. Raises UnknownTool, naming the nearest, for any other slug.

    What a policy denies is in no list, and asking for it by name raises NotPermitted. To run it is refused elsewhere.
    """

    def __init__(self, policy: Policy | None = None) -> None:
        self._golden: dict[str, bytes] | None = None
        self._tools: dict[str, Tool[Any]] = {}
        self._custom: dict[str, tuple[Tool[Any], str]] = {}
        self._unlisted: dict[str, Tool[Any]] = {}
        self._policy = policy
        if policy is not None:
            policy.check_names(self._every_slug())

    def slugs(self) -> list[str]:
        """The slugs in their stable order: Segment's by name, then the host's as they were added."""
        slugs = self._every_slug()
        return slugs if self._policy is None else [slug for slug in slugs if self._permits(self._definition(slug))]

    def find(self, name: object) -> Tool[Any]:
        """The tool of that slug, ready to run."""
        if not self._tools:
            self._tools = _segment_tools()
        if isinstance(name, str):
            if name in self._tools:
                return self._tools[name]
            if name in self._custom:
                return self._custom[name][0]
            if name in self._unlisted:
                return self._unlisted[name]
        raise self._unknown(name)

    def toolkit_of(self, slug: str) -> str:
        """The toolkit that a tool belongs to, in lower case."""
        return self._custom[slug][1] if slug in self._custom else TOOLKIT

    def add(self, tool: Tool[Any], toolkit: str) -> None:
        """Add a tool of the host's. Raises InvalidParams if the slug is taken."""
        if tool.slug in self._every_slug():
            raise InvalidParams(f"There is a tool called '{tool.slug}' already.")
        self._custom[tool.slug] = (tool, toolkit.lower())

    def keep(self, tool: Tool[Any]) -> None:
        """Make a tool of the toolkit's own runnable without listing it: no model is shown it."""
        self._unlisted[tool.slug] = tool

    def definition(self, slug: object) -> ToolDefinition:
        """A fresh definition of the tool of that slug."""
        found = self._definition(slug)
        if not self._permits(found):
            from .policy.rules import refused

            raise refused(found.slug)
        return found

    def _permits(self, definition: ToolDefinition) -> bool:
        if self._policy is None:
            return True
        return self._policy.permits(definition.slug, definition.effect, definition.tags[0])

    def _definition(self, slug: object) -> ToolDefinition:
        found = self._plain_definition(slug)
        if self._policy is not None and self._policy.needs_approval(found.slug, found.effect):
            found.needs_approval = True
        return found

    def _plain_definition(self, slug: object) -> ToolDefinition:
        texts = self._definition_texts()
        if isinstance(slug, str) and slug in texts:
            ref = ToolkitRef(slug=TOOLKIT, name="Segment", logo="")
            return definition_of(json.loads(texts[slug]), toolkit=ref, version=__version__, no_auth=False)
        if isinstance(slug, str) and slug in self._custom:
            tool, toolkit = self._custom[slug]
            golden = json.loads(json.dumps(tool.definition()))
            ref = ToolkitRef(slug=toolkit, name=toolkit.title(), logo="")
            return definition_of(golden, toolkit=ref, version="local", no_auth=True)
        raise self._unknown(slug)

    def definitions(
        self,
        *,
        tools: Sequence[str] | None = None,
        toolkits: Sequence[str] | None = None,
        tags: Sequence[str] | None = None,
        search: str | None = None,
        limit: int | None = None,
    ) -> list[ToolDefinition]:
        """The definitions that pass every given filter: in stable order, or best first for a search."""
        slugs = list(dict.fromkeys(tools)) if tools is not None else self._every_slug()
        found = [definition for definition in map(self._definition, slugs) if self._permits(definition)]
        if toolkits is not None:
            wanted = self._known_toolkits(toolkits)
            found = [d for d in found if d.toolkit.slug in wanted]
        if tags is not None:
            self._check_tags(tags)
            found = [d for d in found if not set(tags).isdisjoint(d.tags)]
        if search is not None:
            from .definitions.search import ranked

            found = ranked(search, found)
        return found if limit is None else found[: max(limit, 0)]

    def _known_toolkits(self, toolkits: Iterable[str]) -> set[str]:
        known = {TOOLKIT, *(toolkit for _, toolkit in self._custom.values())}
        wanted = {str(toolkit).lower() for toolkit in toolkits}
        for name in sorted(wanted - known):
            raise InvalidParams(
                f"There is no toolkit called {quoted(name)}; expected one of {', '.join(sorted(known))}."
            )
        return wanted

    def _check_tags(self, tags: Iterable[str]) -> None:
        known = {tag for slug in self._every_slug() for tag in self._definition(slug).tags}
        for tag in sorted(set(map(str, tags)) - known):
            near = did_you_mean(tag, known, 1) or f"; expected one of {', '.join(sorted(known))}."
            raise InvalidParams(f"No tool has the tag {quoted(tag)}{near}")

    def _every_slug(self) -> list[str]:
        return [*self._definition_texts(), *self._custom]

    def _definition_texts(self) -> dict[str, bytes]:
        if self._golden is None:
            import segment_schemas

            self._golden = segment_schemas.texts()
        return self._golden

    def _unknown(self, name: object) -> UnknownTool:
        near = did_you_mean(name, self.slugs()) if isinstance(name, str) else ""
        hint = "Nothing was sent. Use one of the listed tools."
        return UnknownTool(f"There is no tool called {quoted(name)}{near or '.'}", hint=hint)


def _segment_tools() -> dict[str, Tool[Any]]:
    """The tools themselves. Late and here only: the tool files import the engine, so the engine must not at its top."""
    from segment_tools import TOOLS

    return {tool.slug: tool for tool in TOOLS}
