"""How a run ends when the model's last reply is no answer, and what of it stays in the transcript."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import pytest
from agent_models import TASK, TRACK, AsyncClient, PlainClient, calls, words
from openai.types.chat import ChatCompletion

from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit, arun_agent, run_agent
from segment_toolkit.errors import InvalidParams
from segment_toolkit.sandbox import Sandbox


class PlainReplies:
    """A client that hands over its replies themselves, not copies."""

    def __init__(self, *replies: Any) -> None:
        self._replies = iter(replies)

    def __call__(self, **_: Any) -> Any:
        return {"choices": [{"message": next(self._replies)}]}


def ending(reason: str | None, **message: Any) -> Any:
    """A client whose only reply is this."""
    return lambda **_: {"choices": [{"message": {"role": "assistant", **message}, "finish_reason": reason}]}


@pytest.mark.parametrize(
    ("client", "stopped", "text"),
    [
        pytest.param(ending("stop", content="Done."), "answered", "Done.", id="an answer"),
        pytest.param(ending("length", content="I have rec"), "length", "I have rec", id="cut off in words"),
        pytest.param(ending("length", content=None), "length", "", id="cut off before words: all went into thinking"),
        pytest.param(ending("model_length", content="I"), "length", "I", id="cut off, as Mistral says it"),
        pytest.param(ending("content_filter", content="I"), "content_filter", "I", id="filtered"),
        pytest.param(ending("stop", refusal="I will not."), "refused", "I will not.", id="refused"),
        pytest.param(ending("stop", content=" \n"), "empty", " \n", id="blanks"),
        pytest.param(ending("stop"), "empty", "", id="nothing"),
        pytest.param(ending(None, content="Done."), "answered", "Done.", id="a backend that does not say why"),
    ],
)
def test_only_whole_words_are_an_answer(toolkit: SegmentToolkit, client: Any, stopped: str, text: str) -> None:
    run = run_agent(client, "m", TASK, toolkit)

    assert (run.stopped, run.text, run.finished) == (stopped, text, stopped == "answered")


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param({"message": None, "finish_reason": "content_filter"}, id="no message"),
        pytest.param({"message": {"role": "assistant", "content": None}, "finish_reason": "stop"}, id="nothing said"),
    ],
)
def test_a_message_that_says_nothing_is_left_out_of_the_transcript(toolkit: SegmentToolkit, reply: Any) -> None:
    run = run_agent(lambda **_: {"choices": [reply]}, "m", TASK, toolkit)

    assert run.messages == TASK  # which can be sent again: no vendor takes back an empty message
    assert not run.finished


def test_a_call_that_the_reply_was_cut_off_in_is_not_run(toolkit: SegmentToolkit, box: Sandbox) -> None:
    proposed = calls(TRACK, ("SEGMENT_TRACK", '{"userId": "u-43", "ev'))
    replies = iter([("length", proposed), ("stop", words("Done."))])

    def client(**_: Any) -> Any:
        reason, message = next(replies)
        return {"choices": [{"message": message, "finish_reason": reason}]}

    run = run_agent(client, "m", TASK, toolkit)

    assert [call.envelope.successful for call in run.calls] == [True, False]
    assert "cut off in this call (length)" in str(run.calls[1].envelope.error)
    assert [event["userId"] for event in box.events] == ["u-42"]


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param('{"userId": "u', id="broken"),
        pytest.param("[]", id="a list"),
        pytest.param('```json\n{"userId": "u-42", "event": "E"}\n```', id="fenced"),
        pytest.param(json.dumps(json.dumps(TRACK[1])), id="doubly encoded"),
        pytest.param(TRACK[1], id="an object"),
        pytest.param('{"userId": "u-42", "event": "\ud800"}', id="half a character"),
        pytest.param({"userId": float("nan")}, id="a number that JSON has not"),
    ],
)
def test_the_transcript_holds_arguments_that_every_vendor_takes_back(toolkit: SegmentToolkit, arguments: Any) -> None:
    call = {"id": "a", "type": "function", "function": {"name": "SEGMENT_TRACK", "arguments": arguments}}
    client = PlainClient({"tool_calls": [call]}, words("Done."))

    run = run_agent(client, "m", TASK, toolkit)

    kept = run.messages[1]["tool_calls"][0]["function"]["arguments"]
    assert isinstance(json.loads(kept), dict)
    kept.encode()
    assert run.calls[0].arguments == arguments or arguments != arguments


@pytest.mark.parametrize("deep", [600, 5_000])
def test_arguments_as_an_object_may_nest_as_deep_as_they_like(toolkit: SegmentToolkit, deep: int) -> None:
    arguments: dict[str, Any] = {}
    for _ in range(deep):
        arguments = {"a": arguments}
    call = {"id": "a", "type": "function", "function": {"name": "SEGMENT_TRACK", "arguments": arguments}}

    run = run_agent(PlainReplies({"tool_calls": [call]}, words("Done.")), "m", TASK, toolkit)

    assert [answered.envelope.successful for answered in run.calls] == [False]


def test_arguments_that_any_vendor_takes_back_stay_as_the_model_wrote_them(toolkit: SegmentToolkit) -> None:
    written = '{ "event":"E",  "userId":"u-42" }'

    run = run_agent(PlainClient(calls(("SEGMENT_TRACK", written)), words("Done.")), "m", TASK, toolkit)

    assert run.messages[1]["tool_calls"][0]["function"]["arguments"] == written


def test_an_id_that_comes_again_in_a_later_turn_is_made_another(toolkit: SegmentToolkit) -> None:
    client = PlainClient(calls(TRACK), calls(TRACK), words("Done."))  # "call_0" in each, as some backends have it
    first = run_agent(client, "m", TASK, toolkit)

    again = run_agent(PlainClient(calls(TRACK), words("Done.")), "m", first.messages, toolkit)

    ids = [call["id"] for message in again.messages for call in message.get("tool_calls", ())]
    assert len(set(ids)) == len(ids) == 3
    assert [message["tool_call_id"] for message in again.messages if message["role"] == "tool"] == ids


def test_a_call_that_a_backend_hands_on_twice_is_one_call(toolkit: SegmentToolkit, box: Sandbox) -> None:
    run = run_agent(PlainClient(calls(TRACK, TRACK, ids=["a", "a"]), words("Done.")), "m", TASK, toolkit)

    assert [call.id for call in run.calls] == ["a"]
    assert len(run.messages[1]["tool_calls"]) == 1
    assert len(box.events) == 1


def test_an_id_that_is_made_up_is_nobody_elses(toolkit: SegmentToolkit) -> None:
    run = run_agent(
        PlainClient(calls(TRACK, TRACK, TRACK, ids=["call_1_2", None, "call_1_1"]), words("Done.")), "m", TASK, toolkit
    )

    assert len({call.id for call in run.calls}) == 3


def test_a_backends_own_error_in_place_of_choices_is_told(toolkit: SegmentToolkit) -> None:
    answer = {"choices": None, "error": {"message": "Provider returned error", "code": 502}}

    with pytest.raises(InvalidParams, match=r"no chat completion\. It says: Provider returned error"):
        run_agent(lambda **_: answer, "m", TASK, toolkit)


def test_messages_may_be_the_sdks_own_objects(toolkit: SegmentToolkit) -> None:
    first = ChatCompletion.model_validate({
        "id": "c", "object": "chat.completion", "created": 0, "model": "m",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hello."}}],
    })  # fmt: skip
    client = PlainClient(words("Done."))

    run_agent(client, "m", [*TASK, first.choices[0].message], toolkit)  # type: ignore[list-item]

    assert client.requests[0]["messages"][1] == {"role": "assistant", "content": "Hello."}


@pytest.mark.parametrize("messages", ["Record it.", [5], [SimpleNamespace()]], ids=repr)
def test_what_is_no_message_is_refused_before_the_model_is_asked(toolkit: SegmentToolkit, messages: Any) -> None:
    client = PlainClient(words("Hello."))

    with pytest.raises(InvalidParams, match="message"):
        run_agent(client, "m", messages, toolkit)

    assert client.requests == []


def test_async_runs_end_the_same_way() -> None:
    async def ended() -> str:
        async with AsyncSegmentToolkit.sandbox() as toolkit:
            return (await arun_agent(AsyncClient({"refusal": "I will not."}), "m", TASK, toolkit)).stopped

    assert asyncio.run(ended()) == "refused"
