"""An id that a model or a proxy made up comes back as its vendor knows it, and breaks nothing on its way."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from scripts.judging.fuzzing.case import VENDORS, reply
from segment_toolkit import SegmentToolkit, run_agent
from segment_toolkit.call.toolcall import ToolCall
from segment_toolkit.providers import provider_class
from segment_toolkit.sandbox import Sandbox

TRACK = {"userId": "u", "event": "E"}
#: Ids that can be sent: they come back as they are.
SENDABLE = {
    "long": "x" * 100_000,
    "with control characters": "a\x00\x1b[31m\r\nb",
    "of many scripts": "名前🙂é",
    "empty": "",
}
#: Those that UTF-8 cannot say, and what writers of JSON send for them.
UNSENDABLE = {
    "a lone high surrogate": ("a\ud800b", "a\ufffdb"),
    "a lone low surrogate": ("\udfff", "\ufffd"),
    "a pair in two pieces": ("\ud83d\ude42", "🙂"),
}


def messages(vendor: Any, call_id: str, box: Sandbox) -> tuple[str, str]:
    """What goes back to a vendor for a call with that id, and the id beside the envelope."""
    toolkit = SegmentToolkit.sandbox(box, provider=provider_class(vendor)())
    response = reply(vendor, [{"id": call_id, "name": "SEGMENT_TRACK", "arguments": TRACK}])
    [envelope] = toolkit.provider.handle_tool_calls("u1", response)
    made = toolkit.provider.tool_messages("u1", response)
    return json.dumps(made, ensure_ascii=False).encode().decode(), envelope.tool_call_id


@pytest.mark.parametrize("call_id", SENDABLE.values(), ids=SENDABLE)
@pytest.mark.parametrize("vendor", VENDORS)
def test_an_id_that_can_be_sent_comes_back_as_it_is(vendor: str, call_id: str, box: Sandbox) -> None:
    message, beside = messages(vendor, call_id, box)

    assert beside == call_id
    assert json.dumps(call_id, ensure_ascii=False) in message


@pytest.mark.parametrize(("call_id", "sent"), UNSENDABLE.values(), ids=UNSENDABLE)
@pytest.mark.parametrize("vendor", VENDORS)
def test_an_id_that_cannot_be_sent_comes_back_as_writers_of_json_send_it(
    vendor: str, call_id: str, sent: str, box: Sandbox
) -> None:
    message, beside = messages(vendor, call_id, box)

    assert beside == sent
    assert f'"{sent}"' in message


def test_a_made_up_name_comes_back_so_that_it_can_be_sent(box: Sandbox) -> None:
    toolkit = SegmentToolkit.sandbox(box, provider=provider_class("gemini")())
    response = reply("gemini", [{"id": "1", "name": "SEGMENT\ud800", "arguments": {}}])

    made = toolkit.provider.tool_messages("u1", response)

    assert made[0]["parts"][0]["function_response"]["name"] == "SEGMENT\ufffd"


def test_a_streamed_turn_and_its_results_can_be_sent_under_one_id(toolkit: SegmentToolkit) -> None:
    call = {"index": 0, "id": "\ud800", "function": {"name": "SEGMENT_TRACK", "arguments": '{"userId": "\ud83d"}'}}
    stream = toolkit.provider.accumulator()
    stream.add({"choices": [{"index": 0, "delta": {"content": "\ude00", "tool_calls": [call]}, "finish_reason": "x"}]})

    turn, [result] = stream.turn(), toolkit.provider.tool_messages("u1", stream.response())

    assert json.dumps([turn, result], ensure_ascii=False).encode()
    assert turn["tool_calls"][0]["id"] == result["tool_call_id"]
    assert "not valid Unicode" in result["content"]  # what is sent to Segment is never made up


def test_an_agent_goes_on_after_a_turn_that_could_not_be_sent(toolkit: SegmentToolkit) -> None:
    call = {"id": "\ud800", "function": {"name": "SEGMENT_TRACK", "arguments": json.dumps(TRACK) + " \udfff"}}
    script = iter([{"role": "assistant", "content": "\ud83d", "tool_calls": [call]}, {"content": "Done."}])

    def model(**request: Any) -> Any:
        assert json.dumps(request, ensure_ascii=False).encode()
        return {"choices": [{"message": next(script)}]}

    run = run_agent(model, "m", [{"role": "user", "content": "Go."}], toolkit, user_id="u1")

    assert run.text == "Done."
    assert run.messages[1]["tool_calls"][0]["id"] == run.messages[2]["tool_call_id"]


def test_an_id_is_one_line_in_a_log(toolkit: SegmentToolkit, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "segment_toolkit")

    toolkit.tools.run(ToolCall("SEGMENT_TRACK", TRACK, "a\nERROR forged\x1b[31m\ud800"))

    [record] = caplog.records
    assert record.tool_call_id == "a\ufffdERROR forged\ufffd[31m\ufffd"  # type: ignore[attr-defined]
