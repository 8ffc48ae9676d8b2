"""What the operator of a server decides. Nothing of it can be changed by a client or a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Names = Literal["default", "short", "full"]


@dataclass(frozen=True)
class Settings:
    """Which tools a server offers, under which names, and whether destructive ones run without asking.

    toolsets, tools: only these, each a name or a slug; None for all.
    read_only: only tools that change nothing.
    allow_destructive: destructive tools run without asking anybody.
    names: "default" is the slug in lower case with at most 40 characters (`segment_track`), "short" has no prefix
        (`track`), "full" is the slug (`SEGMENT_TRACK`). Calls may use any of them, whichever is listed.
    user_id: for whose connected account the calls run.
    """

    toolsets: tuple[str, ...] | None = None
    tools: tuple[str, ...] | None = None
    read_only: bool = False
    allow_destructive: bool = False
    names: Names = "default"
    user_id: str | None = None
