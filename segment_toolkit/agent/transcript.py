"""A model's reply as a message of the transcript: a dict of our own, every tool call with an id of its own."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any, NamedTuple

from ..call.toolcall import ToolCall, repetitions_marked
from ..errors import InvalidParams
from ..providers.base import member
from ..providers.shapes import cut_off, echoed, encodable, first, items
from .outcome import Message, Stopped

#: How a run ends whose last reply was cut off; "model_length" is Mistral's.
_CUT: dict[str | None, Stopped] = {"length": "length", "model_length": "length", "content_filter": "content_filter"}
#: Characters of a backend's own error that are passed on.
_MOST_TOLD = 300


class Reply(NamedTuple):
    """What the model said: its message as it can be sent back, its calls as they came, and how it ended.

    `cut` is the vendor's word for an end that was not the model's: a limit, a filter.
    """

    message: Message
    calls: list[Message]
    cut: str | None


def read(reply: Any, turn: int, taken: set[str]) -> Reply:
    """The first choice of a reply. Raises InvalidParams for what is no chat completion.

    `taken` are the ids of the calls so far; those of this reply are added.
    """
    choice = first(member(reply, "choices"))
    if choice is None:
        raise _no_completion(reply)
    found = member(choice, "message")  # some backends have none where a filter took the answer away
    # Not copied inside: arguments that a backend gives as an object may nest deeper than a copy can follow.
    message = dict(found) if isinstance(found, Mapping) else document(found) if found is not None else {}
    message = {"role": "assistant", "content": None, **{k: v for k, v in message.items() if v is not None}}
    calls = message.pop("tool_calls", None) or []
    if not isinstance(calls, list):
        raise InvalidParams("tool_calls is not a list.")
    calls = _identified(_without_repetitions(calls), turn, taken)
    if calls:
        message["tool_calls"] = [_echo(call) for call in calls]
    return Reply(encodable(message), calls, cut_off(member(choice, "finish_reason")))


def _no_completion(reply: Any) -> InvalidParams:
    """OpenRouter and others answer 200 with an error in place of choices; an SDK hands that on as a completion."""
    told = member(member(reply, "error"), "message")
    said = f" It says: {told[:_MOST_TOLD]}" if isinstance(told, str) else ""
    hint = "" if said else "Give a client with chat.completions.create."
    return InvalidParams(f"The client's answer is no chat completion.{said}", hint=hint)


def text_of(message: Mapping[str, Any]) -> str:
    """What the model says in words: its content, be it text or parts; else its refusal."""
    content = message.get("content")
    if isinstance(content, list):
        content = "".join(str(part.get("text") or "") for part in content if isinstance(part, Mapping))
    return str(content or message.get("refusal") or "")


def why(reply: Reply) -> Stopped:
    """How a run ends with a reply that proposes no call."""
    if reply.cut in _CUT:
        return _CUT[reply.cut]
    if reply.message.get("refusal"):
        return "refused"
    return "answered" if text_of(reply.message).strip() else "empty"


def is_empty(message: Message) -> bool:
    """Whether it says nothing, so that no vendor would take it back."""
    return not any(value for name, value in message.items() if name not in ("role", "annotations"))


def document(found: Any) -> Message:
    """A message as a dict of our own: of a dict, of an SDK's object, of an object with the members of one."""
    if isinstance(found, Mapping):
        return copy.deepcopy(dict(found))
    if hasattr(found, "model_dump"):  # what SDKs return: openai's and LiteLLM's are pydantic models
        dumped: Message = found.model_dump(mode="json", by_alias=True, exclude_none=True, warnings=False)
        return dumped
    if not hasattr(found, "content"):
        raise InvalidParams("A message must be a dict, or an SDK's message.")
    calls = [
        {
            "id": member(call, "id"),
            "type": "function",
            "function": {name: member(member(call, "function"), name) for name in ("name", "arguments")},
        }
        for call in member(found, "tool_calls") or ()
    ]
    return {"content": member(found, "content"), "tool_calls": calls}


def ids_in(messages: Iterable[Message]) -> set[str]:
    """The ids of the tool calls in a conversation."""
    calls = [call for message in messages for call in items(message.get("tool_calls"), "tool_calls")]
    return {call_id for call in calls if isinstance(call_id := member(call, "id"), str)}


def _without_repetitions(calls: list[Any]) -> list[Any]:
    """Some backends hand on one call twice: with its id, its name and its arguments the same, it is one call."""
    made = ((member(call, "id"), member(call, "function")) for call in calls)
    marked = repetitions_marked(ToolCall(member(f, "name"), member(f, "arguments"), call_id) for call_id, f in made)
    return [call for call, mark in zip(calls, marked, strict=True) if not mark.again]


def _identified(calls: list[Any], turn: int, taken: set[str]) -> list[Message]:
    """Some backends give no ids, or the same ones again, in one reply or in each: results could not be told apart."""
    made: list[Message] = []
    fresh = (f"call_{turn}_{number}" for number in count(1))
    for call in calls:
        call = dict(call) if isinstance(call, dict) else {"type": "function", "function": {"name": "", "arguments": ""}}
        call_id = call.get("id")
        if not isinstance(call_id, str) or not call_id or call_id in taken:
            call["id"] = call_id = next(each for each in fresh if each not in taken)
        taken.add(call_id)
        made.append(call)
    return made


def _echo(call: Message) -> Message:
    function = call.get("function")
    if not isinstance(function, dict):
        return call
    return {**call, "function": {**function, "arguments": echoed(function.get("arguments"))}}
