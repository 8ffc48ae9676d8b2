"""A stand-in for model vendors, on a real socket: it proposes prepared tool calls, then says "done".

    with Stub([("SEGMENT_TRACK", {"userId": "u", "event": "E"})]) as stub:
        OpenAI(base_url=f"{stub.url}/v1", api_key="x").chat.completions.create(...)
        assert stub.bodies[0]["tools"] == ...

It speaks OpenAI chat completions and responses, Anthropic messages, Gemini generateContent, Bedrock converse and
Mistral, each whole and streamed. A request that carries a tool result is answered "done"; every other with the prepared
calls. Every request body is kept. What it says comes from the vendors' public references; see `stub_replies`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from tests.providers import stub_replies as replies

Call = tuple[str, Any]


class Seen(NamedTuple):
    """One request as it came."""

    path: str
    body: dict[str, Any]


class Stub:
    """`calls` are (tool name, arguments); arguments that are a string go out as they are where the format has text."""

    def __init__(self, calls: Sequence[Call] = ()) -> None:
        self.calls = list(calls)
        self.requests: list[Seen] = []
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)) or b"{}")
                stub.requests.append(Seen(self.path, body))
                mistral = "mistral" in self.headers.get("user-agent", "")
                kind, payload = stub.reply(self.path, body, mistral=mistral)
                self.send_response(200 if kind else 404)
                self.send_header("content-type", kind or "application/json")
                self.send_header("content-length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

            def log_message(self, *_: Any) -> None:
                """Nothing: the bodies are kept."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [request.body for request in self.requests]

    @property
    def answered(self) -> dict[str, Any]:
        """The body of the first request that carries tool results."""
        return next(request.body for request in self.requests if carries_results(request.body))

    def reply(self, path: str, body: dict[str, Any], *, mistral: bool = False) -> tuple[str, bytes]:
        """Content type and body; no type for a path that is nobody's."""
        calls = [] if carries_results(body) else self.calls
        path, streamed = path.split("?")[0], bool(body.get("stream"))
        if path.endswith("/chat/completions"):
            chunks = replies.chat_chunks(calls, whole=mistral)
            return sse(chunks, last="[DONE]") if streamed else whole(replies.chat(calls))
        if path.endswith("/responses"):
            return named_sse(replies.response_events(calls)) if streamed else whole(replies.response(calls))
        if path.endswith("/messages"):
            return named_sse(replies.anthropic_events(calls)) if streamed else whole(replies.anthropic(calls))
        if path.endswith(":generateContent"):
            return whole(replies.gemini(calls))
        if path.endswith(":streamGenerateContent"):
            return sse(replies.gemini_chunks(calls))
        if path.endswith("/converse"):
            return whole(replies.bedrock(calls))
        if path.endswith("/converse-stream"):
            frames = b"".join(replies.event_frame(event) for event in replies.bedrock_events(calls))
            return "application/vnd.amazon.eventstream", frames
        return "", b"{}"

    def __enter__(self) -> Stub:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def carries_results(body: dict[str, Any]) -> bool:
    """Whether a request answers tool calls, in any of the formats."""
    turns = [*listed(body.get("messages")), *listed(body.get("input")), *listed(body.get("contents"))]
    for turn in turns:
        if turn.get("role") == "tool" or turn.get("type") == "function_call_output":
            return True
        for part in [*listed(turn.get("content")), *listed(turn.get("parts"))]:
            if part.get("type") == "tool_result" or {"toolResult", "functionResponse"} & part.keys():
                return True
    return False


def listed(value: Any) -> list[dict[str, Any]]:
    return [member for member in value if isinstance(member, dict)] if isinstance(value, list) else []


def whole(reply: Any) -> tuple[str, bytes]:
    return "application/json", json.dumps(reply).encode()


def sse(chunks: Iterable[Any], last: str = "") -> tuple[str, bytes]:
    lines = [json.dumps(chunk) for chunk in chunks] + ([last] if last else [])
    return "text/event-stream", "".join(f"data: {line}\n\n" for line in lines).encode()


def named_sse(events: Iterable[dict[str, Any]]) -> tuple[str, bytes]:
    text = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)
    return "text/event-stream", text.encode()
