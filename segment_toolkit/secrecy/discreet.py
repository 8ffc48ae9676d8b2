"""Errors that reach a host must not carry its secrets along.

An exception leads to every frame that it went through, and each frame to its variables: the token that a constructor
was given, say. Programs that report errors send them on. So a function that takes secrets raises its errors bare.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from ..errors import ToolkitError

P = ParamSpec("P")
T = TypeVar("T")


def discreet(function: Callable[P, T]) -> Callable[P, T]:
    """The function, whose errors lead to the caller's frames but to none of its own."""

    @wraps(function)
    def called(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - raised again below
            bare = _bare(error)
        del args, kwargs  # this frame is part of the traceback too
        raise bare

    return called


def discreet_async(function: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """`discreet` of a coroutine function. Two names, as telling them apart takes `inspect`, which is slow to import."""

    @wraps(function)
    async def called(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await function(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - raised again below
            bare = _bare(error)
        del args, kwargs
        raise bare

    return called


def _bare(error: Exception) -> Exception:
    """The error alone. Where an unforeseen one came from stays as a note: file, line and function of each frame."""
    if not isinstance(error, ToolkitError):
        import traceback  # late: importing the toolkit is to be quick

        frames = traceback.extract_tb(error.__traceback__)[1:]
        error.add_note("\n".join(f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in frames))
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)
