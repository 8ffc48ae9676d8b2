"""Calls whose envelopes can be told apart: each says whose it is, so that one which went astray is seen."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from segment_toolkit import Envelope
from segment_toolkit.sandbox import WorkspaceHandle

from .soak.traffic import calls

Belongs = Callable[[Envelope], bool]


class Asked(NamedTuple):
    """A call, and how to see that an envelope is the answer to this one and no other."""

    slug: str
    arguments: dict[str, Any]
    belongs: Belongs


def reads(box: WorkspaceHandle, count: int, seed: int) -> Iterator[Asked]:
    """Reads of different things, refusals of different names, and changes that echo what they changed."""
    dice = random.Random(seed)
    destinations, sources = list(box.destinations.values()), list(box.sources.values())
    for number in range(count):
        destination, source = dice.choice(destinations), dice.choice(sources)
        yield dice.choice((_destination, _source, _nobody))(destination, source, number)


def events(count: int, seed: int) -> Iterator[Asked]:
    """Events whose messageId is given where the tool takes one, else any."""
    for call in calls(0, count, seed):
        own = call.arguments.get("messageId")
        yield Asked(call.slug, call.arguments, _with_id(own) if own else lambda _: True)


def failed_by_weather(envelope: Envelope) -> bool:
    """Whether it is a failure that says nothing about whose it is."""
    return envelope.failure is not None and envelope.failure.code in ("network", "upstream", "rate_limited")


def _with_id(message_id: str) -> Belongs:
    return lambda envelope: envelope.data["messageId"] == message_id


def _destination(destination: str, _source: str, _number: int) -> Asked:
    return Asked(
        "SEGMENT_GET_DESTINATION",
        {"destinationId": destination},
        lambda envelope: envelope.data["destination"]["id"] == destination,
    )


def _source(_destination: str, source: str, number: int) -> Asked:
    return Asked(
        "SEGMENT_UPDATE_SOURCE",
        {"sourceId": source, "settings": {"number": number}},
        lambda envelope: (
            envelope.data["source"]["id"] == source and envelope.data["source"]["settings"]["number"] == number
        ),
    )


def _nobody(_destination: str, _source: str, number: int) -> Asked:
    return Asked(
        "SEGMENT_GET_DESTINATION",
        {"destinationId": f"nobody{number}", f"unknown{number}": 1},
        lambda envelope: f"unknown{number}" in str(envelope.error),
    )
