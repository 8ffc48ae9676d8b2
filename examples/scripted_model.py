"""A model that plays a written conversation, behind a local OpenAI-compatible endpoint: no account, no network.

It is strict where OpenAI is: every tool call must be answered by exactly one tool message, and only tools that the
request lists are called; else it answers 400. Run it alone with `python examples/scripted_model.py CONVERSATION.json`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

MODEL = "scripted-model"


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


def _handler(replies: list[dict[str, Any]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            try:
                if not self.path.endswith("/chat/completions"):
                    raise ValueError(f"no such endpoint: {self.path}")
                self._answer(200, reply(replies, json.loads(body)))
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


def main() -> None:
    with serving(Path(sys.argv[1])) as url:
        print(f"OPENAI_BASE_URL={url} OPENAI_API_KEY=none", flush=True)
        with suppress(KeyboardInterrupt):
            Event().wait()


if __name__ == "__main__":
    main()
