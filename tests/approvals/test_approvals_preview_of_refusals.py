"""What a refused call shows: the request, what it would affect, whether it can be undone. It reads and never writes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from segment_toolkit import Policy, SegmentToolkit
from segment_toolkit.sandbox import Sandbox
from segment_toolkit.sandbox.faults import FAULTS
from tests.approvals.approval_samples import DELETE, IDLE, IN_USE, REMOVE_KEY, UPDATE, code, use, writes

#: Faults under which the toolkit still reads the answer.
READABLE = ("slow_answer", "slow_body", "wrong_content_type")


def refused(box: Sandbox, slug: str, arguments: dict[str, Any], **options: Any) -> dict[str, Any]:
    """The preview of a call that nobody approved."""
    toolkit = SegmentToolkit.sandbox(box, approve=None, policy=Policy(approve=("write",)), **options)
    envelope = toolkit.tools.execute(slug, arguments)
    assert code(envelope) == "refused"
    preview: dict[str, Any] = envelope.data["preview"]
    return preview


def test_deleting_a_source_shows_what_hangs_on_it(box: Sandbox) -> None:
    preview = refused(box, DELETE, {"sourceId": box.sources[IN_USE]})

    affects = preview["affects"]
    assert affects["source"] == {
        "id": box.sources[IN_USE], "name": "Shop website", "slug": IN_USE, "enabled": True
    }  # fmt: skip
    assert affects["destinations"]["count"] == len(affects["destinations"]["names"]) > 0
    assert affects["warehouses"]["names"] == ["Postgres", "BigQuery"]
    assert affects["events_last_7_days"] > 0
    assert preview["can_be_undone"] is False
    assert writes(box) == []


def test_events_of_this_minute_count_as_traffic(box: Sandbox) -> None:
    before = refused(box, DELETE, {"sourceId": box.sources[IDLE]})["affects"]["events_last_7_days"]
    use(box, IDLE)

    preview = refused(box, DELETE, {"sourceId": box.sources[IDLE]})

    assert (before, preview["affects"]["events_last_7_days"]) == (0, 1)
    assert "override_needed" in preview


def test_a_source_that_is_not_there_is_said_not_to_be(box: Sandbox) -> None:
    preview = refused(box, DELETE, {"sourceId": "nowhere"})

    assert preview["affects"] == {"source": {"unknown": "there is no source of this id in the workspace"}}


@pytest.mark.parametrize("kind", [name for name in FAULTS if name not in READABLE])
def test_what_cannot_be_read_is_unknown_and_then_a_yes_is_not_enough(box: Sandbox, kind: str) -> None:
    box.inject(kind=kind, times=50, method="GET")

    preview = refused(box, DELETE, {"sourceId": box.sources[IDLE]}, timeout=1, max_retries=0)

    assert preview["affects"]["events_last_7_days"]["unknown"]
    assert "unknown" in preview["override_needed"]
    assert writes(box) == []


def test_a_key_in_the_place_of_an_id_is_not_repeated(box: Sandbox) -> None:
    key = "PlantedKey0123456789abcdefghijkl"

    preview = refused(box, DELETE, {"sourceId": key})

    assert preview["path"] == "/sources/[redacted]"
    assert key not in json.dumps(preview)


def test_a_key_in_a_sources_name_is_not_repeated(box: Sandbox) -> None:
    key = "PlantedKey0123456789abcdefghijkl"
    SegmentToolkit.sandbox(box).tools.execute(UPDATE, {"sourceId": box.sources[IDLE], "name": f"Shop {key}"})

    preview = refused(box, DELETE, {"sourceId": box.sources[IDLE]})

    assert preview["affects"]["source"]["name"] == "Shop [redacted]"


def test_without_a_token_the_preview_says_that_nothing_could_be_read(box: Sandbox) -> None:
    toolkit = SegmentToolkit(region="us", write_key=box.write_key, transport=box.transport(), environ={})

    preview = toolkit.tools.execute(DELETE, {"sourceId": "s"}).data["preview"]

    assert "Public API token" in preview["affects"]["source"]["unknown"]
    assert "Public API token" in preview["cannot_be_sent"]
    assert box.requests == []


def test_removing_a_key_shows_how_many_are_left_and_no_key(box: Sandbox) -> None:
    key = box.write_keys[IN_USE]

    preview = refused(box, REMOVE_KEY, {"sourceId": box.sources[IN_USE], "writeKey": key})

    assert preview["affects"]["keys_left"] == 0
    assert "last key" in preview["affects"]["note"]
    assert preview["affects"]["events_last_7_days"] > 0
    assert key not in json.dumps(preview)


def test_a_key_that_the_source_has_not_is_said_to_be_none(box: Sandbox) -> None:
    preview = refused(box, REMOVE_KEY, {"sourceId": box.sources[IN_USE], "writeKey": "N" * 32})

    assert preview["affects"]["keys_left"] == 1
    assert "no such key" in preview["affects"]["note"]


def test_updating_a_source_shows_each_change_from_what_to_what(box: Sandbox) -> None:
    wanted = {"sourceId": box.sources[IN_USE], "name": "New", "enabled": True, "settings": {"site": "x"}}

    preview = refused(box, UPDATE, wanted)

    assert preview["affects"]["changes"] == {
        "name": {"from": "Shop website", "to": "New"},
        "settings.site": {"from": None, "to": "x"},
    }
    assert (preview["method"], preview["body"]["name"]) == ("PATCH", "New")
    assert preview["can_be_undone"] is True


def test_a_guarded_event_shows_its_body_and_the_source_it_goes_to(box: Sandbox) -> None:
    preview = refused(box, "SEGMENT_TRACK", {"userId": "u", "event": "Signed Up"})

    assert (preview["method"], preview["body"]["event"]) == ("POST", "Signed Up")
    assert preview["source"] == "shop-web"
    assert box.requests == []


def test_a_long_body_is_shown_in_parts(box: Sandbox) -> None:
    events = [{"type": "track", "userId": f"u{n}", "event": "E", "properties": {"text": "x" * 900}} for n in range(800)]

    preview = refused(box, "SEGMENT_BATCH", {"batch": events})

    bodies = [request["body"]["batch"] for request in preview["requests"]]
    assert len(bodies) == 2
    assert bodies[0][3].startswith("… and ")
    assert len(json.dumps(preview)) < 20_000
    assert box.requests == []
