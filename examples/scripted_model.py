"""A model that plays a written conversation, behind a local endpoint like OpenAI's and Anthropic's: no account.

It is strict where OpenAI is: every tool call must be answered by exactly one tool message, and only tools that the
request lists are called; else it answers 400. Run it alone with `python examples/scripted_model.py CONVERSATION.json`.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any, NamedTuple

MODEL = "scripted-model"


class Endpoint(NamedTuple):
    """What a client needs; `url` is None for the vendor's own."""

    url: str | None
    key: str
    model: str


def replies_of(conversation: Path) -> list[dict[str, Any]]:
    """The assistant messages of a conversation file, in order."""
    document: dict[str, list[dict[str, Any]]] = json.loads(conversation.read_text("utf-8"))
    return document["replies"]


def reply(replies: list[dict[str, Any]], request: dict[str, Any]) -> dict[str, Any]:
    """The next chat completion. Raises ValueError for a request that OpenAI would refuse."""
    messages = request["messages"]
    _check_answered(messages)
    turn = sum(message["role"] == "assistant" for message in messages)
    if turn >= len(replies):
        raise ValueError("the conversation is over: it has no reply to this")
    message = {"role": "assistant", **replies[turn]}
    listed = {tool["function"]["name"] for tool in request.get("tools", ())}
    for call in message.get("tool_calls", ()):
        if call["function"]["name"] not in listed:
            raise ValueError(f"the conversation calls {call['function']['name']}, which the request does not list")
    reason = "tool_calls" if message.get("tool_calls") else "stop"
    return {
        "id": f"chatcmpl-{turn}",
        "object": "chat.completion",
        "created": 0,
        "model": request["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": reason}],
    }


def anthropic_reply(replies: list[dict[str, Any]], request: dict[str, Any]) -> dict[str, Any]:
    """The next message, as Anthropic's Messages API gives it: the same conversation in its words."""
    messages = [each for message in request["messages"] for each in _openai_messages(message)]
    tools = [{"function": tool} for tool in request.get("tools", ())]
    completion = reply(replies, {"model": request["model"], "messages": messages, "tools": tools})
    message = completion["choices"][0]["message"]
    content = [{"type": "text", "text": message["content"]}] if message.get("content") else []
    for call in message.get("tool_calls", ()):
        made = call["function"]
        content.append({
            "type": "tool_use", "id": call["id"], "name": made["name"], "input": json.loads(made["arguments"]),
        })  # fmt: skip
    return {
        "id": completion["id"],
        "type": "message",
        "role": "assistant",
        "model": request["model"],
        "content": content,
        "stop_reason": "tool_use" if message.get("tool_calls") else "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 0, "output_tokens": 0},
    }


def _openai_messages(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A message of Anthropic's, as far as it matters here: who speaks, what is called, what is answered."""
    blocks = message["content"] if isinstance(message["content"], list) else []
    if message["role"] == "assistant":
        yield {"role": "assistant", "tool_calls": [block for block in blocks if block["type"] == "tool_use"]}
        return
    answers = [block for block in blocks if block["type"] == "tool_result"]
    yield from ({"role": "tool", "tool_call_id": block["tool_use_id"]} for block in answers)
    if not answers:
        yield {"role": "user"}


def _check_answered(messages: list[dict[str, Any]]) -> None:
    pending: list[str] = []
    for message in messages:
        if message["role"] == "tool":
            if message["tool_call_id"] not in pending:
                raise ValueError("a tool message answers no open tool call")
            pending.remove(message["tool_call_id"])
        elif pending:
            raise ValueError(f"tool calls without a tool message: {', '.join(pending)}")
        else:
            pending = [call["id"] for call in message.get("tool_calls") or ()]
    if pending:
        raise ValueError(f"tool calls without a tool message: {', '.join(pending)}")


_ENDPOINTS = {"/chat/completions": reply, "/messages": anthropic_reply}


def _handler(replies: list[dict[str, Any]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            try:
                path = self.path.partition("?")[0]
                answer = next((made for end, made in _ENDPOINTS.items() if path.endswith(end)), None)
                if answer is None:
                    raise ValueError(f"no such endpoint: {path}")
                self._answer(200, answer(replies, json.loads(body)))
            except (ValueError, KeyError, TypeError) as error:
                self._answer(400, {"error": {"message": str(error), "type": "invalid_request_error"}})

        def _answer(self, status: int, document: dict[str, Any]) -> None:
            data = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Quiet: the example that talks to it prints what matters."""

    return Handler


@contextmanager
def serving(conversation: Path, port: int = 0) -> Iterator[str]:
    """Serve the conversation on loopback; gives the base URL for an OpenAI client."""
    server = ThreadingHTTPServer(("127.0.0.1", port), _handler(replies_of(conversation)))
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def connected(conversation: Path) -> Iterator[tuple[Any, str]]:
    """An OpenAI client and a model's name: the environment's if it has a key, else the scripted one."""
    from openai import OpenAI

    with endpoint(conversation) as (url, key, model), OpenAI(base_url=url, api_key=key) as client:
        yield client, model


@contextmanager
def endpoint(conversation: Path, *, vendor: str = "OPENAI", model: str = "gpt-4o-mini") -> Iterator[Endpoint]:
    """Where a model is: what VENDOR_API_KEY, VENDOR_BASE_URL and VENDOR_MODEL say, else the scripted one, served."""
    key = os.environ.get(f"{vendor}_API_KEY")
    if key:
        found = Endpoint(os.environ.get(f"{vendor}_BASE_URL"), key, os.environ.get(f"{vendor}_MODEL", model))
        print(f"model: {found.model}")
        yield found
        return
    print(f"model: none (no {vendor}_API_KEY): a scripted model plays a written conversation")
    with serving(conversation) as url:
        yield Endpoint(url, "none", MODEL)


def main() -> None:
    with serving(Path(sys.argv[1])) as url:
        print(f"OPENAI_BASE_URL={url} OPENAI_API_KEY=none", flush=True)
        with suppress(KeyboardInterrupt):
            Event().wait()


if __name__ == "__main__":
    main()
