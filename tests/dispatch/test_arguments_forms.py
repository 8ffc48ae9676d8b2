"""The spellings of one call's arguments that models and SDKs produce: all end in the same request."""

from __future__ import annotations

import json
from typing import Any

import pytest

from segment_toolkit import SegmentToolkit
from segment_toolkit.call.toolcall import parse
from segment_toolkit.definitions.lint import PortabilityWarning
from segment_toolkit.errors import MalformedToolCall
from segment_toolkit.sandbox import Sandbox

WANTED = {"userId": "u", "event": "E", "properties": {"a": 1}}
TEXT = json.dumps(WANTED)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(WANTED, id="an object"),
        pytest.param(TEXT, id="JSON text"),
        pytest.param(TEXT.encode(), id="bytes"),
        pytest.param("\ufeff" + TEXT, id="with a byte order mark"),
        pytest.param(json.dumps(TEXT), id="encoded twice"),
        pytest.param(json.dumps(json.dumps(TEXT)), id="encoded three times"),
        pytest.param(f"```json\n{TEXT}\n```", id="fenced"),
        pytest.param(f"```\n{TEXT}```", id="fenced without a language"),
        pytest.param({**WANTED, "properties": '{"a": 1}'}, id="an object as a string"),
        pytest.param({"user_id": "u", "event": "E", "properties": {"a": 1}}, id="snake case"),
        pytest.param({**WANTED, "context": None, "timestamp": None}, id="null for what is optional"),
    ],
)
def test_every_spelling_ends_in_the_same_event(toolkit: SegmentToolkit, box: Sandbox, arguments: Any) -> None:
    envelope = toolkit.tools.execute("SEGMENT_TRACK", arguments)

    assert envelope.successful, envelope
    assert box.events[0].items() >= WANTED.items()


def test_the_original_arguments_are_left_as_they_were(toolkit: SegmentToolkit) -> None:
    arguments = {"user_id": "u", "event": "E", "properties": '{"a": 1}', "writeKey": None}

    toolkit.tools.execute("SEGMENT_TRACK", arguments)

    assert arguments == {"user_id": "u", "event": "E", "properties": '{"a": 1}', "writeKey": None}


def test_what_was_set_right_is_noted_beside_the_envelope(toolkit: SegmentToolkit) -> None:
    envelope = toolkit.tools.execute("SEGMENT_TRACK", {"user_id": "u", "event": "E", "properties": "{}"})

    assert envelope.notes == ("read user_id as userId", "read the string in properties as JSON")


def test_items_of_a_batch_are_set_right_too(toolkit: SegmentToolkit, box: Sandbox) -> None:
    batch = ['{"type": "track", "user_id": "u", "event": "E", "traits": null, "properties": "{\\"a\\": 1}"}']

    envelope = toolkit.tools.execute("SEGMENT_BATCH", {"batch": batch})

    assert envelope.successful, envelope
    assert box.events[0]["properties"] == {"a": 1}


def test_a_name_given_twice_in_two_spellings_is_not_guessed(toolkit: SegmentToolkit, box: Sandbox) -> None:
    envelope = toolkit.tools.execute("SEGMENT_TRACK", {"userId": "u", "user_id": "v", "event": "E"})

    assert "user_id: unknown argument; did you mean 'userId'?" in str(envelope.error)
    assert box.requests == []


def test_of_two_wrong_spellings_of_a_name_neither_wins_unseen(toolkit: SegmentToolkit, box: Sandbox) -> None:
    envelope = toolkit.tools.execute("SEGMENT_TRACK", {"user_id": "u", "user-id": "v", "event": "E"})

    assert "user-id: unknown argument; did you mean 'userId'?" in str(envelope.error)
    assert box.requests == []


def test_null_for_what_a_hosts_schema_requires_is_a_value(toolkit: SegmentToolkit) -> None:
    members = {"order_id": {"type": "string"}, "note": {"type": ["string", "null"]}}
    schema = {"type": "object", "properties": members, "required": ["note"], "additionalProperties": False}
    with pytest.warns(PortabilityWarning):
        toolkit.tools.custom_tool(lambda given: given, slug="ECHO", description="Echo.", input_schema=schema)

    envelope = toolkit.tools.execute("ECHO", {"note": None, "orderId": "o1"})

    assert envelope.data == {"note": None, "order_id": "o1"}


@pytest.mark.parametrize(
    ("properties", "path"),
    [
        pytest.param({"price": float("nan")}, "properties.price", id="NaN"),
        pytest.param({"name": "\ud800"}, "properties.name", id="a lone surrogate"),
        pytest.param({"count": 10**5000}, "properties.count", id="an integer that is too long"),
        pytest.param({1: "one"}, "properties", id="a key that is no string"),
    ],
)
def test_what_json_cannot_say_is_told_together_with_all_else(
    toolkit: SegmentToolkit, properties: Any, path: str
) -> None:
    envelope = toolkit.tools.execute("SEGMENT_TRACK", {"userId": "u", "properties": properties})

    assert envelope.failure is not None
    assert sorted(problem.path for problem in envelope.failure.problems) == ["event", path]


def test_free_form_content_is_never_set_right(toolkit: SegmentToolkit, box: Sandbox) -> None:
    properties = {"user_id": None, "json": '{"a": 1}'}

    toolkit.tools.execute("SEGMENT_TRACK", {"user_id": "u", "event": "E", "properties": properties})

    assert box.events[0]["properties"] == properties


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param("{", "not valid JSON", id="cut"),
        pytest.param("[]", "a JSON array, not an object", id="array"),
        pytest.param("5", "a JSON number, not an object", id="number"),
        pytest.param('"text"', "not valid JSON", id="text"),
        pytest.param("```", "not valid JSON", id="half a fence"),
        pytest.param('{"a": ' * 200_000, "nest too deeply", id="deep"),
        pytest.param('{"a": 1, "a": 2}', "name 'a' twice", id="repeated key"),
        pytest.param('{"a": ' + "9" * 5_000 + "}", "too long to read", id="huge number"),
        pytest.param(object(), "not an object", id="no JSON at all"),
        pytest.param(json.dumps(json.dumps(json.dumps(TEXT))), "not an object", id="encoded four times"),
    ],
)
def test_what_is_no_object_is_refused_without_quoting_it(arguments: Any, says: str) -> None:
    with pytest.raises(MalformedToolCall) as refused:
        parse(arguments)

    assert says in refused.value.message
    assert "one JSON object" in refused.value.hint


@pytest.mark.parametrize("arguments", [None, "", "  ", "null", {}])
def test_no_arguments_are_an_empty_object(arguments: Any) -> None:
    assert parse(arguments) == {}
