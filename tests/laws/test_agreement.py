"""Two judges of the same arguments, a JSON Schema validator and the dispatcher, agree about their shape.

What a model is shown (the schema) and what is enforced (the arguments model) are then one contract. The known and
accepted differences: the documented repairs, lone surrogates, and integers written as 1.0.
"""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from segment_toolkit import Envelope, SegmentToolkit
from segment_toolkit.sandbox import Sandbox
from segment_toolkit.tool import Tool
from segment_tools import TOOLS

from .documents import as_strict, broken, sensible, valid
from .good_calls import good_calls

every_tool = pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.slug)
a_few = settings(
    max_examples=15, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)

#: The texts by which a refusal speaks of shape; all others speak of what Segment would do.
SHAPE_PROBLEM = re.compile(
    r"expected [^;]*, got \w+$|unknown argument|is required; expected (one of|an? (string|integer|array|object)( of|$))"
)


@pytest.fixture(scope="module")
def box() -> Sandbox:
    return Sandbox()


@pytest.fixture(scope="module")
def toolkit(box: Sandbox) -> SegmentToolkit:
    return SegmentToolkit.sandbox(box)


def schema_accepts(tool: Tool[Any], document: Any) -> bool:
    return bool(jsonschema.Draft202012Validator(tool.input_schema).is_valid(document))


def model_accepts(tool: Tool[Any], document: Any) -> bool:
    try:
        tool.arguments.model_validate(document)
    except ValidationError:
        return False
    return True


def shape_problems(envelope: Envelope) -> list[str]:
    problems = envelope.failure.problems if envelope.failure else ()
    return [str(problem) for problem in problems if SHAPE_PROBLEM.search(problem.text)]


def reasons(envelope: Envelope) -> set[str]:
    """Why a call failed, whatever the order of its members."""
    if envelope.failure is None:
        return set()
    return {str(problem) for problem in envelope.failure.problems} or {str(envelope.error)}


def sent(box: Sandbox, toolkit: SegmentToolkit, slug: str, document: Any) -> tuple[list[Any], Envelope]:
    """The requests that a call makes, without the ids it mints, and its envelope."""
    before = len(box.requests)
    envelope = toolkit.tools.execute(slug, copy.deepcopy(document), user_id="u1")
    new = box.requests[before:]
    return [(r.method, r.host, r.path, _without_minutes(r.query), _without_minted_ids(r.body)) for r in new], envelope


def _without_minted_ids(body: bytes) -> Any:
    document = json.loads(body) if body else None
    for event in [document, *document.get("batch", ())] if isinstance(document, dict) else ():
        event.pop("messageId", None)
    return document


def _without_minutes(query: str) -> str:
    """The delivery metrics of days start relative to now."""
    return re.sub(r"startTime=[^&]*", "startTime=", query)


# Shape


@every_tool
@given(data=st.data())
@a_few
def test_both_judges_accept_what_is_right(tool: Tool[Any], data: st.DataObject) -> None:
    document = data.draw(valid(tool.input_schema))

    assert schema_accepts(tool, document)
    assert model_accepts(tool, document)


@every_tool
@given(data=st.data())
@a_few
def test_both_judges_refuse_what_is_broken(tool: Tool[Any], data: st.DataObject) -> None:
    document = data.draw(broken(tool.input_schema))

    assert not schema_accepts(tool, document)
    assert not model_accepts(tool, document)


@every_tool
@pytest.mark.parametrize("document", [[], None, "x", 7, True, [{}]], ids=repr)
def test_both_judges_refuse_what_is_no_object(tool: Tool[Any], document: Any) -> None:
    assert not schema_accepts(tool, document)
    assert not model_accepts(tool, document)


DIFFERENCES: dict[str, tuple[Any, bool, bool]] = {
    # name: (arguments of SEGMENT_LIST_CONNECTED_WAREHOUSES_FROM_SOURCE, the schema accepts, the dispatcher accepts)
    "nothing unusual": ({"sourceId": "s", "pagination": {"count": 1}}, True, True),
    "a lone surrogate": ({"sourceId": "s\ud800", "pagination": {"count": 1}}, True, False),
    "an integer as 1.0": ({"sourceId": "s", "pagination": {"count": 1.0}}, True, True),
    "no integer": ({"sourceId": "s", "pagination": {"count": 1.5}}, False, False),
    "null for an optional member": ({"sourceId": "s", "pagination": {"count": 1, "cursor": None}}, False, True),
    "null for a required member": ({"sourceId": None, "pagination": {"count": 1}}, False, False),
    "snake_case": ({"source_id": "s", "pagination": {"count": 1}}, False, True),
    "kebab-case": ({"source-id": "s", "pagination": {"count": 1}}, False, True),
    "two spellings of one name": ({"sourceId": "s", "source_id": "t", "pagination": {"count": 1}}, False, False),
    "an object as JSON text": ({"sourceId": "s", "pagination": '{"count": 1}'}, False, True),
    "an array as JSON text for an object": ({"sourceId": "s", "pagination": "[1]"}, False, False),
    "a number as text": ({"sourceId": "s", "pagination": {"count": "1"}}, False, True),
    "a word for a number": ({"sourceId": "s", "pagination": {"count": "one"}}, False, False),
}


