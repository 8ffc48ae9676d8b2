"""What an agent does next, without doing it: a generator that yields what to ask and what to run, and the events.

Every tool call that the model proposes gets one answer, in order. The loop itself refuses three kinds: a tool that the
agent was not given, a call over the limit, and the third try of a call that failed twice with the same arguments.
"""

from __future__ import annotations

import json
import reprlib
from collections import Counter
from collections.abc import Collection, Generator, Mapping, Sequence
from typing import Any, NamedTuple

from ..call.toolcall import ToolCall, parse
from ..envelope import Envelope
from ..errors import NotPermitted, ToolkitError, UnknownTool
from ..names import did_you_mean, quoted
from ..providers.base import Provider, member
from .outcome import (
    AgentCall,
    AgentEvent,
    AgentRun,
    CallAnswered,
    CallStarted,
    Finished,
    Message,
    ModelReplied,
    Stopped,
    TurnEnded,
    TurnStarted,
    Usage,
)
from .transcript import Reply, document, ids_in, is_empty, read, text_of, why

#: A call that failed so often with the same arguments is not run again.
MOST_EQUAL_FAILURES = 2


class Ask(NamedTuple):
    """Yielded to have the model asked; the reply is sent back."""

    request: dict[str, Any]


class Act(NamedTuple):
    """Yielded to have the calls of a reply run; their envelopes are sent back, in order."""

    reply: dict[str, Any]


class Refuse(NamedTuple):
    """Yielded for a call that the loop does not let run, so that who watches hears of it; its envelope is sent back."""

    call: ToolCall
    error: ToolkitError


Steps = Generator[Ask | Act | Refuse | AgentEvent, Any, None]


class Limits(NamedTuple):
    """How far an agent may go."""

    turns: int
    calls: int


class Conversation:
    """One run of an agent. `steps` is used once."""

    def __init__(
        self, messages: Sequence[Mapping[str, Any]], provider: Provider, slugs: Collection[str], limits: Limits
    ) -> None:
        self._messages = [document(message) for message in messages]
        self._provider = provider
        self._slugs = slugs
        self._limits = limits
        self._calls: list[AgentCall] = []
        self._ids = ids_in(self._messages)
        self._ran = 0
        self._failures: Counter[str] = Counter()
        self._usage = Usage()

    def steps(self, request: dict[str, Any]) -> Steps:
        """The steps of the whole run; `request` is what every request to the model holds besides its messages."""
        warned = False
        for turn in range(1, self._limits.turns + 1):
            yield TurnStarted(turn)
            answer = yield Ask({**request, "messages": list(self._messages)})
            self._usage = self._usage.plus(member(answer, "usage"))
            reply = read(answer, turn, self._ids)
            if not is_empty(reply.message):
                self._messages.append(reply.message)
            yield ModelReplied(turn, reply.message)
            if not reply.calls:
                yield self._finished(why(reply), turn, text_of(reply.message))
                return
            yield from self._answer(turn, reply)
            yield TurnEnded(turn, list(self._messages))
            over = self._ran >= self._limits.calls and not all(call.ran for call in self._calls[-len(reply.calls) :])
            if over and warned:  # it was told, and goes on
                yield self._finished("calls", turn)
                return
            warned = over
            _unforce(request)
        yield self._finished("turns", self._limits.turns)

    def _finished(self, why: Stopped, turn: int, text: str = "") -> Finished:
        return Finished(AgentRun(text, why, turn, tuple(self._calls), list(self._messages), self._usage))

    def _answer(self, turn: int, reply: Reply) -> Steps:
        """Answer every call: those that may run together in one go, so that independent ones can run at once."""
        waiting: dict[str, Message] = {}
        for proposed in reply.calls:
            call = self._provider.tool_call(proposed)
            mark = _fingerprint(call)
            if mark in waiting:
                yield from self._run(turn, waiting)  # whether it may run depends on how its twin ends
                waiting = {}
            error = self._objection(call, mark, len(waiting))
            if error is None:
                waiting[mark] = proposed
                continue
            yield from self._run(turn, waiting)
            waiting = {}
            envelope = yield Refuse(call, error)
            yield self._record(turn, call, envelope, ran=False)
        yield from self._run(turn, waiting, cut=reply.cut)

    def _objection(self, call: ToolCall, mark: str, waiting: int) -> ToolkitError | None:
        """Why the loop does not let a call run, or None."""
        if not isinstance(call.name, str) or call.name not in self._slugs:
            near = did_you_mean(call.name, self._slugs) if isinstance(call.name, str) else ""
            has = "Use one of the listed tools." if self._slugs else "This agent has no tools: answer in words."
            return UnknownTool(f"There is no tool called {quoted(call.name)}{near or '.'}", hint=f"Nothing ran. {has}")
        if self._failures[mark] >= MOST_EQUAL_FAILURES:
            return NotPermitted(
                f"This call failed {MOST_EQUAL_FAILURES} times with these arguments; it was not run again.",
                hint="Stop and ask the user, or call with other arguments.",
            )
        if self._ran + waiting >= self._limits.calls:
            return NotPermitted(
                f"The limit of {self._limits.calls} tool calls is reached; this call was not run.",
                hint="Answer in words: what was done, and what was not.",
            )
        return None

    def _run(self, turn: int, waiting: Mapping[str, Message], cut: str | None = None) -> Steps:
        if not waiting:
            return
        calls = [self._provider.tool_call(document) for document in waiting.values()]
        for call in calls:
            yield CallStarted(turn, call.id or "", str(call.name), call.arguments)
        self._ran += len(calls)
        message = {"role": "assistant", "content": None, "tool_calls": list(waiting.values())}
        envelopes = yield Act({"choices": [{"message": message, "finish_reason": cut}]})
        for mark, call, envelope in zip(waiting, calls, envelopes, strict=True):
            self._failures[mark] = 0 if envelope.successful else self._failures[mark] + 1
            yield self._record(turn, call, envelope, ran=True)

    def _record(self, turn: int, call: ToolCall, envelope: Envelope, *, ran: bool) -> CallAnswered:
        self._messages.append(self._provider.message(envelope))
        name = call.name if isinstance(call.name, str) else ""
        answered = AgentCall(turn, call.id or "", name, call.arguments, envelope, ran)
        self._calls.append(answered)
        return CallAnswered(answered)


def _fingerprint(call: ToolCall) -> str:
    """Equal for the same tool and the same arguments, however they are spelled."""
    try:
        arguments: Any = parse(call.arguments)
    except ToolkitError:
        arguments = call.arguments
    try:
        return json.dumps([str(call.name), arguments], sort_keys=True, default=repr)
    except (ValueError, TypeError, RecursionError):  # what came as an object, and JSON cannot say
        return f"{call.name} {reprlib.repr(arguments)}"


def _unforce(request: dict[str, Any]) -> None:
    """A tool that the host forces is forced once; else the model could never answer in words."""
    if request.get("tool_choice") not in (None, "auto", "none"):
        del request["tool_choice"]
