"""What a host sees of an agent's run: its outcome, and the events on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ..envelope import Envelope
from ..providers.base import member

Message = dict[str, Any]
#: answered: in words. turns, calls: out of them. length, content_filter: the backend cut the last reply off, in words
#: or before them. refused: the model said that it will not. empty: it said nothing.
Stopped = Literal["answered", "turns", "calls", "length", "content_filter", "refused", "empty"]


@dataclass(frozen=True)
class Usage:
    """What the backend reported, summed over the turns: 0 for what it does not report."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0

    def plus(self, reported: Any) -> Usage:
        """With the `usage` of one more reply: an SDK's object, a dict or None."""

        def number(name: str) -> int:
            value = member(reported, name)
            return value if isinstance(value, int) else 0

        return Usage(
            self.prompt_tokens + number("prompt_tokens"),
            self.completion_tokens + number("completion_tokens"),
            self.total_tokens + number("total_tokens"),
        )


@dataclass(frozen=True)
class AgentCall:
    """One tool call that the model proposed, and its answer. `ran` is False when the loop itself refused it.

    `arguments` are as they came; the repr leaves them out, because they may hold a write key.
    """

    turn: int
    id: str
    tool: str
    arguments: Any = field(repr=False)
    envelope: Envelope
    ran: bool


@dataclass(frozen=True)
class AgentRun:
    """How it ended. `messages` is the whole transcript, the caller's messages first: give it back to go on."""

    text: str
    stopped: Stopped
    turns: int
    calls: tuple[AgentCall, ...] = field(repr=False)
    messages: list[Message] = field(repr=False)
    usage: Usage

    @property
    def finished(self) -> bool:
        """Whether the model ended it, with an answer in words that is whole."""
        return self.stopped == "answered"


@dataclass(frozen=True)
class TurnStarted:
    """The model is about to be asked. Turns count from 1."""

    turn: int


@dataclass(frozen=True)
class ModelReplied:
    """The assistant message as it stands in the transcript."""

    turn: int
    message: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class CallStarted:
    """A tool call is about to run. One that the loop refuses does not start."""

    turn: int
    id: str
    tool: str
    arguments: Any = field(repr=False)


@dataclass(frozen=True)
class CallAnswered:
    """A tool call has its answer: in the order of the reply, one for each call."""

    call: AgentCall


@dataclass(frozen=True)
class TurnEnded:
    """Every call of the turn is answered. `messages` is the transcript so far.

    When the client raises in the next turn, go on from the last of these: what ran is in it, and is not done twice.
    """

    turn: int
    messages: list[Message] = field(repr=False)


@dataclass(frozen=True)
class Finished:
    """The last event."""

    run: AgentRun


AgentEvent = TurnStarted | ModelReplied | CallStarted | CallAnswered | TurnEnded | Finished
