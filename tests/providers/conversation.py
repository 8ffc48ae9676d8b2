"""Agent frameworks in the conformance suite: a real agent, whose model is a script.

A module in `tests/providers/scripted/` has the framework's own test double, and `converse(tools, calls)` with its async
form `aconverse`: the model proposes the calls in one turn, reads the results in the next, and is done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit
from tests.providers.conformance import Adapter, Call, Outcome


@dataclass
class Conversation:
    """`shown`: by name, the parameters that the framework gave to the model. `told`: its results, in order of calls."""

    shown: dict[str, Any] = field(default_factory=dict)
    told: list[Outcome] = field(default_factory=list)


def with_ids(calls: Sequence[Call]) -> Iterator[tuple[str, Call]]:
    """The calls with the ids that the model gives them."""
    return ((f"call_{number}", call) for number, call in enumerate(calls))


class AgenticAdapter(Adapter):
    """An adapter to what `tests/providers/scripted/` has under the provider's name."""

    passes_unknown_tools = False

    @property
    def scripted(self) -> Any:
        return import_module(f"tests.providers.scripted.{self.name}")

    def listed(self, toolkit: SegmentToolkit) -> Mapping[str, Any]:
        shown: dict[str, Any] = self.scripted.converse(toolkit.tools.get("t"), []).shown
        return shown

    def call(self, toolkit: SegmentToolkit, calls: Sequence[Call]) -> list[Outcome]:
        return paired(calls, self.scripted.converse(toolkit.tools.get("t"), calls))

    async def acall(self, toolkit: AsyncSegmentToolkit, calls: Sequence[Call]) -> list[Outcome]:
        return paired(calls, await self.scripted.aconverse(await toolkit.tools.get("t"), calls))


def paired(calls: Sequence[Call], conversation: Conversation) -> list[Outcome]:
    """The results, of which there must be one for each call, by its id."""
    assert [outcome.call_id for outcome in conversation.told] == [call_id for call_id, _ in with_ids(calls)]
    return conversation.told
