"""What the host decided once for every call of a toolkit. Each field is a constructor option of the same name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from .policy import Approve


class Settings(NamedTuple):
    """Light to make: what a setting needs to work is loaded by the first call.

    Args:
        approve: asked before a destructive tool runs; must return True. Without it they are refused.
        timeout: seconds for each phase of a request.
        concurrency: how many calls of one reply may wait for Segment at a time; 1 runs them one after another.
    """

    approve: Approve | None = None
    timeout: float = 30.0
    concurrency: int = 8


def taken_from(options: dict[str, Any]) -> Settings:
    """The settings among a constructor's options, which they are taken out of. None means the default."""
    found = {name: options.pop(name) for name in Settings._fields if name in options}
    return Settings(**{name: value for name, value in found.items() if value is not None})
