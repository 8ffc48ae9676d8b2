"""A reply that ends before its model ended it: the call that it broke off in is not run, those before it are."""

from __future__ import annotations

import json
from typing import Any

import pytest

from segment_toolkit import SegmentToolkit
from segment_toolkit.providers import Provider, provider_class
from segment_toolkit.sandbox import Sandbox
from tests.providers import stub_replies as replies

FIRST = ("SEGMENT_TRACK", {"userId": "u1", "event": "E"})
LAST = ("SEGMENT_IDENTIFY", {"userId": "u2"})  # the model was about to write the traits


def chat(calls: Any, reason: str) -> Any:
    whole = replies.chat(calls)
    return {**whole, "choices": [{**whole["choices"][0], "finish_reason": reason}]}


def gemini(calls: Any, reason: str) -> Any:
    whole = replies.gemini(calls)
    return {**whole, "candidates": [{**whole["candidates"][0], "finishReason": reason}]}


def anthropic(calls: Any, reason: str) -> Any:
    return replies.anthropic(calls, stop_reason=reason)


def bedrock(calls: Any, reason: str) -> Any:
    return {**replies.bedrock(calls), "stopReason": reason}


#: Vendors whose arguments are an object, which may be the part of one that had arrived.
OBJECTS = [
    pytest.param("anthropic", anthropic, "max_tokens", id="anthropic"),
    pytest.param("anthropic", anthropic, "model_context_window_exceeded", id="anthropic, out of context"),
    pytest.param("bedrock", bedrock, "max_tokens", id="bedrock"),
    pytest.param("bedrock", bedrock, "guardrail_intervened", id="bedrock, a guardrail"),
    pytest.param("gemini", gemini, "MAX_TOKENS", id="gemini"),
]
#: Vendors whose arguments are text, and how it ends in the middle.
TEXTS = [
    pytest.param("openai", "length", '{"userId": "u2", "tra', id="openai"),
    pytest.param("openai", "length", "", id="openai, before the arguments"),
    pytest.param("openai", "content_filter", '{"userId"', id="openai, a filter"),
    pytest.param("mistral", "model_length", '{"userId"', id="mistral"),
    pytest.param("litellm", "length", '{"userId"', id="litellm"),
]


def toolkit_for(name: str, box: Sandbox) -> SegmentToolkit:
    made = provider_class(name)()
    assert isinstance(made, Provider)
    return SegmentToolkit.sandbox(box, provider=made)


@pytest.mark.parametrize(("name", "reply", "reason"), OBJECTS)
def test_the_object_of_a_cut_off_call_is_not_trusted(name: str, reply: Any, reason: str, box: Sandbox) -> None:
    first, last = toolkit_for(name, box).provider.handle_tool_calls("t", reply([FIRST, LAST], reason))

    assert first.successful
    assert f"cut off in this call ({reason})" in str(last.error)
    assert [event["userId"] for event in box.events] == ["u1"]


@pytest.mark.parametrize(("name", "reason", "arguments"), TEXTS)
def test_the_text_of_a_cut_off_call_is_called_that_and_not_bad_json(
    name: str, reason: str, arguments: str, box: Sandbox
) -> None:
    reply = chat([FIRST, ("SEGMENT_IDENTIFY", arguments)], reason)

    first, last = toolkit_for(name, box).provider.handle_tool_calls("t", reply)

    assert first.successful
    assert f"cut off in this call ({reason})" in str(last.error)
    assert "less in one call" in str(last.error)


@pytest.mark.parametrize("name", ["openai", "mistral", "litellm"])
def test_a_text_that_was_whole_when_the_reply_ended_is_run(name: str, box: Sandbox) -> None:
    envelopes = toolkit_for(name, box).provider.handle_tool_calls("t", chat([FIRST, LAST], "length"))

    assert [envelope.successful for envelope in envelopes] == [True, True]


def test_an_incomplete_item_of_a_response_is_called_that(box: Sandbox) -> None:
    reply = replies.response([FIRST, ("SEGMENT_IDENTIFY", '{"userId"')], status="incomplete")
    reply["output"][1]["status"] = "incomplete"

    first, last = toolkit_for("openai_responses", box).provider.handle_tool_calls("t", reply)

    assert first.successful
    assert "cut off in this call" in str(last.error)


def test_words_after_a_call_were_cut_off_and_not_the_call(box: Sandbox) -> None:
    reply = anthropic([FIRST], "max_tokens")
    reply["content"].append({"type": "text", "text": "And n"})

    (envelope,) = toolkit_for("anthropic", box).provider.handle_tool_calls("t", reply)

    assert envelope.successful


@pytest.mark.parametrize(
    ("name", "chunks"),
    [
        pytest.param(
            "anthropic",
            [*list(replies.anthropic_events([("SEGMENT_IDENTIFY", '{"userId"')]))[:-2],
             {"type": "message_delta", "delta": {"stop_reason": "max_tokens"}}],
            id="anthropic",
        ),
        pytest.param(
            "bedrock",
            [*list(replies.bedrock_events([("SEGMENT_IDENTIFY", '{"userId"')]))[:-1],
             {"messageStop": {"stopReason": "max_tokens"}}],
            id="bedrock",
        ),
        pytest.param(
            "openai",
            [*list(replies.chat_chunks([("SEGMENT_IDENTIFY", '{"userId"')]))[:-2],
             {"choices": [{"index": 0, "delta": {}, "finish_reason": "length"}]}],
            id="openai",
        ),
        pytest.param(
            "gemini",
            [*list(replies.gemini_chunks([LAST]))[:-1],
             {"candidates": [{"content": {"parts": []}, "finishReason": "MAX_TOKENS"}]}],
            id="gemini",
        ),
    ],
)  # fmt: skip
def test_a_stream_that_says_so_is_read_like_a_whole_reply(name: str, chunks: list[Any], box: Sandbox) -> None:
    toolkit = toolkit_for(name, box)

    (envelope,) = toolkit.provider.handle_tool_calls("t", toolkit.provider.accumulator().extend(chunks))

    assert "cut off in this call" in str(envelope.error)
    assert box.requests == []


@pytest.mark.parametrize("name", ["openai", "mistral", "litellm"])
def test_the_turn_of_a_broken_stream_can_be_sent_to_any_vendor(name: str, box: Sandbox) -> None:
    stream = toolkit_for(name, box).provider.accumulator()
    stream.extend(replies.chat_chunks([FIRST, ("SEGMENT_IDENTIFY", '{"userId"')]))

    arguments = [call["function"]["arguments"] for call in stream.turn()["tool_calls"]]

    assert [json.loads(text) for text in arguments] == [FIRST[1], {}]


@pytest.mark.parametrize("spelled", ["promptFeedback", "prompt_feedback"])
def test_a_prompt_that_gemini_blocked_is_a_reply_without_calls(spelled: str, box: Sandbox) -> None:
    provider = toolkit_for("gemini", box).provider

    assert provider.handle_tool_calls("t", {spelled: {"blockReason": "SAFETY"}}) == []