@pytest.mark.parametrize(("document", "by_schema", "by_dispatcher"), DIFFERENCES.values(), ids=DIFFERENCES)
def test_the_judges_differ_only_as_documented(
    document: Any, by_schema: bool, by_dispatcher: bool, toolkit: SegmentToolkit
) -> None:
    [tool] = [tool for tool in TOOLS if tool.slug == "SEGMENT_LIST_CONNECTED_WAREHOUSES_FROM_SOURCE"]

    envelope = toolkit.tools.execute(tool.slug, document, user_id="u1")

    assert schema_accepts(tool, document) is by_schema
    assert envelope.failure is not None
    assert (envelope.failure.code == "not_found") is by_dispatcher  # it was sent, and no source has that id


# The dispatcher


@every_tool
@given(data=st.data())
@a_few
def test_what_the_schema_refuses_is_refused_with_its_problems_and_reaches_nobody(
    tool: Tool[Any], data: st.DataObject, box: Sandbox, toolkit: SegmentToolkit
) -> None:
    document = data.draw(broken(tool.input_schema))

    requests, envelope = sent(box, toolkit, tool.slug, document)

    assert requests == []
    assert envelope.failure is not None
    assert envelope.failure.code == "validation"
    assert envelope.failure.problems


@every_tool
@given(data=st.data())
@a_few
def test_what_the_schema_accepts_is_never_refused_for_its_shape(
    tool: Tool[Any], data: st.DataObject, box: Sandbox, toolkit: SegmentToolkit
) -> None:
    document = data.draw(valid(tool.input_schema))

    _, envelope = sent(box, toolkit, tool.slug, document)

    assert shape_problems(envelope) == []
    assert envelope.failure is None or envelope.failure.code != "internal"


@every_tool
@given(data=st.data())
@a_few
def test_arguments_as_an_object_and_as_json_text_are_the_same_call(
    tool: Tool[Any], data: st.DataObject, box: Sandbox, toolkit: SegmentToolkit
) -> None:
    document = data.draw(sensible(tool.input_schema))

    as_object, _ = sent(box, toolkit, tool.slug, document)
    as_text, _ = sent(box, toolkit, tool.slug, json.dumps(document))

    assert as_text == as_object


# The strict form


@every_tool
@given(data=st.data())
@a_few
def test_strict_arguments_end_in_the_same_request_as_loose_ones(
    tool: Tool[Any], data: st.DataObject, box: Sandbox, toolkit: SegmentToolkit
) -> None:
    document = data.draw(sensible(tool.input_schema))

    loose, loose_envelope = sent(box, toolkit, tool.slug, document)
    strict, strict_envelope = sent(box, toolkit, tool.slug, as_strict(document, tool.input_schema))

    assert strict == loose
    assert reasons(strict_envelope) == reasons(loose_envelope)


@every_tool
@given(data=st.data())
@a_few
def test_strict_arguments_are_refused_for_the_same_reasons_as_loose_ones(
    tool: Tool[Any], data: st.DataObject, box: Sandbox, toolkit: SegmentToolkit
) -> None:
    document = data.draw(valid(tool.input_schema))

    _, loose = sent(box, toolkit, tool.slug, document)
    _, strict = sent(box, toolkit, tool.slug, as_strict(document, tool.input_schema))

    assert reasons(strict) == reasons(loose)


@every_tool
def test_sensible_documents_do_reach_segment(tool: Tool[Any], box: Sandbox, toolkit: SegmentToolkit) -> None:
    """The laws above would hold for a dispatcher that refuses everything; this one would not."""
    reached = tried = 0

    @given(document=sensible(tool.input_schema))
    @settings(a_few, max_examples=20)
    def run(document: Any) -> None:
        nonlocal reached, tried
        requests, _ = sent(box, toolkit, tool.slug, document)
        tried += 1
        reached += bool(requests)

    run()

    assert 4 * reached >= tried > 0


# Answers


@every_tool
def test_what_a_success_carries_fits_the_output_schema(tool: Tool[Any]) -> None:
    box = Sandbox()
    toolkit = SegmentToolkit.sandbox(box)

    envelope = toolkit.tools.execute(tool.slug, good_calls(box)[tool.slug], user_id="u1")

    assert envelope.successful, envelope.error
    jsonschema.Draft202012Validator(tool.definition()["output_schema"]).validate(envelope.data)


@pytest.mark.parametrize("slug", ["SEGMENT_GET_DESTINATION", "SEGMENT_LIST_DELIVERY_METRICS_SUMMARY_FROM_DESTINATION"])
def test_a_degraded_answer_is_a_failure_whose_data_fits_the_output_schema(slug: str) -> None:
    [tool] = [tool for tool in TOOLS if tool.slug == slug]
    box = Sandbox()
    box.inject(status=200, body="<!DOCTYPE html><html></html>", times=5)

    envelope = SegmentToolkit.sandbox(box, max_retries=0).tools.execute(slug, good_calls(box)[slug], user_id="u1")

    assert not envelope.successful
    assert envelope.data["degraded"] is True
    jsonschema.Draft202012Validator(tool.definition()["output_schema"]).validate(envelope.data)
