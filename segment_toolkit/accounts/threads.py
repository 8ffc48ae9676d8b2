"""Sync work awaited: a store may read a file, and that must not hold up an event loop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Awaitable[T]:
    """Run `work` in a worker thread; awaiting gives its answer or raises its error."""
    import asyncio

    return asyncio.to_thread(work, *args, **kwargs)
