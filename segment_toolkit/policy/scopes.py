"""What a run is, for the caps that count by run: one `run_agent`, or the host's own `with toolkit.policy_scope():`.

The scope follows the task or thread that opened it, and what that starts: tasks, `asyncio.to_thread`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class RunScope:
    """One run. It has nothing but an identity; who counts, counts by it."""

    __slots__ = ("__weakref__",)


_SCOPE: ContextVar[RunScope | None] = ContextVar("segment_toolkit_scope", default=None)


def current_scope() -> RunScope | None:
    """The run that the calling code is in."""
    return _SCOPE.get()


@contextmanager
def policy_scope(scope: RunScope | None = None) -> Iterator[RunScope]:
    """Calls in this block are of one run: a new one, or one that was opened before."""
    scope = scope or RunScope()
    token = _SCOPE.set(scope)
    try:
        yield scope
    finally:
        _SCOPE.reset(token)
