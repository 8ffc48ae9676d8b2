"""Which of a reply's calls may run at the same time, and which must wait for which.

Reads go together, and so do events of different people. Events that share an id keep their order, because Segment
processes them in the order they arrive in; an alias ties two ids into one person. Whatever changes the workspace, and
a tool of the host's own, waits for all calls before it, and all calls after it wait for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..call.toolcall import IDENTITIES
from ..tool import Api, Arguments, Effect, Tool

#: Positions of calls: stages one after another, lanes of a stage at the same time, the calls of a lane in order.
Lane = list[int]
Stage = list[Lane]
#: What a call must keep its order by; None for one that runs alone.
Keys = frozenset[str] | None

ALONE: Keys = None
FREE: Keys = frozenset()


def keys_of(tool: Tool[Any], arguments: Any) -> Keys:
    """What a call of a tool shares with others, from its validated arguments."""
    if tool.api is None or (tool.api is Api.PUBLIC and tool.effect is not Effect.READ):
        return ALONE
    return FREE if tool.effect is Effect.READ else frozenset(_identities(arguments.wire()))


def _identities(arguments: Mapping[str, Any]) -> Iterable[str]:
    """The ids of an event, or of every event in a list."""
    for name, value in arguments.items():
        if name in IDENTITIES and isinstance(value, str):
            # A person's two ids may be equal texts, and then tie calls that need not be tied: harmless.
            yield value
        elif isinstance(value, list):
            for event in value:
                if isinstance(event, Arguments | Mapping):
                    yield from _identities(event.wire() if isinstance(event, Arguments) else event)


def stages(calls: Sequence[Keys], *, most: int) -> list[Stage]:
    """The order of calls, `most` at a time. Every position occurs once."""
    if most == 1:
        return [[[position]] for position in range(len(calls))]
    found: list[Stage] = []
    together: list[int] = []
    for position, keys in enumerate(calls):
        if keys is not ALONE:
            together.append(position)
            continue
        if together:
            found.append(_lanes(together, calls))
            together = []
        found.append([[position]])
    if together:
        found.append(_lanes(together, calls))
    return found


def _lanes(positions: list[int], calls: Sequence[Keys]) -> Stage:
    """The calls that share a key, directly or through others, in one lane."""
    lanes: list[tuple[set[str], Lane]] = []
    for position in positions:
        keys = set(calls[position] or ())
        lane = [position]
        apart = []
        for other in lanes:
            if keys & other[0]:
                keys |= other[0]
                lane = other[1] + lane
            else:
                apart.append(other)
        lanes = [*apart, (keys, sorted(lane))]
    return sorted((lane for _, lane in lanes), key=lambda lane: lane[0])
