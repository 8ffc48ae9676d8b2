"""Replies of a model, for tests."""

from __future__ import annotations

import json
from typing import Any


def completion(*calls: tuple[str, Any], ids: list[str] | None = None) -> dict[str, Any]:
    """A chat completion that makes these (tool name, arguments) calls; arguments that are no string become JSON."""
    made = [
        {
            "id": ids[n] if ids else f"call_{n}",
            "type": "function",
            "function": {"name": name, "arguments": args if isinstance(args, str) else json.dumps(args)},
        }
        for n, (name, args) in enumerate(calls)
    ]
    message = {"role": "assistant", "content": None, "tool_calls": made}
    return {"choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}]}
