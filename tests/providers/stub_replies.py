"""What model vendors answer: the prepared tool calls, or "done" when there are none; whole, and as streams."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

Calls = Sequence[tuple[str, Any]]
Json = dict[str, Any]


def text_of(arguments: Any) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments)


def halves(text: str) -> tuple[str, str]:
    return text[: len(text) // 2], text[len(text) // 2 :]


# OpenAI chat completions, which Mistral and many others speak too


def chat_message(calls: Calls) -> Json:
    if not calls:
        return {"role": "assistant", "content": "done"}
    made = [
        {"id": f"call_{n}", "type": "function", "function": {"name": name, "arguments": text_of(args)}}
        for n, (name, args) in enumerate(calls)
    ]
    return {"role": "assistant", "content": None, "tool_calls": made}


def chat(calls: Calls) -> Json:
    choice = {"index": 0, "message": chat_message(calls), "finish_reason": "tool_calls" if calls else "stop"}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    return {
        "id": "c", "object": "chat.completion", "created": 0, "model": "stub", "choices": [choice], "usage": usage,
    }  # fmt: skip


def chat_chunks(calls: Calls, *, whole: bool = False) -> Iterator[Json]:
    """Arguments in pieces; `whole` as Mistral sends them, each call in one chunk."""

    def chunk(delta: Json, finish: str | None = None) -> Json:
        choices = [{"index": 0, "delta": delta, "finish_reason": finish}]
        return {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "stub", "choices": choices}

    yield chunk({"role": "assistant", "content": "" if calls else "done"})
    for n, (name, args) in enumerate(calls):
        function = {"name": name, "arguments": text_of(args) if whole else ""}
        yield chunk({"tool_calls": [{"index": n, "id": f"call_{n}", "type": "function", "function": function}]})
        for piece in () if whole else halves(text_of(args)):
            yield chunk({"tool_calls": [{"index": n, "function": {"arguments": piece}}]})
    yield chunk({}, "tool_calls" if calls else "stop")
    yield chat([]) | {"object": "chat.completion.chunk", "choices": []}  # usage comes last, without choices


# OpenAI responses


def response_items(calls: Calls) -> list[Json]:
    if not calls:
        content = [{"type": "output_text", "text": "done", "annotations": []}]
        return [{"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": content}]
    return [
        {
            "type": "function_call", "id": f"fc_{n}", "call_id": f"call_{n}", "name": name,
            "arguments": text_of(args), "status": "completed",
        }
        for n, (name, args) in enumerate(calls)
    ]  # fmt: skip


def response(calls: Calls, **more: Any) -> Json:
    usage = {
        "input_tokens": 1, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 1,
        "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 2,
    }  # fmt: skip
    return {
        "id": "r", "object": "response", "created_at": 0, "model": "stub", "status": "completed", "error": None,
        "incomplete_details": None, "instructions": None, "metadata": {}, "parallel_tool_calls": True,
        "temperature": 1.0, "tool_choice": "auto", "tools": [], "top_p": 1.0, "usage": usage,
        "output": response_items(calls), **more,
    }  # fmt: skip


def response_events(calls: Calls) -> Iterator[Json]:
    for number, event in enumerate(_response_events(calls)):
        yield event | {"sequence_number": number}


def _response_events(calls: Calls) -> Iterator[Json]:
    yield {"type": "response.created", "response": response(calls, status="in_progress", output=[], usage=None)}
    for n, item in enumerate(response_items(calls)):
        begun = item | {"status": "in_progress"} | ({"arguments": ""} if calls else {"content": []})
        at = {"output_index": n, "item_id": item["id"]}
        yield {"type": "response.output_item.added", "output_index": n, "item": begun}
        if calls:
            for piece in halves(item["arguments"]):
                yield {"type": "response.function_call_arguments.delta", "delta": piece, **at}
            whole = {"arguments": item["arguments"], "name": item["name"]}
            yield {"type": "response.function_call_arguments.done", **whole, **at}
        else:
            part = {"content_index": 0, **at}
            begun_part = item["content"][0] | {"text": ""}
            yield {"type": "response.content_part.added", "part": begun_part, **part}
            yield {"type": "response.output_text.delta", "delta": "done", "logprobs": [], **part}
            yield {"type": "response.output_text.done", "text": "done", "logprobs": [], **part}
            yield {"type": "response.content_part.done", "part": item["content"][0], **part}
        yield {"type": "response.output_item.done", "output_index": n, "item": item}
    yield {"type": "response.completed", "response": response(calls)}


# Anthropic messages


def object_of(arguments: Any) -> Any:
    """Formats that have an object, not text: text that is no JSON goes out as the text it is."""
    try:
        return json.loads(arguments) if isinstance(arguments, str) else arguments
    except ValueError:
        return arguments


def anthropic_blocks(calls: Calls) -> list[Json]:
    if not calls:
        return [{"type": "text", "text": "done"}]
    return [
        {"type": "tool_use", "id": f"call_{n}", "name": name, "input": object_of(args)}
        for n, (name, args) in enumerate(calls)
    ]


def anthropic(calls: Calls, **more: Any) -> Json:
    return {
        "id": "m", "type": "message", "role": "assistant", "model": "stub", "content": anthropic_blocks(calls),
        "stop_reason": "tool_use" if calls else "end_turn", "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 1}, **more,
    }  # fmt: skip


def anthropic_events(calls: Calls) -> Iterator[Json]:
    yield {"type": "message_start", "message": anthropic(calls, content=[], stop_reason=None)}
    for n, block in enumerate(anthropic_blocks(calls)):
        begun = block | ({"input": {}} if calls else {"text": ""})
        yield {"type": "content_block_start", "index": n, "content_block": begun}
        if calls:
            for piece in halves(text_of(calls[n][1])):
                delta = {"type": "input_json_delta", "partial_json": piece}
                yield {"type": "content_block_delta", "index": n, "delta": delta}
        else:
            yield {"type": "content_block_delta", "index": n, "delta": {"type": "text_delta", "text": "done"}}
        yield {"type": "content_block_stop", "index": n}
    delta = {"stop_reason": "tool_use" if calls else "end_turn", "stop_sequence": None}
    yield {"type": "message_delta", "delta": delta, "usage": {"output_tokens": 1}}
    yield {"type": "message_stop"}


# Gemini


def gemini(calls: Calls) -> Json:
    parts = [
        {"functionCall": {"id": f"call_{n}", "name": name, "args": object_of(args)}}
        for n, (name, args) in enumerate(calls)
    ]
    content = {"role": "model", "parts": parts or [{"text": "done"}]}
    usage = {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2}
    return {
        "candidates": [{"content": content, "finishReason": "STOP", "index": 0}], "usageMetadata": usage,
        "modelVersion": "stub",
    }  # fmt: skip


def gemini_chunks(calls: Calls) -> Iterator[Json]:
    """A whole part a chunk, as Gemini streams calls."""
    reply = gemini(calls)
    for part in reply["candidates"][0]["content"]["parts"]:
        yield {"candidates": [{"content": {"role": "model", "parts": [part]}, "index": 0}], "modelVersion": "stub"}
    yield reply | {"candidates": [{"content": {"role": "model", "parts": []}, "finishReason": "STOP", "index": 0}]}


# Bedrock converse


def bedrock(calls: Calls) -> Json:
    content: list[Json] = [
        {"toolUse": {"toolUseId": f"call_{n}", "name": name, "input": object_of(args)}}
        for n, (name, args) in enumerate(calls)
    ]
    return {
        "output": {"message": {"role": "assistant", "content": content or [{"text": "done"}]}},
        "stopReason": "tool_use" if calls else "end_turn",
        "usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2}, "metrics": {"latencyMs": 1},
    }  # fmt: skip


def bedrock_events(calls: Calls) -> Iterator[Json]:
    yield {"messageStart": {"role": "assistant"}}
    for n, (name, args) in enumerate(calls):
        start = {"toolUse": {"toolUseId": f"call_{n}", "name": name}}
        yield {"contentBlockStart": {"contentBlockIndex": n, "start": start}}
        for piece in halves(text_of(args)):
            yield {"contentBlockDelta": {"contentBlockIndex": n, "delta": {"toolUse": {"input": piece}}}}
        yield {"contentBlockStop": {"contentBlockIndex": n}}
    if not calls:
        yield {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "done"}}}
        yield {"contentBlockStop": {"contentBlockIndex": 0}}
    yield {"messageStop": {"stopReason": "tool_use" if calls else "end_turn"}}


def event_frame(event: Json) -> bytes:
    """One event in AWS's binary framing: lengths and a checksum, typed headers, payload, checksum."""
    [(name, content)] = event.items()
    headers = b"".join(
        struct.pack("!B", len(key)) + key.encode() + b"\x07" + struct.pack("!H", len(value)) + value.encode()
        for key, value in (
            (":event-type", name), (":content-type", "application/json"), (":message-type", "event"),
        )
    )  # fmt: skip
    payload = json.dumps(content).encode()
    prelude = struct.pack("!II", 16 + len(headers) + len(payload), len(headers))
    frame = prelude + struct.pack("!I", zlib.crc32(prelude)) + headers + payload
    return frame + struct.pack("!I", zlib.crc32(frame))
