"""Find tools by what someone wants to do, offline: words of the query against words of name and description."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .definition import ToolDefinition

#: A word of the name counts more than one of the description, and that more than one of a parameter.
_WEIGHTS = (4, 2, 1)
#: Other words for what the descriptions call these things.
_SYNONYMS = {
    "user": "person", "customer": "person", "people": "person", "who": "person", "profile": "person",
    "event": "action", "click": "action", "company": "group", "organisation": "group", "organization": "group",
    "visit": "page", "website": "page", "mobile": "app", "combine": "merge", "link": "merge", "remove": "delete",
    "tag": "label", "history": "past", "backfill": "past", "historical": "past", "volume": "usage", "billing": "usage",
    "revoke": "key", "rotate": "key", "many": "batch", "bulk": "batch", "several": "batch", "failed": "delivery",
    "rename": "update", "disable": "update", "pause": "update", "database": "warehouse", "storage": "warehouse",
}  # fmt: skip


def ranked(query: str, definitions: list[ToolDefinition]) -> list[ToolDefinition]:
    """The definitions that share a word with the query, best first; equal ones keep their order."""
    wanted = _words(query)
    wanted |= {_stem(_SYNONYMS[word]) for word in re.findall(r"[a-z]+", query.lower()) if word in _SYNONYMS}
    scored = [(_score(wanted, definition), definition) for definition in definitions]
    return [d for score, d in sorted(scored, key=lambda pair: -pair[0]) if score]


def _score(wanted: set[str], definition: ToolDefinition) -> float:
    first, _, rest = definition.description.partition(". ")
    texts = (
        definition.slug.removeprefix("SEGMENT_"),
        f"{definition.name} {first}",
        " ".join(definition.input_parameters["properties"]),
    )
    # What follows the first sentence names other tools, so it says nothing about this one.
    return sum(weight * len(wanted & _words(text)) for weight, text in zip(_WEIGHTS, texts, strict=True)) + (
        0.1 * len(wanted & _words(rest.partition("For ")[0]))
    )


def _words(text: str) -> set[str]:
    spaced = re.sub(r"([a-z])([A-Z])", r"\1 \2", text)
    return {_stem(word) for word in re.findall(r"[a-z]+", spaced.replace("_", " ").lower()) if len(word) > 2} - _NOISE


def _stem(word: str) -> str:
    """A word without its ending: warehouse and warehouses, deliver and delivered and delivery become one."""
    return re.sub(r"(ies|ed|es|ing|s|y|e)$", "", word) if len(word) > 4 else word


_NOISE = frozenset({"the", "and", "for", "from", "segment", "tool", "with", "that", "use", "one", "its", "what"})
