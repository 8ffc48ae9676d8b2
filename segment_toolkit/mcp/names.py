"""Names of tools that fit: hosts put `mcp__segment__` or the like before them and allow 64 characters in all."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..names import folded
from .settings import Names

MOST = 40
PREFIX = "segment_"
#: What a long name can do without: "metrics summary from destination", "daily per source usage".
_PHRASE = re.compile(r"_(?:from|in|per|to)_[a-z0-9]+")


def listed_names(slugs: Iterable[str], style: Names) -> dict[str, str]:
    """Listed name to slug. A slug whose name is taken keeps its own."""
    found: dict[str, str] = {}
    for slug in slugs:
        name = listed_name(slug, style)
        found[slug if name in found else name] = slug
    return found


def listed_name(slug: str, style: Names) -> str:
    """The name of a tool in a style (see `Settings`)."""
    if style == "full":
        return slug
    name = slug.lower()
    if style == "short":
        name = name.removeprefix(PREFIX)
    while len(name) > MOST and (phrases := list(_PHRASE.finditer(name))):
        name = name[: phrases[-1].start()] + name[phrases[-1].end() :]
    return name[:MOST].rstrip("_")


def aliases(names: dict[str, str]) -> dict[str, str]:
    """Every spelling that means a tool, folded, to its slug; a listed name comes before what only looks like one."""
    found: dict[str, str] = {}
    for slug in names.values():
        for style in ("default", "short", "full"):
            found.setdefault(folded(listed_name(slug, style)), slug)
        found.setdefault(folded(slug.lower().removeprefix(PREFIX)), slug)
    return found | {folded(name): slug for name, slug in names.items()}
