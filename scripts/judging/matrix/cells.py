"""One cell: a tool meets a fault, once or for good, in one colour; and what must be said of it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import httpx

from segment_toolkit import AsyncSegmentToolkit, Envelope, SegmentToolkit
from segment_toolkit.tool import Effect

from ..saying import Said, code, said
from .columns import Fault
from .place import Place
from .truth import Clean, State

Colour = Literal["sync", "async"]
Times = Literal["once", "for good"]
COLOURS: tuple[Colour, ...] = ("sync", "async")
TIMES: tuple[Times, ...] = ("once", "for good")


@dataclass(frozen=True)
class Outcome:
    """What came out of a cell. `attempts` counts the requests that asked for the work itself."""

    said: Said
    code: str
    attempts: int
    state: State
    lie: str | None

    def __str__(self) -> str:
        words = {Said.DONE: "ok", Said.NOT_DONE: self.code, Said.UNKNOWN: f"{self.code}, unknown"}[self.said]
        tried = "" if self.attempts == 1 else f" in {self.attempts}"
        truth = "" if self.state in (State.READ, _PLAIN[self.said]) else f" ({self.state.value})"
        return f"{words}{tried}{truth}" + (f" LIE: {self.lie}" if self.lie else "")


#: The state that needs no word, because it is what was said.
_PLAIN = {Said.DONE: State.DONE, Said.NOT_DONE: State.NOT_DONE, Said.UNKNOWN: None}


def run_cell(place: Place, clean: Clean, fault: Fault, times: Times, colour: Colour) -> Outcome:
    """Try one cell in a place, which is fresh before. Nothing is waited for that a clock can be told."""
    place.reset()
    how_often: dict[str, Any] = {"times": 1} if times == "once" else {"probability": 1.0}
    place.inject(**fault.order, method=clean.method, path=clean.path, **how_often)
    options = place.options() | {"approve": _approved}
    if fault.patience is not None:
        options["timeout"] = fault.patience
    envelope = _CALLS[colour](clean, options)
    place.settled()
    attempts = sum(1 for r in place.requests if (r.method, r.path) == (clean.method, clean.path))
    state = clean.state(place)
    return Outcome(said(envelope), code(envelope), attempts, state, lie(clean, fault, times, envelope, state))


def lie(clean: Clean, fault: Fault, times: Times, envelope: Envelope, state: State) -> str | None:
    """What is wrong with the envelope, if anything: it must agree with the state wherever the wire lets it know."""
    told = said(envelope)
    if clean.tool.effect is Effect.READ:
        right = bool(told is not Said.DONE or clean.tells(envelope))
        return None if right else "other content than there is"
    if state in (State.TWICE, State.PARTLY):
        return str(state.value)
    if told is Said.UNKNOWN:
        if not fault.tells_nothing:
            return "the wire says what happened"
        # All that these tools do comes to the same when it is done twice, so asking once more would have settled it.
        return None if times == "for good" or fault.final else "asking again settles it"
    agrees = bool(state.value == told.value)
    return None if agrees else f"it is {state.value}"


def _approved(_: object) -> Any:
    return True


# A toolkit's own transport is the same but for its TLS context, which takes longer to make than all the rest of a cell.
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _call(clean: Clean, options: dict[str, Any]) -> Envelope:
    with (
        httpx.HTTPTransport(verify=_NO_TLS) as transport,
        SegmentToolkit(transport=transport, **options) as toolkit,
    ):
        return toolkit.tools.execute(clean.tool.slug, clean.arguments, user_id="judge")


def _acall(clean: Clean, options: dict[str, Any]) -> Envelope:
    async def run() -> Envelope:
        async with (
            httpx.AsyncHTTPTransport(verify=_NO_TLS) as transport,
            AsyncSegmentToolkit(transport=transport, **options) as toolkit,
        ):
            return await toolkit.tools.execute(clean.tool.slug, clean.arguments, user_id="judge")

    return asyncio.run(run())


_CALLS: dict[Colour, Callable[[Clean, dict[str, Any]], Envelope]] = {"sync": _call, "async": _acall}
