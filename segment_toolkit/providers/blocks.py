"""Streams of content blocks, each under an index: begun, continued, stopped. Anthropic's and Bedrock's."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from .streaming import Accumulator, object_in, unfinished


class BlockStream(Accumulator):
    """The blocks of one reply, the arguments of calls still as the pieces of JSON text they came in.

    `reason` is the vendor's word for how it ended.
    """

    def __init__(self) -> None:
        self._blocks: dict[Any, dict[str, Any]] = {}
        self._arguments: dict[Any, str] = {}
        self._stopped: set[Any] = set()
        self.reason: Any = None

    @abstractmethod
    def block(self, begun: dict[str, Any], arguments: Any) -> dict[str, Any]:
        """A block in the vendor's shape; `arguments` count for a tool call only."""

    def begin(self, index: Any, block: dict[str, Any]) -> None:
        self._blocks.setdefault(index, block)

    def append(self, index: Any, name: str, text: Any) -> None:
        """Continue a member of a block, which some vendors do not announce."""
        if isinstance(text, str):
            block = self._blocks.setdefault(index, {})
            block[name] = f"{block.get(name) or ''}{text}"

    def arguments(self, index: Any, text: Any) -> None:
        if isinstance(text, str) and index in self._blocks:
            self._arguments[index] = self._arguments.get(index, "") + text

    def stop(self, index: Any) -> None:
        self._stopped.add(index)

    def blocks(self, *, echoed: bool = False) -> list[dict[str, Any]]:
        """The blocks in order. Echoed to the vendor, arguments that are no object become {}: it takes nothing else."""
        order = sorted(self._blocks, key=lambda index: index if isinstance(index, int) else len(self._blocks))
        made = []
        for index in order:
            text = self._arguments.get(index, "")
            if index not in self._stopped:
                text = unfinished(text)
            made.append(self.block(dict(self._blocks[index]), object_in(text) if echoed else text))
        return made
