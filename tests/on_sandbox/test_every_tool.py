"""What holds for every tool: its example works on the local Segment, and its answer is what its output schema says."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from segment_toolkit import SegmentToolkit
from segment_toolkit.cli.samples import sample
from segment_toolkit.sandbox import Sandbox
from segment_toolkit.tool import Effect, Tool
from segment_tools import TOOLS

every_tool = pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.slug)


@every_tool
def test_the_example_succeeds_and_its_answer_fits_the_output_schema(
    toolkit: SegmentToolkit, box: Sandbox, tool: Tool[Any]
) -> None:
    envelope = toolkit.tools.execute(tool.slug, sample(tool.slug, box))

    assert envelope.successful, envelope
    schema = toolkit.tools.get_raw_composio_tool_by_slug(tool.slug).output_parameters
    Draft202012Validator(schema).validate(envelope.data)


@every_tool
def test_a_read_changes_nothing_and_sends_only_get(toolkit: SegmentToolkit, box: Sandbox, tool: Tool[Any]) -> None:
    toolkit.tools.execute(tool.slug, sample(tool.slug, box))

    methods = {request.method for request in box.requests}
    assert (methods == {"GET"}) == (tool.effect is Effect.READ)


@every_tool
def test_no_answer_shows_a_secret_of_the_workspace(toolkit: SegmentToolkit, box: Sandbox, tool: Tool[Any]) -> None:
    secrets = (box.token, *box.write_keys.values())

    envelope = toolkit.tools.execute(tool.slug, sample(tool.slug, box))

    assert not any(secret in str(envelope) for secret in secrets)


def test_the_legacy_host_answers_with_a_page_and_that_is_a_failure_with_minimal_data(box: Sandbox) -> None:
    toolkit = SegmentToolkit.sandbox(box, legacy_url="https://app.segment.com")

    envelope = toolkit.tools.execute("SEGMENT_GET_DESTINATION", {"destinationId": "nope"})

    assert envelope.failure is not None
    assert envelope.failure.code == "not_found"
    assert envelope.data["destination"] == {"id": "nope"}
    assert envelope.data["degraded"] is True
    assert [attempt["answer"] for attempt in envelope.data["attempts"]] == [
        "404 not_found",
        "401 auth",
        "200 unreadable",
    ]
    schema = toolkit.tools.get_raw_composio_tool_by_slug("SEGMENT_GET_DESTINATION").output_parameters
    Draft202012Validator(schema).validate(envelope.data)
