"""Collecting a streamed reply, so that its tool calls are handled like those of a whole one.

    stream = toolkit.provider.accumulator()
    for chunk in client.chat.completions.create(..., stream=True):
        stream.add(chunk)
    messages += [stream.turn(), *toolkit.provider.tool_messages(user_id, stream.response())]

Nothing that a stream holds raises. A call whose stream broke off is never run with what happened to arrive: its
arguments stay incomplete JSON, and its envelope says so.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any

from ..errors import InvalidParams
from .base import decoded
from .shapes import plain


class Accumulator(ABC):
    """One streamed reply."""

    def add(self, chunk: Any) -> None:
        """Take one chunk: the SDK's object, a dict, or its JSON text. What is none of these is passed over."""
        try:
            self.read(decoded(chunk))
        except (InvalidParams, TypeError, RecursionError):  # TypeError: an index that cannot be one
            return

    def extend(self, chunks: Iterable[Any]) -> Any:
        """Take all chunks. Returns `response()`."""
        for chunk in chunks:
            self.add(chunk)
        return self.response()

    @abstractmethod
    def read(self, chunk: Any) -> None:
        """Take one chunk as it came."""

    @abstractmethod
    def response(self) -> Any:
        """What has arrived, as `handle_tool_calls` and `tool_messages` take it."""

    @abstractmethod
    def turn(self) -> Any:
        """The model's turn, ready to append to the conversation before the results."""

    @staticmethod
    def copy(value: Any) -> dict[str, Any]:
        """An SDK's object as a dict of its own; empty for what is none."""
        found = plain(value)
        return found if isinstance(found, dict) else {}


def unfinished(text: Any) -> str:
    """The arguments of a call that did not end: never complete JSON by being empty."""
    return text if isinstance(text, str) and text.strip() else "{"


def object_in(text: Any) -> dict[str, Any]:
    """The object in a JSON text, for vendors whose conversation holds one; {} where there is none."""
    try:
        found = decoded(text)
    except InvalidParams:
        return {}
    return found if isinstance(found, dict) else {}
