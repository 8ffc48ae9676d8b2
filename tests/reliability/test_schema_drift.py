"""An answer that no longer fits the documentation is handed on with a warning; one without its content is a failure."""

from __future__ import annotations

import json
from typing import Any

import pytest

from segment_toolkit import SegmentToolkit
from segment_toolkit.sandbox import Sandbox

DESTINATION: dict[str, Any] = {
    "id": "d", "name": "D", "enabled": True, "sourceId": "s", "metadata": {"id": "m"}, "settings": {},
}  # fmt: skip


def answered(toolkit: SegmentToolkit, box: Sandbox, data: dict[str, Any]) -> Any:
    box.inject(status=200, body=json.dumps({"data": data}))
    return toolkit.tools.execute("SEGMENT_GET_DESTINATION", {"destinationId": "d"})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"enabled": "true"}, "destination.enabled is not true or false"),
        ({"name": 7}, "destination.name is not text"),
        ({"settings": []}, "destination.settings is not an object"),
    ],
    ids=lambda value: str(value),
)
def test_a_member_of_another_type_is_handed_on_with_a_warning(
    toolkit: SegmentToolkit, box: Sandbox, change: dict[str, Any], said: str
) -> None:
    envelope = answered(toolkit, box, {"destination": DESTINATION | change})

    assert envelope.successful
    assert said in envelope.data["warnings"][0]
    assert {name: envelope.data["destination"][name] for name in change} == change


def test_a_missing_member_is_named(toolkit: SegmentToolkit, box: Sandbox) -> None:
    box.inject(status=200, body=json.dumps({"data": {"warehouses": [{"id": "w", "enabled": True}]}}))

    envelope = toolkit.tools.execute(
        "SEGMENT_LIST_CONNECTED_WAREHOUSES_FROM_SOURCE",
        {"sourceId": box.sources["shop-web"], "pagination": {"count": 5}},
    )

    assert envelope.successful
    assert "warehouses[0].workspaceId is missing" in envelope.data["warnings"][0]
    assert "and 1 more" in envelope.data["warnings"][0]


def test_new_members_are_no_drift(toolkit: SegmentToolkit, box: Sandbox) -> None:
    envelope = answered(toolkit, box, {"destination": DESTINATION | {"new": {"a": 1}}, "also": []})

    assert envelope.successful
    assert "warnings" not in envelope.data


def test_what_the_main_member_should_be_and_is_not_is_no_success(toolkit: SegmentToolkit, box: Sandbox) -> None:
    envelope = answered(toolkit, box, {"destinations": [DESTINATION]})

    assert not envelope.successful


def test_a_warning_holds_no_value_of_the_answer(toolkit: SegmentToolkit, box: Sandbox) -> None:
    envelope = answered(toolkit, box, {"destination": DESTINATION | {"name": {"apiKey": "hush-hush-secret"}}})

    assert envelope.successful
    assert "hush-hush" not in str(envelope)


def test_a_warning_of_segments_own_is_kept(toolkit: SegmentToolkit, box: Sandbox) -> None:
    envelope = answered(toolkit, box, {"destination": DESTINATION | {"enabled": 1}, "warnings": "deprecated"})

    assert envelope.data["warnings"][0] == "deprecated"
    assert "destination.enabled" in envelope.data["warnings"][1]
