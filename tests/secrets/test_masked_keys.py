"""A model rotates and uses write keys that it never sees: it names one by the mask that answers show."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from segment_toolkit import Approval, AsyncSegmentToolkit, Envelope, SegmentToolkit
from segment_toolkit.sandbox import Sandbox
from segment_toolkit.secrecy.redaction import mask

TRACK = {"userId": "u", "event": "E"}
BATCH = {"batch": [{"type": "track", "userId": "u", "event": "E"}]}


@pytest.fixture
def bare(box: Sandbox) -> SegmentToolkit:
    """A toolkit with a token and no write key."""
    return SegmentToolkit(region="us", public_api_token=box.token, environ={}, transport=box.transport())


def no_key_in(envelope: Envelope, box: Sandbox) -> bool:
    said = json.dumps(envelope, ensure_ascii=False) + repr(envelope.failure)
    return not any(key in said for key in box.write_keys.values())


def source_of_last_event(box: Sandbox) -> str:
    return str(box.events[-1]["sourceId"])


# Taking a key away


def keys_seen_by(toolkit: SegmentToolkit, source: str) -> list[str]:
    envelope = toolkit.tools.execute("SEGMENT_UPDATE_SOURCE", {"sourceId": source, "enabled": True})
    keys: list[str] = envelope.data["source"]["writeKeys"]
    return keys


def with_keys(box: Sandbox, *keys: str) -> dict[str, Any]:
    """What the workspace answers about a source that has these keys."""
    source = {"id": "s1", "slug": "s", "workspaceId": "w", "enabled": True, "labels": [], "metadata": {}}
    body = json.dumps({"data": {"source": {**source, "writeKeys": list(keys)}}})
    return {"status": 200, "body": body}


def test_a_key_is_revoked_by_the_mask_that_an_answer_showed(box: Sandbox, toolkit: SegmentToolkit) -> None:
    source = box.sources["shop-web"]
    [seen] = keys_seen_by(toolkit, source)

    envelope = toolkit.tools.execute("SEGMENT_REMOVE_SOURCE_WRITE_KEY", {"sourceId": source, "writeKey": seen})

    assert envelope.successful
    assert seen == mask(box.write_key)
    assert [(r.method, r.status) for r in box.requests[-2:]] == [("GET", 200), ("DELETE", 200)]
    assert box.requests[-1].path.endswith(f"/writekey/{box.write_key}")
    assert no_key_in(envelope, box)


def test_the_approval_is_asked_about_the_mask(box: Sandbox) -> None:
    asked: list[Approval] = []
    toolkit = SegmentToolkit.sandbox(box, approve=lambda question: asked.append(question) or True)
    arguments = {"sourceId": box.sources["shop-web"], "writeKey": mask(box.write_key)}

    toolkit.tools.execute("SEGMENT_REMOVE_SOURCE_WRITE_KEY", arguments)

    assert dict(asked[0].arguments) == arguments


@pytest.mark.parametrize("written", ["{}…{}", "{}...{}", "{}****{}"])
def test_the_mask_may_be_written_as_models_do(box: Sandbox, toolkit: SegmentToolkit, written: str) -> None:
    given = written.format(box.write_key[:4], box.write_key[-4:])

    envelope = toolkit.tools.execute(
        "SEGMENT_REMOVE_SOURCE_WRITE_KEY", {"sourceId": box.sources["shop-web"], "writeKey": given}
    )

    assert envelope.successful


def test_a_whole_key_is_revoked_without_reading_the_source(box: Sandbox, toolkit: SegmentToolkit) -> None:
    arguments = {"sourceId": box.sources["shop-web"], "writeKey": box.write_key}

    assert toolkit.tools.execute("SEGMENT_REMOVE_SOURCE_WRITE_KEY", arguments).successful

    assert [request.method for request in box.requests] == ["DELETE"]


REFUSALS = {
    "none of the keys": (("A" * 32, "B" * 32), "AAAA…BBBB", "none of this source's keys", "AAAA…AAAA, BBBB…BBBB"),
    "several keys": ((f"AAAA{'x' * 24}ZZZZ", f"AAAA{'y' * 24}ZZZZ"), "AAAA…ZZZZ", "mask of several", "AAAA…ZZZZ"),
    "no key to be seen": ((), "AAAA…ZZZZ", "the token may not see this source's keys", ""),
}  # fmt: skip


@pytest.mark.parametrize(("keys", "given", "why", "shown"), REFUSALS.values(), ids=REFUSALS)
def test_a_mask_that_does_not_say_which_key_revokes_none(
    box: Sandbox, toolkit: SegmentToolkit, keys: tuple[str, ...], given: str, why: str, shown: str
) -> None:
    box.inject(**with_keys(box, *keys))

    envelope = toolkit.tools.execute("SEGMENT_REMOVE_SOURCE_WRITE_KEY", {"sourceId": "s1", "writeKey": given})

    assert envelope.failure is not None
    assert envelope.failure.code == "validation"
    assert why in str(envelope.error)
    assert shown in str(envelope.error)
    assert not any(key in str(envelope.error) for key in keys)
    assert [request.method for request in box.requests] == ["GET"]


def test_a_key_found_by_its_mask_is_in_no_later_error(box: Sandbox) -> None:
    toolkit = SegmentToolkit.sandbox(box, max_retries=0)
    key = "other-form-of-key-0123456789-abcdefg"
    box.inject(**with_keys(box, key))
    box.inject(status=500, body=json.dumps({"errors": [{"type": "x", "message": f"no route /writekey/{key}"}]}))

    envelope = toolkit.tools.execute("SEGMENT_REMOVE_SOURCE_WRITE_KEY", {"sourceId": "s1", "writeKey": mask(key)})

    assert "no route" in str(envelope.error)
    assert key[:12] not in str(envelope.error)
    assert key not in repr(envelope.failure)


# Sending with a key


@pytest.mark.parametrize(("slug", "arguments"), [("SEGMENT_TRACK", TRACK), ("SEGMENT_BATCH", BATCH)])
def test_an_event_is_sent_with_the_configured_key_of_a_mask(
    box: Sandbox, toolkit: SegmentToolkit, slug: str, arguments: dict[str, Any]
) -> None:
    given = {**arguments, "writeKey": mask(box.write_keys["shop-api"])}

    envelope = toolkit.tools.execute(slug, given)

    assert envelope.successful
    assert source_of_last_event(box) == box.sources["shop-api"]
    assert [request.method for request in box.requests] == ["POST"]


@pytest.mark.parametrize(("slug", "arguments"), [("SEGMENT_TRACK", TRACK), ("SEGMENT_BATCH", BATCH)])
def test_an_event_is_sent_with_a_key_of_the_workspace_where_there_is_a_token(
    box: Sandbox, bare: SegmentToolkit, slug: str, arguments: dict[str, Any]
) -> None:
    envelope = bare.tools.execute(slug, {**arguments, "writeKey": mask(box.write_keys["shop-api"])})

    assert envelope.successful
    assert source_of_last_event(box) == box.sources["shop-api"]
    assert no_key_in(envelope, box)


def test_the_async_toolkit_finds_it_too(box: Sandbox) -> None:
    async def run() -> Envelope:
        async with AsyncSegmentToolkit(
            region="us", public_api_token=box.token, environ={}, transport=box.async_transport()
        ) as toolkit:
            return await toolkit.tools.execute("SEGMENT_TRACK", {**TRACK, "writeKey": mask(box.write_keys["shop-api"])})

    assert asyncio.run(run()).successful


def test_a_long_batch_looks_its_key_up_once(box: Sandbox, bare: SegmentToolkit) -> None:
    events = [{"type": "page", "userId": f"u{n}"} for n in range(2_501)]

    envelope = bare.tools.execute("SEGMENT_BATCH", {"batch": events, "writeKey": mask(box.write_key)})

    assert envelope.data["accepted"] == 2_501
    assert [request.method for request in box.requests] == ["GET", "POST", "POST"]


def test_every_page_of_sources_is_looked_through(box: Sandbox, bare: SegmentToolkit) -> None:
    empty = {"data": {"sources": [], "pagination": {"current": "MA==", "next": "MQ=="}}}
    box.inject(status=200, body=json.dumps(empty))

    envelope = bare.tools.execute("SEGMENT_TRACK", {**TRACK, "writeKey": mask(box.write_keys["shop-api"])})

    assert envelope.successful
    assert [request.query for request in box.requests][:2] == [
        "pagination.count=200",
        "pagination.count=200&pagination.cursor=MQ%3D%3D",
    ]


def test_without_a_token_the_masks_of_the_configured_keys_are_listed(box: Sandbox) -> None:
    toolkit = SegmentToolkit(region="us", write_keys=box.write_keys, environ={}, transport=box.transport())

    envelope = toolkit.tools.execute("SEGMENT_TRACK", {**TRACK, "writeKey": "AAAA…ZZZZ"})

    assert "mask of none of the configured keys" in str(envelope.error)
    assert mask(box.write_key) in str(envelope.error)
    assert no_key_in(envelope, box)
    assert box.requests == []


def test_a_mask_of_no_source_lists_the_workspaces_masks(box: Sandbox, bare: SegmentToolkit) -> None:
    envelope = bare.tools.execute("SEGMENT_TRACK", {**TRACK, "writeKey": "AAAA…ZZZZ"})

    assert "mask of none of the workspace's keys" in str(envelope.error)
    assert mask(box.write_key) in str(envelope.error)
    assert no_key_in(envelope, box)
    assert box.events == []


def test_two_configured_keys_of_one_mask_are_told_apart_by_their_sources(box: Sandbox) -> None:
    keys = {"one": "AAAA" + "x" * 24 + "ZZZZ", "two": "AAAA" + "y" * 24 + "ZZZZ"}
    toolkit = SegmentToolkit(region="us", write_keys=keys, environ={}, transport=box.transport())

    envelope = toolkit.tools.execute("SEGMENT_TRACK", {**TRACK, "writeKey": "AAAA…ZZZZ"})

    assert "give the source: one, two" in str(envelope.error)
    assert box.requests == []


@pytest.mark.parametrize("fault", [{"status": 403}, {"status": 500}, {"error": httpx.ReadTimeout}, {"status": 200}])
def test_when_the_sources_cannot_be_read_nothing_is_said_to_be_sent(
    box: Sandbox, bare: SegmentToolkit, fault: dict[str, Any]
) -> None:
    box.inject(**fault, times=50)

    envelope = bare.tools.execute("SEGMENT_TRACK", {**TRACK, "writeKey": mask(box.write_key)})

    assert "could not be read" in str(envelope.error)
    assert "Nothing was sent" in str(envelope.error)
    assert "unknown whether" not in str(envelope.error)
    assert box.events == []


# Answers in full, for hosts


def test_a_host_may_have_answers_show_keys_in_full(box: Sandbox) -> None:
    toolkit = SegmentToolkit.sandbox(box, reveal_secrets=True)

    assert keys_seen_by(toolkit, box.sources["shop-web"]) == [box.write_key]


def test_errors_and_the_token_stay_hidden_where_answers_are_revealed(box: Sandbox) -> None:
    toolkit = SegmentToolkit.sandbox(box, reveal_secrets=True)
    said = f"{box.token} and {box.write_key}"
    box.inject(status=422, body=json.dumps({"errors": [{"type": "x", "message": said}]}))
    box.inject(**with_keys(box, box.token))

    failed = toolkit.tools.execute("SEGMENT_UPDATE_SOURCE", {"sourceId": "s1", "name": "N"})
    answered = toolkit.tools.execute("SEGMENT_UPDATE_SOURCE", {"sourceId": "s1", "name": "N"})

    assert box.token not in str(failed)
    assert box.write_key not in str(failed)
    assert answered.data["source"]["writeKeys"] == ["[redacted]"]


def test_a_secret_that_an_answer_told_is_cut_out_of_the_rest_of_it(box: Sandbox, toolkit: SegmentToolkit) -> None:
    secret = "a-destinations-own-secret-0123456789"
    destination = {"id": "d1", "settings": {"apiSecret": secret, "endpoint": f"https://x.example/?auth={secret}"}}
    box.inject(status=200, body=json.dumps({"data": {"destination": destination}}), times=2)
    call = ("SEGMENT_GET_DESTINATION", {"destinationId": "d1"})

    envelope = toolkit.tools.execute(*call)
    awaited = asyncio.run(AsyncSegmentToolkit.sandbox(box).tools.execute(*call))

    assert awaited == envelope
    assert envelope.data["destination"]["settings"] == {
        "apiSecret": mask(secret),
        "endpoint": "https://x.example/?auth=[redacted]",
    }
