"""With `verify=True` a write is read back: verified, contradicted, or unverified with the reason."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from truth_world import account, operator

from segment_toolkit import AsyncSegmentToolkit, Envelope, Reliability, SegmentToolkit
from segment_toolkit.sandbox import Sandbox
from segment_toolkit.secrecy.redaction import mask

SUCCESS = '{"data": {"status": "SUCCESS"}}'
LABELS = [{"key": "tier", "value": "critical"}]


def add_key(box: Sandbox, slug: str) -> None:
    with operator(box) as api:
        assert api.post(f"/sources/{box.sources[slug]}/writekey").status_code == 200


def calls(box: Sandbox) -> dict[str, tuple[str, dict[str, Any]]]:
    """One call of each management write, by what it does."""
    source = box.sources["shop-ios"]
    return {
        "update": (
            "SEGMENT_UPDATE_SOURCE",
            {"sourceId": source, "name": "App", "enabled": False, "slug": "app", "settings": {"apiHost": "x"}},
        ),
        "label": ("SEGMENT_ADD_LABELS_TO_SOURCE", {"sourceId": source, "labels": LABELS}),
        "delete": ("SEGMENT_DELETE_SOURCE", {"sourceId": source}),
        "revoke": (
            "SEGMENT_REMOVE_SOURCE_WRITE_KEY",
            {"sourceId": source, "writeKey": box.write_keys["shop-ios"]},
        ),
    }


WRITES = ("update", "label", "delete", "revoke")


@pytest.fixture
def verifying(box: Sandbox) -> SegmentToolkit:
    add_key(box, "shop-ios")
    return SegmentToolkit.sandbox(box, verify=True, reliability=Reliability.none())


def run(toolkit: SegmentToolkit, box: Sandbox, write: str) -> Envelope:
    slug, arguments = calls(box)[write]
    return toolkit.tools.execute(slug, arguments)


def status(envelope: Envelope) -> str | None:
    return envelope.verification.status if envelope.verification else None


@pytest.mark.parametrize("write", WRITES)
def test_a_write_that_was_done_is_verified(box: Sandbox, verifying: SegmentToolkit, write: str) -> None:
    envelope = run(verifying, box, write)

    assert envelope.successful
    assert status(envelope) == "verified"
    assert envelope.data["verification"]["status"] == "verified"
    assert [r.method for r in box.requests][-1] == "GET"


@pytest.mark.parametrize("write", WRITES)
def test_a_write_that_segment_only_says_it_did_is_contradicted(
    box: Sandbox, verifying: SegmentToolkit, write: str
) -> None:
    bodies = {"update": '{"data": {"source": {"id": "s"}}}', "label": '{"data": {"labels": [{}]}}'}
    for method in ("PATCH", "POST", "DELETE"):
        box.inject(status=200, body=bodies.get(write, SUCCESS), method=method, times=1)

    envelope = run(verifying, box, write)

    assert envelope.successful  # Segment's word; beside it stands what is true
    assert status(envelope) == "contradicted"


@pytest.mark.parametrize("write", WRITES)
def test_a_lost_answer_of_a_write_that_was_done_is_no_longer_unknown(
    box: Sandbox, verifying: SegmentToolkit, write: str
) -> None:
    for method in ("PATCH", "POST", "DELETE"):
        box.inject(error=httpx.ReadTimeout("lost"), method=method, after=True, times=1)

    envelope = run(verifying, box, write)

    assert envelope.successful
    assert "the answer was lost; reading back shows that it was done" in envelope.notes
    assert envelope.data["verification"]["reason"].startswith("the answer was lost")
    assert set(envelope.data) - {"verification"}  # what the tool answers


@pytest.mark.parametrize("write", WRITES)
def test_a_lost_answer_of_a_write_that_was_not_done_fails_and_says_so(
    box: Sandbox, verifying: SegmentToolkit, write: str
) -> None:
    for method in ("PATCH", "POST", "DELETE"):
        box.inject(error=httpx.ReadTimeout("lost"), method=method, times=50)

    envelope = run(verifying, box, write)

    assert not envelope.successful
    assert status(envelope) == "contradicted"
    assert "Reading back shows that it is not done" in (envelope.error or "")
    assert "Look again before you repeat it" in (envelope.error or "")


@pytest.mark.parametrize("write", WRITES)
def test_what_cannot_be_read_back_is_unverified_with_the_reason(
    box: Sandbox, verifying: SegmentToolkit, write: str
) -> None:
    box.inject(status=403, method="GET", times=50)

    envelope = run(verifying, box, write)

    assert envelope.successful
    assert status(envelope) == "unverified"
    assert "403" in envelope.data["verification"]["reason"]


def test_neither_a_lost_answer_nor_a_failed_read_back_is_taken_for_anything(
    box: Sandbox, verifying: SegmentToolkit
) -> None:
    box.inject(status=403, method="GET", times=50)
    box.inject(error=httpx.ReadTimeout("lost"), method="DELETE", after=True, times=50)

    envelope = run(verifying, box, "delete")

    assert not envelope.successful
    assert status(envelope) == "unverified"
    assert "Reading back did not tell" in (envelope.error or "")


def test_no_keys_at_all_prove_nothing(box: Sandbox) -> None:
    envelope = run(SegmentToolkit.sandbox(box, verify=True), box, "revoke")

    assert envelope.successful
    assert status(envelope) == "unverified"


def test_a_refusal_of_segments_is_not_read_back(box: Sandbox, verifying: SegmentToolkit) -> None:
    envelope = verifying.tools.execute("SEGMENT_DELETE_SOURCE", {"sourceId": "nowhere"})

    assert (envelope.successful, status(envelope)) == (False, None)
    assert [r.method for r in box.requests if r.path == "/sources/nowhere"] == ["DELETE"]


def test_nothing_is_read_back_unless_the_host_asks_for_it(box: Sandbox, toolkit: SegmentToolkit) -> None:
    envelope = run(toolkit, box, "delete")

    assert (envelope.successful, status(envelope)) == (True, None)
    assert "verification" not in envelope.data
    assert [r.method for r in box.requests] == ["DELETE"]


def test_no_key_is_shown_by_reading_back(box: Sandbox, verifying: SegmentToolkit) -> None:
    for method in ("PATCH", "DELETE"):
        box.inject(error=httpx.ReadTimeout("lost"), method=method, after=True, times=1)

    envelopes = [run(verifying, box, write) for write in ("revoke", "update")]

    told = "".join(f"{envelope}{envelope.verification}{envelope.notes}" for envelope in envelopes)
    assert not any(key in told for key in box.write_keys.values())


def test_the_async_toolkit_reads_back_too(box: Sandbox) -> None:
    box.inject(error=httpx.ReadTimeout("lost"), method="DELETE", after=True, times=1)

    async def deleted() -> Envelope:
        async with AsyncSegmentToolkit.sandbox(box, verify=True) as toolkit:
            slug, arguments = calls(box)["delete"]
            return await toolkit.tools.execute(slug, arguments)

    envelope = asyncio.run(deleted())

    assert (envelope.successful, status(envelope)) == (True, "verified")


EVENT = {"userId": "u", "event": "Order Completed"}


def test_an_event_that_the_counters_show_is_verified(box: Sandbox) -> None:
    envelope = SegmentToolkit.sandbox(box, verify=True).tools.execute("SEGMENT_TRACK", EVENT)

    assert envelope.successful
    assert status(envelope) == "verified"
    assert "received 1 more of Order Completed" in envelope.data["verification"]["reason"]


def test_every_kind_of_a_batch_is_counted(box: Sandbox) -> None:
    batch = [
        {"type": "track", **EVENT},
        {"type": "page", "userId": "u"},
        {"type": "track", "userId": "u", "event": "B"},
    ]

    envelope = SegmentToolkit.sandbox(box, verify=True).tools.execute("SEGMENT_BATCH", {"batch": batch})

    assert status(envelope) == "verified"


def test_counters_that_lag_prove_nothing(box: Sandbox) -> None:
    empty = '{"data": {"total": 0, "dataset": [], "pagination": {"current": "MA=="}}}'
    box.inject(status=200, body=empty, path="/delivery-overview", times=50)

    envelope = SegmentToolkit.sandbox(box, verify=True).tools.execute("SEGMENT_TRACK", EVENT)

    assert envelope.successful
    assert status(envelope) == "unverified"
    assert "30 seconds" in envelope.data["verification"]["reason"]


def test_an_event_that_the_source_filters_is_contradicted(box: Sandbox) -> None:
    box.block("shop-ios", events=["Order Completed"])

    envelope = SegmentToolkit.sandbox(box, verify=True).tools.execute(
        "SEGMENT_TRACK", {**EVENT, "writeKey": "shop-ios"}
    )

    assert envelope.successful
    assert status(envelope) == "contradicted"


@pytest.mark.parametrize("key", ["old-backoffice", "Zz9" + "0" * 29])
def test_an_event_with_a_key_that_takes_nothing_is_contradicted(box: Sandbox, key: str) -> None:
    envelope = SegmentToolkit.sandbox(box, verify=True).tools.execute("SEGMENT_TRACK", {**EVENT, "writeKey": key})

    assert envelope.successful
    assert status(envelope) == "contradicted"


def test_an_event_without_a_token_is_sent_and_unverified(box: Sandbox) -> None:
    toolkit = account(box, write_key=box.write_key, region="us", verify=True)

    envelope = toolkit.tools.execute("SEGMENT_TRACK", EVENT)

    assert envelope.successful
    assert status(envelope) == "unverified"
    assert [r.path for r in box.requests] == ["/v1/track"]


def test_the_masked_form_of_a_key_is_not_taken_for_gone(box: Sandbox, verifying: SegmentToolkit) -> None:
    from segment_tools.remove_source_write_key import TOOL, RemoveSourceWriteKey

    key = box.write_keys["shop-ios"]
    arguments = RemoveSourceWriteKey.model_validate({"sourceId": "s", "writeKey": mask(key)})
    assert TOOL.verify is not None

    reading = TOOL.verify(arguments)
    next(reading)
    from segment_toolkit.tool import Response

    with pytest.raises(StopIteration) as stopped:
        reading.send(Response(200, {"source": {"id": "s", "writeKeys": [key, "0" * 32]}}, "h"))

    assert stopped.value.value.status == "contradicted"


def test_a_host_may_look_by_itself_whether_a_write_is_done(box: Sandbox, toolkit: SegmentToolkit) -> None:
    slug, arguments = calls(box)["delete"]

    before = toolkit.verify(slug, arguments)
    toolkit.tools.execute(slug, arguments)
    after = toolkit.verify(slug, arguments)

    assert (before.status, after.status) == ("contradicted", "verified")
    assert toolkit.verify("SEGMENT_TRACK", EVENT).status == "unverified"
