"""How each vendor's replies are read and its results written, with no SDK at hand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from segment_toolkit import SegmentToolkit
from segment_toolkit.envelope import Envelope
from segment_toolkit.providers import AnthropicProvider, OpenAIResponsesProvider, Provider, provider_class
from segment_toolkit.sandbox import Sandbox
from tests.providers import stub_replies as replies

GOOD = ("SEGMENT_TRACK", {"userId": "u", "event": "E"})
CALLS = [GOOD, ("SEGMENT_NOPE", {}), GOOD]
REPLIES: dict[str, Any] = {
    "openai": replies.chat, "openai_responses": replies.response, "anthropic": replies.anthropic,
    "gemini": replies.gemini, "bedrock": replies.bedrock, "mistral": replies.chat, "litellm": replies.chat,
}  # fmt: skip
every_vendor = pytest.mark.parametrize("name", REPLIES)


def toolkit_for(name: str, box: Sandbox | None = None) -> SegmentToolkit:
    made = provider_class(name)()
    assert isinstance(made, Provider)
    return SegmentToolkit.sandbox(box, provider=made)


@every_vendor
@pytest.mark.parametrize(
    "form",
    [
        pytest.param(lambda reply: reply, id="a dict"),
        pytest.param(json.dumps, id="text"),
        pytest.param(lambda reply: json.dumps(reply).encode(), id="bytes"),
    ],
)
def test_a_reply_is_taken_as_dict_and_as_text(name: str, form: Any, box: Sandbox) -> None:
    envelopes = toolkit_for(name, box).provider.handle_tool_calls("t", form(REPLIES[name](CALLS)))

    assert [envelope.successful for envelope in envelopes] == [True, False, True]
    assert [envelope.tool_call_id for envelope in envelopes] == ["call_0", "call_1", "call_2"]
    assert [envelope.called for envelope in envelopes] == ["SEGMENT_TRACK", "SEGMENT_NOPE", "SEGMENT_TRACK"]
    assert len(box.events) == 2


@every_vendor
def test_the_part_of_a_reply_that_holds_the_calls_is_taken_too(name: str) -> None:
    whole = REPLIES[name]([GOOD])
    part = {
        "openai_responses": lambda: whole["output"],
        "anthropic": lambda: whole,
        "gemini": lambda: whole["candidates"][0]["content"],
        "bedrock": lambda: whole["output"]["message"],
    }.get(name, lambda: whole["choices"][0]["message"])()

    (envelope,) = toolkit_for(name).provider.handle_tool_calls("t", part)

    assert envelope.successful


@every_vendor
def test_words_are_no_calls_and_need_no_message(name: str) -> None:
    provider = toolkit_for(name).provider

    assert provider.handle_tool_calls("t", REPLIES[name]([])) == []
    assert provider.tool_messages("t", REPLIES[name]([])) == []


@every_vendor
@pytest.mark.parametrize(
    "reply", [pytest.param(r, id=repr(r)) for r in ("{", "5", None, 5, {}, {"error": "x"}, object)]
)
def test_what_is_no_reply_gives_one_failed_envelope_and_no_message(name: str, reply: Any) -> None:
    provider = toolkit_for(name).provider

    (envelope,) = provider.handle_tool_calls("t", reply)

    assert envelope.failure is not None
    assert envelope.failure.code == "validation"
    assert provider.tool_messages("t", reply) == []


@pytest.mark.parametrize("name", ["anthropic", "gemini", "bedrock"])
def test_all_results_go_into_one_message_of_the_users(name: str) -> None:
    [message] = toolkit_for(name).provider.tool_messages("t", REPLIES[name](CALLS))

    assert message["role"] == "user"
    assert len(message.get("content") or message["parts"]) == 3


def test_anthropics_results_are_marked_as_errors() -> None:
    [message] = toolkit_for("anthropic").provider.tool_messages("t", replies.anthropic(CALLS))

    assert [block["is_error"] for block in message["content"]] == [False, True, False]


def test_bedrocks_results_have_a_status() -> None:
    [message] = toolkit_for("bedrock").provider.tool_messages("t", replies.bedrock(CALLS))

    assert [block["toolResult"]["status"] for block in message["content"]] == ["success", "error", "success"]


def test_geminis_calls_may_have_no_id_and_results_name_what_was_called() -> None:
    reply = replies.gemini(CALLS)
    for part in reply["candidates"][0]["content"]["parts"]:
        del part["functionCall"]["id"]

    [message] = toolkit_for("gemini").provider.tool_messages("t", reply)

    named = [part["function_response"] for part in message["parts"]]
    assert [each["name"] for each in named] == [name for name, _ in CALLS]
    assert all("id" not in each for each in named)


def test_mistrals_results_name_what_was_called() -> None:
    messages = toolkit_for("mistral").provider.tool_messages("t", replies.chat(CALLS))

    assert [message["name"] for message in messages] == [name for name, _ in CALLS]


@pytest.mark.parametrize("name", ["gemini", "bedrock"])
def test_a_result_that_json_cannot_say_is_said_all_the_same(name: str) -> None:
    provider = provider_class(name)()
    assert isinstance(provider, Provider)

    messages = provider.messages([Envelope.success({"odd": {1, 2}})])

    assert "odd" in json.dumps(messages)


def test_the_responses_form_says_that_it_is_not_strict_unless_asked() -> None:
    loose = SegmentToolkit(OpenAIResponsesProvider()).tools.get()
    strict = SegmentToolkit(OpenAIResponsesProvider(strict=True)).tools.get()

    assert {tool["strict"] for tool in loose} == {False}
    assert {tool["strict"] for tool in strict} == {True}


def test_the_last_of_anthropics_tools_may_be_marked_for_its_cache() -> None:
    tools = SegmentToolkit(AnthropicProvider(cache_tools=True)).tools.get()

    assert [tool["name"] for tool in tools if "cache_control" in tool] == [tools[-1]["name"]]
    assert all("cache_control" not in tool for tool in SegmentToolkit(AnthropicProvider()).tools.get())
