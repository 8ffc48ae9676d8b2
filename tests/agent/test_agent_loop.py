"""`run_agent`: the model calls tools until it answers in words; every call it makes is answered."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openai
import pytest
from agent_models import BROKEN, TASK, TRACK, PlainClient, calls, openai_client, words

from segment_toolkit import OpenAIProvider, SegmentToolkit, run_agent
from segment_toolkit.agent import Usage
from segment_toolkit.errors import InvalidParams, UnknownTool
from segment_toolkit.providers import provider_class
from segment_toolkit.sandbox import Sandbox


def tool_messages(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [message for message in messages if message["role"] == "tool"]


def errors(run: Any) -> list[str]:
    return [call.envelope.error or "" for call in run.calls]


def test_it_runs_the_calls_until_the_model_answers_in_words(
    toolkit: SegmentToolkit, box: Sandbox, tmp_path: Path
) -> None:
    with openai_client(tmp_path, calls(TRACK), words("Recorded.")) as client:
        run = run_agent(client, "scripted", TASK, toolkit, user_id="tenant")

    assert (run.text, run.stopped, run.finished, run.turns) == ("Recorded.", "answered", True, 2)
    assert [event["event"] for event in box.events] == ["Signed Up"]
    assert [message["role"] for message in run.messages] == ["user", "assistant", "tool", "assistant"]
    assert [(call.tool, call.ran, call.envelope.successful) for call in run.calls] == [("SEGMENT_TRACK", True, True)]


def test_the_transcript_can_be_given_back_to_go_on(toolkit: SegmentToolkit, tmp_path: Path) -> None:
    with openai_client(tmp_path, calls(TRACK), words("Recorded."), words("You are welcome.")) as client:
        first = run_agent(client, "scripted", TASK, toolkit)
        second = run_agent(client, "scripted", [*first.messages, {"role": "user", "content": "Thanks."}], toolkit)

    assert second.text == "You are welcome."
    assert json.loads(json.dumps(second.messages)) == second.messages


def test_the_callers_messages_stay_as_they_were(toolkit: SegmentToolkit) -> None:
    messages = copy.deepcopy(TASK)

    run = run_agent(PlainClient(calls(TRACK), words("Done.")), "m", messages, toolkit)
    run.messages[0]["content"] = "changed"

    assert messages == TASK


def test_every_call_of_a_reply_is_answered_in_its_order(toolkit: SegmentToolkit) -> None:
    reply = calls(TRACK, ("SEGMENT_TRAK", {}), ("SEGMENT_TRACK", "{"), BROKEN)

    run = run_agent(PlainClient(reply, words("Done.")), "m", TASK, toolkit)

    assert [message["tool_call_id"] for message in tool_messages(run.messages)] == [f"call_{n}" for n in range(4)]
    assert [call.envelope.successful for call in run.calls] == [True, False, False, False]
    assert "did you mean 'SEGMENT_TRACK'" in errors(run)[1]


def test_calls_over_the_limit_are_answered_and_not_run(toolkit: SegmentToolkit, box: Sandbox) -> None:
    run = run_agent(PlainClient(calls(TRACK, TRACK, TRACK), words("Two.")), "m", TASK, toolkit, max_calls=2)

    assert [call.ran for call in run.calls] == [True, True, False]
    assert "limit of 2 tool calls" in errors(run)[2]
    assert len(tool_messages(run.messages)) == 3
    assert len(box.events) == 2
    assert run.finished


def test_a_model_that_goes_on_after_the_limit_is_stopped(toolkit: SegmentToolkit, box: Sandbox) -> None:
    client = PlainClient(calls(TRACK, TRACK))

    run = run_agent(client, "m", TASK, toolkit, max_calls=1, max_turns=50)

    assert (run.stopped, run.turns, run.text) == ("calls", 2, "")
    assert len(tool_messages(run.messages)) == 4
    assert len(box.events) == 1


def test_the_turns_are_bounded_and_the_last_ones_calls_are_answered(toolkit: SegmentToolkit, box: Sandbox) -> None:
    client = PlainClient(calls(TRACK))

    run = run_agent(client, "m", TASK, toolkit, max_turns=3)

    assert (run.stopped, run.finished, run.turns, len(client.requests)) == ("turns", False, 3, 3)
    assert run.messages[-1]["role"] == "tool"
    assert len(box.events) == 3


@pytest.mark.parametrize("in_one_reply", [True, False], ids=["in one reply", "one a turn"])
def test_the_third_equal_call_that_fails_is_answered_with_stop_and_ask(
    toolkit: SegmentToolkit, in_one_reply: bool
) -> None:
    spelled = [BROKEN, ("SEGMENT_TRACK", '{ "event" : "Signed Up" }'), BROKEN]
    replies = [calls(*spelled)] if in_one_reply else [calls(call) for call in spelled]

    run = run_agent(PlainClient(*replies, words("Who signed up?")), "m", TASK, toolkit)

    assert [call.ran for call in run.calls] == [True, True, False]
    assert "Stop and ask the user" in errors(run)[2]
    assert run.text == "Who signed up?"


def test_a_call_that_worked_in_between_starts_the_count_anew(toolkit: SegmentToolkit, box: Sandbox) -> None:
    box.inject(status=501)
    replies = [calls(("SEGMENT_GET_DESTINATION", {"destinationId": box.destinations["slack"]}))] * 4

    run = run_agent(PlainClient(*replies, words("Done.")), "m", TASK, toolkit)

    assert [(call.ran, call.envelope.successful) for call in run.calls] == [(True, False), *[(True, True)] * 3]


def test_an_agent_has_only_the_tools_it_was_given(toolkit: SegmentToolkit, box: Sandbox) -> None:
    client = PlainClient(
        calls(("SEGMENT_DELETE_SOURCE", {"sourceId": box.sources["shop-web"]}), TRACK), words("I cannot.")
    )

    run = run_agent(client, "m", TASK, toolkit, tools=["SEGMENT_TRACK"])

    assert [tool["function"]["name"] for tool in client.requests[0]["tools"]] == ["SEGMENT_TRACK"]
    assert [call.ran for call in run.calls] == [False, True]
    assert "shop-web" in box.sources


def test_an_agent_may_have_the_tools_of_a_tag_or_none(toolkit: SegmentToolkit) -> None:
    reader, talker = PlainClient(words("Read.")), PlainClient(calls(TRACK), words("I have no tools."))

    run_agent(reader, "m", TASK, toolkit, tags=["read"])
    run = run_agent(talker, "m", TASK, toolkit, tools=[])

    assert "SEGMENT_TRACK" not in str(reader.requests[0]["tools"])
    assert "tools" not in talker.requests[0]
    assert "answer in words" in errors(run)[0]


def test_destructive_calls_need_the_hosts_approval_as_ever(box: Sandbox) -> None:
    toolkit = SegmentToolkit.sandbox(box, approve=None)
    client = PlainClient(calls(("SEGMENT_DELETE_SOURCE", {"sourceId": box.sources["shop-web"]})), words("No."))

    run = run_agent(client, "m", TASK, toolkit)

    assert "approval" in errors(run)[0]
    assert "shop-web" in box.sources


@pytest.mark.parametrize("ids", [pytest.param([None, None], id="no ids"), pytest.param(["a", "a"], id="one id twice")])
def test_calls_that_cannot_be_told_apart_get_ids(toolkit: SegmentToolkit, ids: list[Any]) -> None:
    other = ("SEGMENT_TRACK", {**TRACK[1], "event": "Logged In"})

    run = run_agent(PlainClient(calls(TRACK, other, ids=ids), words("Done.")), "m", TASK, toolkit)

    proposed = [call["id"] for call in run.messages[1]["tool_calls"]]
    assert len(set(proposed)) == 2
    assert [message["tool_call_id"] for message in tool_messages(run.messages)] == proposed


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param({(1, 2): 3}, id="a key that JSON has not"),
        pytest.param(float("nan"), id="a number"),
        pytest.param("\ud800", id="half a character"),
        pytest.param(None, id="none"),
    ],
)
def test_arguments_of_any_kind_are_answered(toolkit: SegmentToolkit, arguments: Any) -> None:
    reply = {"tool_calls": [{"id": "a", "function": {"name": "SEGMENT_TRACK", "arguments": arguments}}, None, 5]}

    run = run_agent(PlainClient(reply, words("Hm.")), "m", TASK, toolkit)

    assert [call.envelope.successful for call in run.calls] == [False] * 3


def test_a_reply_may_be_an_object_without_model_dump(toolkit: SegmentToolkit) -> None:
    function = SimpleNamespace(name="SEGMENT_TRACK", arguments=json.dumps(TRACK[1]))
    messages = [
        SimpleNamespace(content=None, tool_calls=[SimpleNamespace(id="a", function=function)]),
        SimpleNamespace(content="Done.", tool_calls=None),
    ]
    replies = iter(messages)

    run = run_agent(lambda **_: SimpleNamespace(choices=[SimpleNamespace(message=next(replies))]), "m", TASK, toolkit)

    assert (run.text, [call.envelope.successful for call in run.calls]) == ("Done.", [True])


def test_usage_is_the_sum_of_what_was_reported(toolkit: SegmentToolkit) -> None:
    usage = {"prompt_tokens": 10, "completion_tokens": 3, "total_tokens": 13}

    run = run_agent(PlainClient(calls(TRACK), words("Done."), usage=usage), "m", TASK, toolkit)
    silent = run_agent(PlainClient(words("Done.")), "m", TASK, toolkit)

    assert run.usage == Usage(20, 6, 26)
    assert silent.usage == Usage()


def test_a_forced_tool_is_forced_once(toolkit: SegmentToolkit) -> None:
    client = PlainClient(calls(TRACK), words("Done."))

    run_agent(client, "m", TASK, toolkit, tool_choice="required", temperature=0)

    assert [request.get("tool_choice") for request in client.requests] == ["required", None]
    assert [request["temperature"] for request in client.requests] == [0, 0]


def test_the_toolkits_own_form_of_openai_tools_is_kept(box: Sandbox) -> None:
    client = PlainClient(words("Hello."))

    run_agent(client, "m", TASK, SegmentToolkit.sandbox(box, OpenAIProvider(strict=True)))

    assert client.requests[0]["tools"][0]["function"]["strict"] is True


@pytest.mark.parametrize("provider", ["anthropic", "gemini", "langchain", "litellm", "mistral", "openai_responses"])
def test_a_toolkit_that_serves_another_vendor_speaks_chat_completions_here(box: Sandbox, provider: str) -> None:
    client = PlainClient(calls(TRACK, ("SEGMENT_TRAK", {})), words("Done."))

    run = run_agent(client, "m", TASK, SegmentToolkit.sandbox(box, provider_class(provider)()))

    assert client.requests[0]["tools"][0]["type"] == "function"
    assert [message["role"] for message in run.messages[2:4]] == ["tool", "tool"]
    assert len(box.events) == 1


def test_an_error_of_the_client_is_raised_as_it_is(toolkit: SegmentToolkit, tmp_path: Path) -> None:
    with openai_client(tmp_path, calls(TRACK)) as client, pytest.raises(openai.BadRequestError, match="is over"):
        run_agent(client, "scripted", TASK, toolkit)


@pytest.mark.parametrize("answer", [None, {}, {"choices": []}, {"error": "x"}, "words"], ids=repr)
def test_an_answer_that_is_no_completion_is_a_mistake_of_the_host(toolkit: SegmentToolkit, answer: Any) -> None:
    with pytest.raises(InvalidParams, match="no chat completion"):
        run_agent(lambda **_: answer, "m", TASK, toolkit)


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        pytest.param({"max_turns": 0}, InvalidParams, "max_turns", id="no turns"),
        pytest.param({"stream": True}, InvalidParams, "stream", id="a stream"),
        pytest.param({"tools": ["SEGMENT_TRAK"]}, UnknownTool, "SEGMENT_TRACK", id="an unknown tool"),
    ],
)
def test_options_that_cannot_be_right_are_refused_before_the_model_is_asked(
    toolkit: SegmentToolkit, options: dict[str, Any], error: type[Exception], says: str
) -> None:
    client = PlainClient(words("Hello."))

    with pytest.raises(error, match=says):
        run_agent(client, "m", TASK, toolkit, **options)

    assert client.requests == []


def test_what_is_no_client_is_refused(toolkit: SegmentToolkit) -> None:
    with pytest.raises(TypeError, match=r"chat\.completions\.create"):
        run_agent(object(), "m", TASK, toolkit)


def test_arguments_are_not_in_the_repr_because_they_may_hold_a_write_key(toolkit: SegmentToolkit, box: Sandbox) -> None:
    secret = ("SEGMENT_TRACK", {**TRACK[1], "writeKey": box.write_key})

    run = run_agent(PlainClient(calls(secret), words("Done.")), "m", TASK, toolkit)

    assert box.write_key not in f"{run!r} {run.calls!r}"
