"""One thing to try: what a model wrote, how it comes in, and what goes wrong on the wire. All of it is JSON."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Literal, get_args

#: How a call comes in: by `tools.execute`, or in a reply of a vendor.
Way = Literal["execute", "openai", "openai_responses", "anthropic", "gemini"]
WAYS: tuple[Way, ...] = get_args(Way)
VENDORS: tuple[Way, ...] = WAYS[1:]


@dataclass(frozen=True)
class Case:
    """`payload` is {"name", "arguments"} for `execute`, else a reply.

    `ids` are those of the reply's calls, in order, where they are known: a mutated reply may hold any.
    `fault` is what `Sandbox.inject` takes (a body as text); `approved` what the host says to destructive tools.
    """

    way: Way
    payload: Any
    ids: tuple[str, ...] | None = None
    fault: dict[str, Any] | None = None
    approved: bool = False

    def text(self) -> str:
        """As JSON, in which NaN and lone surrogates survive."""
        return json.dumps(vars(self), sort_keys=True)

    @classmethod
    def read(cls, text: str) -> Case:
        """The case that `text` was written of."""
        members = json.loads(text)
        ids = members["ids"]
        return cls(**{**members, "ids": None if ids is None else tuple(ids)})

    @property
    def name(self) -> str:
        """A short name that stays the same."""
        return hashlib.sha256(self.text().encode()).hexdigest()[:8]


def reply(way: Way, calls: list[dict[str, Any]]) -> Any:
    """Calls ({"id", "name", "arguments"}) in a vendor's reply."""
    if way == "openai":
        made = [{"id": c["id"], "type": "function", "function": _without_id(c)} for c in calls]
        return {"choices": [{"message": {"role": "assistant", "content": None, "tool_calls": made}}]}
    if way == "openai_responses":
        return {"output": [{"type": "function_call", "call_id": c["id"], **_without_id(c)} for c in calls]}
    if way == "anthropic":
        uses = [{"type": "tool_use", "id": c["id"], "name": c["name"], "input": c["arguments"]} for c in calls]
        return {"role": "assistant", "content": [{"type": "text", "text": "I will."}, *uses]}
    parts = [{"function_call": {"id": c["id"], "name": c["name"], "args": c["arguments"]}} for c in calls]
    return {"candidates": [{"content": {"role": "model", "parts": parts}}]}


def _without_id(call: dict[str, Any]) -> dict[str, Any]:
    return {"name": call["name"], "arguments": call["arguments"]}
