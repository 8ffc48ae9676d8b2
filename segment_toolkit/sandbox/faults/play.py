"""Playing a fault on the request that it met.

A request is recorded when its answer starts, with its status; one whose answer never starts is recorded with
none, when it is lost.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from starlette.types import Message, Receive, Scope, Send

from segment_toolkit.sandbox.faults.fault import Act, Fault
from segment_toolkit.sandbox.faults.line import Line
from segment_toolkit.sandbox.recording import RecordedRequest

_PIECES = 10


@dataclass(frozen=True, kw_only=True)
class Encounter:
    """A request and everything that a fault may do about it."""

    request: RecordedRequest
    scope: Scope
    receive: Receive
    process: Callable[[Send], Awaitable[None]]
    """Do the work that was asked for, and send its answer there."""
    send: Send
    """To the client, and into the record."""
    lose: Callable[[], None]
    """Record that no answer came."""
    line: Line


@dataclass
class _Answer:
    """An answer that was caught on its way to the client."""

    status: int = 500
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""

    async def catch(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
        else:
            self.body += message.get("body", b"")

    def with_headers(self, headers: Mapping[str, str]) -> _Answer:
        """Replace headers, whose names are in lower case."""
        new = {name.encode("latin-1"): value.encode("latin-1") for name, value in headers.items()}
        kept = [(name, value) for name, value in self.headers if name not in new]
        return replace(self, headers=[*kept, *new.items()])

    async def send(self, send: Send, *pieces: bytes, whole: bool = True) -> None:
        """Send status and headers, then the pieces instead of the body; unless `whole` there is more to come."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        for piece in pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        if whole:
            await send({"type": "http.response.body", "body": b"", "more_body": False})


async def play(fault: Fault, encounter: Encounter) -> None:
    """Play a fault that is not an error to raise."""
    await _ACTS[fault.act](fault, encounter)


async def _answer(fault: Fault, met: Encounter) -> None:
    if fault.after:
        await met.process(_nowhere)
    await fault.response(met.request)(met.scope, met.receive, met.send)


async def _reset(fault: Fault, met: Encounter) -> None:
    if fault.after:
        await met.process(_nowhere)
    met.lose()
    await met.line.reset()


async def _wait(fault: Fault, met: Encounter) -> None:
    answer = await _caught(met) if fault.after else None
    if not await met.line.wait(fault.seconds):
        met.lose()
    elif answer is None:
        await met.process(met.send)
    else:
        await answer.send(met.send, answer.body)


async def _trickle(fault: Fault, met: Encounter) -> None:
    answer = await _caught(met)
    pieces = _pieces(answer.body)
    await answer.send(met.send, whole=False)
    for left, piece in enumerate(pieces, start=1 - len(pieces)):
        if not await met.line.wait(fault.seconds / len(pieces)):
            return
        await met.send({"type": "http.response.body", "body": piece, "more_body": left < 0})


async def _halve(_fault: Fault, met: Encounter) -> None:
    answer = await _caught(met)
    half = answer.body[: len(answer.body) // 2]
    await answer.with_headers({"content-length": str(len(half))}).send(met.send, half)


async def _cut_off(_fault: Fault, met: Encounter) -> None:
    answer = await _caught(met)
    # An empty body has no half to lose, so one byte is announced that never comes.
    announced = answer.with_headers({"content-length": str(len(answer.body) or 1)})
    await announced.send(met.send, answer.body[: len(answer.body) // 2], whole=False)
    await met.line.cut()


async def _relabel(fault: Fault, met: Encounter) -> None:
    answer = await _caught(met)
    await answer.with_headers(fault.headers).send(met.send, answer.body)


_ACTS: Mapping[Act, Callable[[Fault, Encounter], Awaitable[None]]] = MappingProxyType(
    {
        "answer": _answer,
        "reset": _reset,
        "wait": _wait,
        "trickle": _trickle,
        "halve": _halve,
        "cut_off": _cut_off,
        "relabel": _relabel,
    }
)


async def _caught(met: Encounter) -> _Answer:
    answer = _Answer()
    await met.process(answer.catch)
    return answer


def _pieces(body: bytes) -> list[bytes]:
    size = math.ceil(len(body) / _PIECES)
    return [body[start : start + size] for start in range(0, len(body), size)] if body else [b""]


async def _nowhere(message: Message) -> None:
    """Swallow an answer."""
