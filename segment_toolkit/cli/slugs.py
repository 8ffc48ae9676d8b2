"""The tool a person means: `SEGMENT_TRACK`, `segment_track` and `track` are one."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..names import folded, nearest, quoted
from .exits import CommandError

PREFIX = "SEGMENT_"


def slug_of(name: str, slugs: Iterable[str]) -> str:
    """The slug of that name in any case, with or without prefix. Raises CommandError, naming the nearest."""
    by_name = {slug.removeprefix(PREFIX): slug for slug in slugs}
    short = re.sub(r"[\s-]+", "_", name.strip()).upper().removeprefix(PREFIX)
    if short in by_name:
        return by_name[short]
    near = nearest(folded(short), by_name, 1)
    known = f"; did you mean {by_name[near[0]]}?" if near else "; `tools` lists them"
    raise CommandError(f"there is no tool called {quoted(name)}{known}")
