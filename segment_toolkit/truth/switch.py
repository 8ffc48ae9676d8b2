"""Whether a toolkit checks events before it sends them and reads back what it wrote. Light: most do neither."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..settings import Settings
    from .memory import Memory
    from .steps import Truth


def truth_of(settings: Settings, memory: Memory) -> Truth | None:
    """What stands around every tool's flow, or None when the host switched nothing on."""
    if settings.preflight is None and not settings.verify:
        return None
    from .steps import Truth

    return Truth(settings, memory)
