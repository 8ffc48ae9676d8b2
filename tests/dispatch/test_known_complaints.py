"""What users of such toolkits complain of in public, and had no test here: one case for each, as a model meets it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from segment_toolkit import Policy, SegmentToolkit, run_agent, schema_modifier
from segment_toolkit.definitions.forms import FORMS, wrapper
from segment_toolkit.errors import InvalidParams
from segment_toolkit.sandbox import Sandbox

TRACK = {"userId": "u", "event": "E"}


def call(call_id: str, **arguments: Any) -> dict[str, Any]:
    function = {"name": "SEGMENT_TRACK", "arguments": json.dumps({**TRACK, **arguments})}
    return {"id": call_id, "type": "function", "function": function}


def schema_in(form: Any) -> dict[str, Any]:
    """The schema of the arguments, wherever a vendor's form has it."""
    if isinstance(form, dict) and form.get("type") == "object" and "properties" in form:
        return form
    members = form.values() if isinstance(form, dict) else form if isinstance(form, list) else ()
    return next((found for member in members if (found := schema_in(member))), {})


# The definitions


@pytest.mark.parametrize("form", FORMS)
def test_no_vendor_refuses_a_request_for_the_schema_of_one_tool(toolkit: SegmentToolkit, form: str) -> None:
    for tool in toolkit.tools.get_raw_tools():
        schema = schema_in(wrapper(form)(tool))

        Draft202012Validator.check_schema(schema)  # "not draft 2020-12"
        assert schema["type"] == "object"  # "parameters without type: object"
        assert not {"anyOf", "oneOf", "allOf", "not", "enum"} & schema.keys()  # "top-level combinators"


def test_a_changed_description_is_changed_once_however_often_the_tools_are_listed(toolkit: SegmentToolkit) -> None:
    @schema_modifier
    def mark(tool: str, toolkit: str, schema: Any) -> Any:
        schema.description += " MARKED"
        return schema

    for _ in range(3):
        listed = toolkit.tools.get(tools=["SEGMENT_TRACK"], modifiers=[mark])

    assert listed[0]["function"]["description"].count("MARKED") == 1
    assert "MARKED" not in str(toolkit.tools.get())


def test_a_tag_that_no_tool_has_does_not_end_in_an_agent_without_tools(toolkit: SegmentToolkit) -> None:
    with pytest.raises(InvalidParams, match="did you mean 'tracking'"):
        toolkit.tools.get(tags=["trakcing"])
    with pytest.raises(InvalidParams, match=r"expected one of .*destructive"):
        toolkit.tools.get(tags=["read", "qqq"])


def test_a_tag_whose_tools_a_policy_took_away_is_no_mistake(box: Sandbox) -> None:
    assert SegmentToolkit.sandbox(box, policy=Policy(read_only=True)).tools.get(tags=["destructive"]) == []


def test_tools_in_the_place_of_their_names_are_refused_in_words(toolkit: SegmentToolkit) -> None:
    with pytest.raises(InvalidParams, match="tools takes names"):
        toolkit.tools.get(tools=toolkit.tools.get())
    with pytest.raises(InvalidParams, match="tools takes names"):
        run_agent(lambda **_: None, "m", [], toolkit, tools=toolkit.tools.get())


# The calls


def test_of_several_choices_only_the_first_is_run(toolkit: SegmentToolkit, box: Sandbox) -> None:
    choices = [{"message": {"tool_calls": [call("a"), call("b")]}}, {"message": {"tool_calls": [call("c")]}}]

    messages = toolkit.provider.tool_messages("t", {"choices": choices})

    assert [message["tool_call_id"] for message in messages] == ["a", "b"]
    assert len(box.events) == 2


@pytest.mark.parametrize(
    ("tool", "arguments", "note"),
    [
        pytest.param("UPDATE_SOURCE", {"enabled": "false"}, "read the string in enabled as JSON", id="a boolean"),
        pytest.param(
            "UPDATE_SOURCE", {"enabled": "False"}, "read the string in enabled as JSON", id="as Python has it"
        ),
        pytest.param(
            "LIST_CONNECTED_WAREHOUSES_FROM_SOURCE",
            {"pagination": '{"count": "10"}'},
            "read the string in pagination.count as JSON",
            id="an integer in an object, both as text",
        ),
        pytest.param(
            "LIST_CONNECTED_WAREHOUSES_FROM_SOURCE",
            {"pagination": {"count": 10.0}},
            "read the number in pagination.count as an integer",
            id="an integer as a float, from protocol buffers",
        ),
    ],
)
def test_what_a_model_writes_as_text_is_read_by_the_schema(
    toolkit: SegmentToolkit, box: Sandbox, tool: str, arguments: dict[str, Any], note: str
) -> None:
    envelope = toolkit.tools.execute(f"SEGMENT_{tool}", {"sourceId": box.sources["shop-web"], **arguments})

    assert envelope.successful, envelope
    assert note in envelope.notes


