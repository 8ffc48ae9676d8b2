"""`tools`: list them, or show one as text, as a function definition, or whole."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..definitions.forms import wrapper
from ..registry import Registry
from .exits import SUCCESSFUL, CommandError
from .policy_options import policy_of
from .printing import emit, paint, remark, say, wrapped
from .schema_text import described, in_order, signature
from .slugs import slug_of

if TYPE_CHECKING:
    from ..definitions.definition import ToolDefinition


def command(options: Namespace) -> int:
    return _show(options) if options.slug else _list(options)


def _list(options: Namespace) -> int:
    registry = Registry(policy_of(options))
    found = registry.definitions(tags=_known_tags(options.tag, registry), search=options.search)
    if options.json:
        emit([_summary(definition) for definition in found], compact=True)
    elif found:
        say("\n".join(table(found)))
    if not found:
        remark("no tool matches")
    return SUCCESSFUL


def table(definitions: Sequence[ToolDefinition], *, numbers: Sequence[int] | None = None) -> Iterator[str]:
    """Two lines for each tool: slug, effect and arguments; below them, what it is for."""
    width = max(len(definition.slug) for definition in definitions)
    for place, definition in enumerate(definitions):
        number = f"{numbers[place]:>2}  " if numbers else ""
        effect = paint(definition.effect.ljust(11), definition.effect)
        yield f"{number}{definition.slug:<{width}}  {effect}  {signature(definition.input_parameters)}"
        yield from wrapped(definition.description, indent=" " * len(number) + "  ")


def _summary(definition: ToolDefinition) -> dict[str, Any]:
    schema = definition.input_parameters
    needed = list(schema.get("required", ()))
    return {
        "slug": definition.slug,
        "title": definition.name,
        "description": definition.description,
        "effect": definition.effect,
        "tags": definition.tags,
        "required": needed,
        "optional": in_order(schema)[len(needed) :],
    }


def _known_tags(tags: Sequence[str] | None, registry: Registry) -> Sequence[str] | None:
    """The tags as they are. Raises CommandError for one that no tool has: a typo would find nothing, silently."""
    known = sorted({tag for definition in registry.definitions() for tag in definition.tags})
    if tags and not set(tags) <= set(known):
        raise CommandError(f"no tool has that tag; the tags are {', '.join(known)}")
    return tags


def _show(options: Namespace) -> int:
    registry = Registry(policy_of(options))
    definition = registry.definition(slug_of(options.slug, registry.slugs()))
    form = options.format or ("openai" if options.strict else "json" if options.json else None)
    if options.strict and form != "openai":
        raise CommandError("--strict goes with --format openai")
    if form == "json":
        emit(_golden(definition.slug), compact=options.json)
    elif form is not None:
        emit(wrapper("openai-strict" if options.strict else form)(definition), compact=options.json)
    else:
        say(described(definition))
    return SUCCESSFUL


def _golden(slug: str) -> Any:
    import segment_schemas

    return json.loads(segment_schemas.texts()[slug])
