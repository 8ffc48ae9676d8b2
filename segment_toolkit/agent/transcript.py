"""A model's reply as a message of the transcript: a dict of our own, every tool call with an id of its own."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import InvalidParams
from ..providers.base import member
from ..providers.shapes import encodable
from .outcome import Message


def assistant_message(reply: Any, turn: int) -> Message:
    """The first choice's message, as it can be sent back. Raises InvalidParams for what is no chat completion."""
    choices = member(reply, "choices")
    found = member(choices[0], "message") if isinstance(choices, Sequence) and choices else None
    if found is None:
        raise InvalidParams(
            "The client's answer is no chat completion.", hint="Give a client with chat.completions.create."
        )
    message = encodable(_document(found))
    message = {"role": "assistant", "content": None, **{k: v for k, v in message.items() if v is not None}}
    calls = message.pop("tool_calls", None)
    if calls:
        if not isinstance(calls, list):
            raise InvalidParams("tool_calls is not a list.")
        message["tool_calls"] = _identified(calls, turn)
    return message


def text_of(message: Mapping[str, Any]) -> str:
    """What the model says in words: its content, be it text or parts; else its refusal."""
    content = message.get("content")
    if isinstance(content, list):
        content = "".join(str(part.get("text") or "") for part in content if isinstance(part, Mapping))
    return str(content or message.get("refusal") or "")


def _document(found: Any) -> Message:
    if isinstance(found, Mapping):
        return copy.deepcopy(dict(found))
    if hasattr(found, "model_dump"):  # what SDKs return: openai's and LiteLLM's are pydantic models
        dumped: Message = found.model_dump(mode="json", by_alias=True, exclude_none=True, warnings=False)
        return dumped
    calls = [
        {
            "id": member(call, "id"),
            "type": "function",
            "function": {name: member(member(call, "function"), name) for name in ("name", "arguments")},
        }
        for call in member(found, "tool_calls") or ()
    ]
    return {"content": member(found, "content"), "tool_calls": calls}


def _identified(calls: list[Any], turn: int) -> list[Message]:
    """Some backends give no ids, or the same one twice: then results could not be told apart."""
    seen: set[str] = set()
    made: list[Message] = []
    for number, call in enumerate(calls, 1):
        call = call if isinstance(call, dict) else {"type": "function", "function": {"name": "", "arguments": ""}}
        call_id = call.get("id")
        if not isinstance(call_id, str) or not call_id or call_id in seen:
            call["id"] = call_id = f"call_{turn}_{number}"
        seen.add(call_id)
        made.append(call)
    return made
