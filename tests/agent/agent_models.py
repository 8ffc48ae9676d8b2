"""Models for the agent's tests: one behind a real OpenAI client and a socket, one that is a plain object."""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openai

sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))

from scripted_model import serving

TASK = [{"role": "user", "content": "Record that u-42 signed up."}]
TRACK = ("SEGMENT_TRACK", {"userId": "u-42", "event": "Signed Up"})
BROKEN = ("SEGMENT_TRACK", {"event": "Signed Up"})


def calls(*made: tuple[str, Any], ids: list[Any] | None = None) -> dict[str, Any]:
    """An assistant message that makes these calls; arguments that are no string become JSON."""
    documents = [
        {
            "id": ids[n] if ids else f"call_{n}",
            "type": "function",
            "function": {"name": name, "arguments": given if isinstance(given, str) else json.dumps(given)},
        }
        for n, (name, given) in enumerate(made)
    ]
    return {"content": None, "tool_calls": documents}


def words(text: str) -> dict[str, Any]:
    return {"content": text}


@contextmanager
def served(folder: Path, *replies: dict[str, Any]) -> Iterator[str]:
    """The base URL of a model that gives these replies, one a turn, and is as strict as OpenAI is."""
    file = folder / "conversation.json"
    file.write_text(json.dumps({"replies": replies}), "utf-8")
    with serving(file) as url:
        yield url


@contextmanager
def openai_client(folder: Path, *replies: dict[str, Any]) -> Iterator[openai.OpenAI]:
    with served(folder, *replies) as url, openai.OpenAI(base_url=url, api_key="none", max_retries=0) as client:
        yield client


class PlainClient:
    """`chat.completions.create` of no SDK: gives the replies, the last one for ever, and keeps what it was asked."""

    def __init__(self, *replies: dict[str, Any], usage: dict[str, Any] | None = None) -> None:
        self.requests: list[dict[str, Any]] = []
        self._replies = list(replies)
        self._usage = usage
        self.chat = self.completions = self

    def create(self, **request: Any) -> dict[str, Any]:
        self.requests.append(copy.deepcopy(request))
        message = self._replies[min(len(self.requests), len(self._replies)) - 1]
        return {"choices": [{"message": {"role": "assistant", **message}}], "usage": self._usage}


class AsyncClient(PlainClient):
    """The same, awaitable."""

    async def create(self, **request: Any) -> dict[str, Any]:  # type: ignore[override]
        return PlainClient.create(self, **request)
