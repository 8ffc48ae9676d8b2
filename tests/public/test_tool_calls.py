"""`toolkit.provider`: a model's reply in every shape it comes in, one envelope and one message for each call."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from openai.types.chat import ChatCompletion

from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit
from segment_toolkit.sandbox import Sandbox
from segment_tools import TOOLS
from tests.replies import completion

GOOD = ("SEGMENT_TRACK", {"userId": "u", "event": "E"})
MIXED = completion(GOOD, ("SEGMENT_TRAK", {}), ("SEGMENT_TRACK", "{"), GOOD, ("SEGMENT_TRACK", {"event": 1}))


def sdk_object(reply: dict[str, Any]) -> ChatCompletion:
    return ChatCompletion.model_validate({"id": "c", "created": 0, "model": "m", "object": "chat.completion", **reply})


@pytest.mark.parametrize(
    "form",
    [
        pytest.param(lambda reply: reply, id="a dict"),
        pytest.param(json.dumps, id="JSON text"),
        pytest.param(sdk_object, id="the SDK's object"),
        pytest.param(lambda reply: reply["choices"][0]["message"], id="its message"),
        pytest.param(lambda reply: sdk_object(reply).choices[0].message, id="the SDK's message"),
    ],
)
def test_a_reply_is_taken_in_every_form(toolkit: SegmentToolkit, form: Any) -> None:
    envelopes = toolkit.provider.handle_tool_calls(user_id="t", response=form(completion(GOOD, GOOD)))

    assert [envelope.successful for envelope in envelopes] == [True, True]


def test_a_bad_call_keeps_its_neighbours_results_and_the_order(toolkit: SegmentToolkit, box: Sandbox) -> None:
    envelopes = toolkit.provider.handle_tool_calls("t", MIXED)

    assert [e.failure and e.failure.code for e in envelopes] == [None, "unknown_tool", "validation", None, "validation"]
    assert [e.tool_call_id for e in envelopes] == [f"call_{n}" for n in range(5)]
    assert len(box.events) == 2


def test_every_call_id_gets_one_message_that_a_model_can_read(toolkit: SegmentToolkit) -> None:
    messages = toolkit.provider.tool_messages("t", MIXED)

    assert [message["tool_call_id"] for message in messages] == [f"call_{n}" for n in range(5)]
    for message in messages:
        assert message["role"] == "tool"
        assert set(json.loads(message["content"])) == {"data", "error", "successful"}


def test_only_the_first_choice_is_acted_on(toolkit: SegmentToolkit, box: Sandbox) -> None:
    reply = completion(GOOD)
    reply["choices"] *= 3

    toolkit.provider.handle_tool_calls("t", reply)

    assert len(box.events) == 1


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param({"choices": [{"message": {"role": "assistant", "content": "Hello"}}]}, id="words"),
        pytest.param({"choices": [{"message": {"role": "assistant", "tool_calls": None}}]}, id="null"),
        pytest.param({"choices": [{"message": {"role": "assistant", "tool_calls": []}}]}, id="none"),
    ],
)
def test_a_reply_without_calls_gives_no_envelopes(toolkit: SegmentToolkit, reply: Any) -> None:
    assert toolkit.provider.handle_tool_calls("t", reply) == []
    assert toolkit.provider.tool_messages("t", reply) == []


@pytest.mark.parametrize(
    "reply", [pytest.param(r, id=repr(r)) for r in ("{", "[]", "5", None, 5, {}, {"choices": []}, {"error": "x"})]
)
def test_what_is_no_reply_gives_one_failed_envelope(toolkit: SegmentToolkit, reply: Any) -> None:
    (envelope,) = toolkit.provider.handle_tool_calls("t", reply)

    assert envelope.failure is not None
    assert envelope.failure.code == "validation"


@pytest.mark.parametrize(
    "call",
    [
        pytest.param({}, id="empty"),
        pytest.param(None, id="null"),
        pytest.param({"id": 5, "function": None}, id="no function"),
        pytest.param({"id": "x", "function": {"name": 7, "arguments": {}}}, id="a number for a name"),
        pytest.param({"id": "x", "type": "custom", "custom": {"name": "f", "input": ""}}, id="a custom call"),
    ],
)
def test_a_malformed_call_is_an_unknown_tool(toolkit: SegmentToolkit, call: Any) -> None:
    (envelope,) = toolkit.provider.handle_tool_calls("t", {"role": "assistant", "tool_calls": [call]})

    assert envelope.failure is not None
    assert envelope.failure.code == "unknown_tool"


def test_the_async_toolkit_gives_equal_envelopes() -> None:
    calls = completion(
        ("SEGMENT_IDENTIFY", {"userId": "u", "messageId": "m"}),
        ("SEGMENT_GET_DESTINATION", {"destinationId": "nope"}),
        ("SEGMENT_TRACK", {"event": ""}),
        ("SEGMENT_LIST_SCHEMA_SETTINGS_IN_SOURCE", {"source_id": Sandbox().sources["shop-web"]}),
    )

    async def awaited() -> tuple[list[Any], list[Any]]:
        async with AsyncSegmentToolkit.sandbox() as toolkit:
            assert len(await toolkit.tools.get("t", toolkits=["SEGMENT"])) == len(TOOLS)
            return await toolkit.provider.handle_tool_calls("t", calls), await toolkit.provider.tool_messages(
                "t", calls
            )

    envelopes, messages = asyncio.run(awaited())

    expected = SegmentToolkit.sandbox().provider.handle_tool_calls("t", calls)
    assert envelopes == expected
    assert [e.failure for e in envelopes] == [e.failure for e in expected]
    assert [json.loads(message["content"]) for message in messages][1:] == [dict(e) for e in expected][1:]


@pytest.mark.parametrize("method", ["execute_tool_call", "handle_tool_calls", "tool_messages"])
def test_a_reply_in_the_place_of_the_users_id_is_the_hosts_mistake_and_is_not_answered_with_nothing(
    method: str,
) -> None:
    async def awaited() -> None:
        await getattr(AsyncSegmentToolkit.sandbox().provider, method)({"choices": []})

    with pytest.raises(TypeError, match="the user's id comes first"):
        getattr(SegmentToolkit.sandbox().provider, method)({"choices": []})
    with pytest.raises(TypeError, match="the user's id comes first"):
        asyncio.run(awaited())
