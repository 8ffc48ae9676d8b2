"""`playground --demo`: a sample of every tool and two calls that must be refused. The smoke test, and a first look."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ..definitions.definition import ToolDefinition
from ..registry import Registry
from .exchange import Bench, Exchange, told
from .exits import SUCCESSFUL, UNSUCCESSFUL
from .printing import emit, paint, say
from .samples import sample


class Call(NamedTuple):
    """One call of the demo, and whether it must succeed or be refused before anything leaves."""

    tool: str
    arguments: dict[str, Any]
    title: str
    refused: bool = False

    def went_as_it_should(self, exchange: Exchange) -> bool:
        return not exchange.successful and not exchange.requests if self.refused else exchange.successful


_REFUSALS = (
    Call("SEGMENT_TRACK", {"event": "Order Completed"}, "an event of nobody: Segment would drop it", refused=True),
    Call("SEGMENT_TRAK", {"userId": "user-42", "event": "Signed Up"}, "a tool that does not exist", refused=True),
)


def demo(bench: Bench, *, as_json: bool) -> int:
    """Run every call and print each exchange. Exit code 0 only if every one went as it should."""
    surprises = []
    for call in _calls(bench):
        exchange = bench.run(call.tool, call.arguments)
        if as_json:
            emit(exchange.as_json(), compact=True)
        else:
            say(f"{paint(call.tool, 'bold')}  {call.title}")
            say("\n".join(told(exchange)) + "\n")
        if not call.went_as_it_should(exchange):
            surprises.append(call.tool)
    if not as_json:
        say(f"Not as it should be: {', '.join(surprises)}" if surprises else "All went as it should.")
    return UNSUCCESSFUL if surprises else SUCCESSFUL


def _calls(bench: Bench) -> Iterator[Call]:
    """Samples are made when their turn comes, of what the calls before have left."""
    for definition in sorted(Registry().definitions(), key=_reversible_first):
        yield Call(definition.slug, sample(definition.slug, bench.box), definition.name)
    yield from _REFUSALS


def _reversible_first(definition: ToolDefinition) -> tuple[bool, bool]:
    """What destroys comes last, and the source itself after its key."""
    return definition.effect == "destructive", definition.slug == "SEGMENT_DELETE_SOURCE"
