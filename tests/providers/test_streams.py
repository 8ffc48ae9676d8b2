"""Streamed replies: their pieces collected into what a whole reply would have said; a broken stream runs nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segment_toolkit import SegmentToolkit
from segment_toolkit.providers import Provider, provider_class
from segment_toolkit.sandbox import Sandbox
from tests.providers import stub_replies as replies

CALLS = [
    ("SEGMENT_TRACK", {"userId": "u1", "event": "E", "properties": {"text": "ü", "list": [1, {"a": None}]}}),
    ("SEGMENT_IDENTIFY", {"userId": "u2", "traits": {"plan": "pro"}}),
]
WHOLE: dict[str, Any] = {
    "openai": replies.chat, "openai_responses": replies.response, "anthropic": replies.anthropic,
    "gemini": replies.gemini, "bedrock": replies.bedrock, "mistral": replies.chat, "litellm": replies.chat,
}  # fmt: skip
STREAMED: dict[str, Any] = {
    "openai": replies.chat_chunks, "openai_responses": replies.response_events,
    "anthropic": replies.anthropic_events, "gemini": replies.gemini_chunks, "bedrock": replies.bedrock_events,
    "mistral": lambda calls: ({"data": chunk} for chunk in replies.chat_chunks(calls)),
    "litellm": replies.chat_chunks,
}  # fmt: skip
every_vendor = pytest.mark.parametrize("name", WHOLE)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def provider(name: str) -> Provider:
    made = provider_class(name)()
    assert isinstance(made, Provider)
    return made


def parsed(made: Provider, reply: Any) -> list[tuple[Any, Any, Any]]:
    calls = made.tool_calls(reply)
    return [(c.name, json.loads(c.arguments) if isinstance(c.arguments, str) else c.arguments, c.id) for c in calls]


@every_vendor
@pytest.mark.parametrize("form", [lambda chunk: chunk, json.dumps], ids=["dicts", "JSON text"])
def test_a_stream_says_what_the_whole_reply_says(name: str, form: Any) -> None:
    made = provider(name)

    response = made.accumulator().extend(form(chunk) for chunk in STREAMED[name](CALLS))

    assert parsed(made, response) == parsed(made, WHOLE[name](CALLS))
    assert [arguments for _, arguments, _ in parsed(made, response)] == [arguments for _, arguments in CALLS]


@every_vendor
def test_a_streams_calls_are_handled_like_a_whole_replys(name: str, box: Sandbox) -> None:
    toolkit = SegmentToolkit.sandbox(box, provider=provider(name))
    stream = toolkit.provider.accumulator()

    envelopes = toolkit.provider.handle_tool_calls("t", stream.extend(STREAMED[name](CALLS)))

    assert [envelope.successful for envelope in envelopes] == [True, True]
    assert sorted(event["userId"] for event in box.events) == ["u1", "u2"]


@every_vendor
def test_words_alone_are_no_calls_and_are_kept_for_the_conversation(name: str) -> None:
    made = provider(name)
    stream = made.accumulator()

    response = stream.extend(STREAMED[name]([]))

    assert made.tool_calls(response) == []
    assert "done" in json.dumps(stream.turn())


@every_vendor
def test_the_turn_is_the_models_message_as_the_whole_reply_has_it(name: str) -> None:
    stream = provider(name).accumulator()
    stream.extend(STREAMED[name](CALLS))
    whole = WHOLE[name](CALLS)

    turn = stream.turn()

    expected = {
        "openai_responses": lambda: whole["output"],
        "anthropic": lambda: {"role": "assistant", "content": whole["content"]},
        "gemini": lambda: whole["candidates"][0]["content"],
        "bedrock": lambda: whole["output"]["message"],
    }.get(name, lambda: whole["choices"][0]["message"])
    assert turn == expected()


@pytest.mark.parametrize("name", [name for name in WHOLE if name != "gemini"])  # its calls arrive whole
def test_a_call_whose_stream_broke_off_is_never_run(name: str, box: Sandbox) -> None:
    toolkit = SegmentToolkit.sandbox(box, provider=provider(name))
    chunks = list(STREAMED[name](CALLS[:1]))
    complete = 0

    for length in range(len(chunks)):
        box.reset()
        envelopes = toolkit.provider.handle_tool_calls("t", toolkit.provider.accumulator().extend(chunks[:length]))
        complete += len(box.events)
        assert len(envelopes) <= 1
        assert len(box.events) == sum(envelope.successful for envelope in envelopes)
        assert all(event["properties"] == CALLS[0][1]["properties"] for event in box.events)

    assert complete <= len(chunks) - 3


@pytest.mark.parametrize("name", ["anthropic", "bedrock", "openai", "openai_responses"])
def test_a_call_that_broke_off_before_its_arguments_is_not_run_with_none(name: str) -> None:
    begun = [c for c in STREAMED[name]([("SEGMENT_TRACK", "")]) if "SEGMENT_TRACK" in json.dumps(c)][:1]
    toolkit = SegmentToolkit.sandbox(provider=provider(name))

    (envelope,) = toolkit.provider.handle_tool_calls("t", toolkit.provider.accumulator().extend(begun))

    assert "not valid JSON" in str(envelope.error)


def test_a_second_id_under_one_index_is_a_second_call() -> None:
    def piece(call_id: str, user: str) -> Any:
        function = {"name": "SEGMENT_IDENTIFY", "arguments": json.dumps({"userId": user})}
        return {"choices": [{"delta": {"tool_calls": [{"index": 0, "id": call_id, "function": function}]}}]}

    made = provider("openai")

    response = made.accumulator().extend([piece("a", "u1"), piece("b", "u2")])

    assert [call.id for call in made.tool_calls(response)] == ["a", "b"]


def test_anthropics_thoughts_are_kept_with_their_signature() -> None:
    def delta(**delta: Any) -> Any:
        return {"type": "content_block_delta", "index": 0, "delta": delta}

    stream = provider("anthropic").accumulator()
    stream.extend([
        {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}},
        delta(type="thinking_delta", thinking="hm"), delta(type="thinking_delta", thinking="m"),
        delta(type="signature_delta", signature="sig"), {"type": "content_block_stop", "index": 0},
    ])  # fmt: skip

    assert stream.turn()["content"] == [{"type": "thinking", "thinking": "hmm", "signature": "sig"}]


@every_vendor
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_stream_raises(name: str, data: st.DataObject) -> None:
    made = provider(name)
    chunks = list(STREAMED[name](CALLS))
    spoilt = data.draw(st.lists(st.sampled_from(chunks) | JSON, max_size=12))
    for chunk in spoilt:
        if isinstance(chunk, dict) and chunk and data.draw(st.booleans()):
            place = data.draw(st.sampled_from(sorted(chunk)))
            spoilt = [*spoilt, {**chunk, place: data.draw(JSON)}]
    toolkit = SegmentToolkit.sandbox(provider=made)
    stream = toolkit.provider.accumulator()

    stream.extend(spoilt)

    json.dumps(stream.turn())
    assert isinstance(toolkit.provider.handle_tool_calls("t", stream.response()), list)


def test_a_provider_that_reads_no_streams_says_so() -> None:
    class Bare(type(provider("openai"))):  # type: ignore[misc]
        name = "bare"
        accumulator = Provider.accumulator

    with pytest.raises(TypeError, match="bare has no reader of streams"):
        Bare().accumulator()