@pytest.mark.parametrize("count", ["ten", "1.5", "true", "", "[1]", " "])
def test_text_that_is_no_number_is_not_guessed_at(toolkit: SegmentToolkit, box: Sandbox, count: str) -> None:
    arguments = {"sourceId": box.sources["shop-web"], "pagination": {"count": count}}

    envelope = toolkit.tools.execute("SEGMENT_LIST_CONNECTED_WAREHOUSES_FROM_SOURCE", arguments)

    assert "pagination.count: expected an integer" in str(envelope.error)
    assert box.requests == []


def test_text_stays_text_where_the_schema_has_text(toolkit: SegmentToolkit, box: Sandbox) -> None:
    toolkit.tools.execute("SEGMENT_TRACK", {"userId": "5", "event": "true", "properties": {"a": "[1]", "b": "null"}})

    assert (box.events[0]["userId"], box.events[0]["event"]) == ("5", "true")
    assert box.events[0]["properties"] == {"a": "[1]", "b": "null"}


def test_an_object_that_is_missing_is_described_by_its_members(toolkit: SegmentToolkit, box: Sandbox) -> None:
    arguments = {"sourceId": box.sources["shop-web"], "labels": ["environment:prod"]}

    envelope = toolkit.tools.execute("SEGMENT_ADD_LABELS_TO_SOURCE", arguments)

    assert "labels[0]: expected an object with key, value, got string" in str(envelope.error)


def test_a_call_that_a_reply_holds_twice_under_one_id_is_run_once(toolkit: SegmentToolkit, box: Sandbox) -> None:
    reply = {"role": "assistant", "tool_calls": [call("a"), call("a"), call("a", event="F"), call("b")]}

    envelopes = toolkit.provider.handle_tool_calls("t", reply)

    assert [envelope.successful for envelope in envelopes] == [True, False, True, True]
    assert "run once. If it was meant twice, call again." in str(envelopes[1].error)
    assert len(box.events) == 3


def test_calls_without_ids_are_never_taken_for_one(toolkit: SegmentToolkit, box: Sandbox) -> None:
    toolkit.provider.handle_tool_calls("t", {"role": "assistant", "tool_calls": [call(""), call("")]})

    assert len(box.events) == 2


# What Segment says, and what is kept for a second try


def test_segments_own_words_reach_the_model(toolkit: SegmentToolkit, box: Sandbox) -> None:
    body = {"errors": [{"type": "validation-failure", "message": "name must be shorter", "field": "name"}]}
    box.inject(status=422, body=json.dumps(body).encode())

    envelope = toolkit.tools.execute("SEGMENT_UPDATE_SOURCE", {"sourceId": box.sources["shop-web"], "name": "N"})

    assert "name must be shorter" in str(envelope.error)


@pytest.mark.parametrize("tool", ["SEGMENT_TRACK", "SEGMENT_BATCH"])
def test_an_event_that_is_too_large_says_what_in_it_is(toolkit: SegmentToolkit, tool: str) -> None:
    event = {**TRACK, "properties": {"small": 1, "cart": {"html": "x" * 33_000}}}
    batch = {"batch": [{"type": "track", **event}]}

    envelope = toolkit.tools.execute(tool, batch if tool == "SEGMENT_BATCH" else event)

    assert "33,002 of them in properties.cart.html" in str(envelope.error)


def test_an_event_that_is_large_all_over_blames_no_member(toolkit: SegmentToolkit) -> None:
    event = {**TRACK, "properties": {f"p{n}": "x" * 100 for n in range(400)}}

    assert "of them in properties;" in str(toolkit.tools.execute("SEGMENT_TRACK", event).error)


def test_a_deeply_nested_event_is_not_blamed_by_a_path_that_nobody_reads(toolkit: SegmentToolkit) -> None:
    value: Any = "x" * 33_000
    for _ in range(100):
        value = {"a": value}

    error = str(toolkit.tools.execute("SEGMENT_TRACK", {**TRACK, "properties": value}).error)

    assert "of them in properties.a.a.a.a;" in error


# The host's side


def test_two_toolkits_share_no_provider() -> None:
    first, second = SegmentToolkit.sandbox(), SegmentToolkit.sandbox()

    assert first.provider.provider is not second.provider.provider


def test_composios_version_words_are_taken_and_need_nothing(toolkit: SegmentToolkit) -> None:
    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK, version="20250909_00", dangerously_skip_version_check=True)

    assert envelope.successful


def test_a_call_without_an_account_says_whose_and_what_to_call() -> None:
    toolkit = SegmentToolkit(environ={})

    error = str(toolkit.tools.execute("SEGMENT_TRACK", TRACK, user_id="bob", connected_account_id="ca_x").error)

    assert "connected_accounts.initiate" in error


def test_a_turn_of_one_good_and_one_unknown_call_is_mended_in_the_next(toolkit: SegmentToolkit, box: Sandbox) -> None:
    unknown = {"id": "x", "type": "function", "function": {"name": "functions.SEGMENT_TRACK", "arguments": "{}"}}
    turns = iter([{"tool_calls": [call("a"), unknown]}, {"tool_calls": [call("b", event="F")]}, {"content": "Done."}])

    run = run_agent(lambda **_: {"choices": [{"message": next(turns)}]}, "m", [], toolkit)

    assert [answered.envelope.successful for answered in run.calls] == [True, False, True]
    assert [event["event"] for event in box.events] == ["E", "F"]
