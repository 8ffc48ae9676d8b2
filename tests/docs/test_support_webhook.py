"""The support webhook of the examples: what it lets in, and what becomes of it."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from segment_toolkit import AsyncSegmentToolkit
from segment_toolkit.sandbox import Sandbox

sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))

import support_webhook

SECRET, NOW = "shared-secret", 1_700_000_000.0
DELIVERY = {
    "id": "evt-1",
    "type": "message.received",
    "contact": {"id": "u-42", "email": "ada@example.com"},
    "conversation": {"id": "conv-7", "channel": "web"},
    "message": {"id": "msg-1", "text": "Where is my parcel?"},
}


def signed(delivery: Any, secret: str = SECRET, at: float = NOW) -> tuple[bytes, str]:
    body = delivery if isinstance(delivery, bytes) else json.dumps(delivery).encode()
    return body, support_webhook.signature(body, secret, at)


def deliver(box: Sandbox, *deliveries: tuple[bytes, str], **options: Any) -> list[int]:
    """The statuses that the deliveries are answered with, one after another."""

    async def awaited() -> list[int]:
        statuses = []
        async with AsyncSegmentToolkit.sandbox(box, **options) as toolkit:
            transport = httpx.ASGITransport(support_webhook.app(toolkit, SECRET, now=lambda: NOW))
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as chat:
                for body, header in deliveries:
                    answer = await chat.post("/support", content=body, headers={"x-support-signature": header})
                    statuses.append(answer.status_code)
        return statuses

    return asyncio.run(awaited())


def test_a_message_becomes_who_wrote_and_what_happened_without_its_text(box: Sandbox) -> None:
    assert deliver(box, signed(DELIVERY)) == [200]

    identify, track = box.events
    assert (identify["userId"], identify["traits"]) == ("u-42", {"email": "ada@example.com"})
    assert track["event"] == "Support Message Received"
    assert track["properties"]["message_length"] == len("Where is my parcel?")
    assert "parcel" not in json.dumps(box.events)


def test_a_delivery_that_comes_again_is_recorded_once_even_by_another_process(box: Sandbox) -> None:
    first = deliver(box, signed(DELIVERY), signed(DELIVERY))
    after_a_restart = deliver(box, signed(DELIVERY))

    assert [*first, *after_a_restart] == [200, 200, 200]
    assert len(box.events) == 2
    assert {drop["reason"] for drop in box.dropped} == {"duplicate_message_id"}


def test_what_failed_at_segment_is_asked_for_again_and_then_recorded(box: Sandbox) -> None:
    box.inject(status=503)

    assert deliver(box, signed(DELIVERY), signed(DELIVERY), max_retries=0) == [503, 200]
    assert len(box.events) == 2


@pytest.mark.parametrize(
    ("body", "header", "status"),
    [
        pytest.param(*signed(DELIVERY, secret="another"), 401, id="another's signature"),
        pytest.param(*signed(DELIVERY, at=NOW - 301), 401, id="an old one"),
        pytest.param(*signed(DELIVERY, at=NOW + 301), 401, id="one of the future"),
        pytest.param(json.dumps(DELIVERY).encode(), "", 401, id="no signature"),
        pytest.param(json.dumps(DELIVERY).encode(), "t=1700000000", 401, id="a time alone"),
        pytest.param(b"{}", signed(DELIVERY)[1], 401, id="another body's signature"),
        pytest.param(*signed(b"{"), 400, id="no JSON"),
        pytest.param(*signed([]), 400, id="no object"),
        pytest.param(*signed({"type": "message.received"}), 400, id="no id"),
        pytest.param(*signed({**DELIVERY, "contact": {}, "conversation": {}}), 400, id="nobody"),
        pytest.param(*signed(b" " * 64_001), 413, id="too large"),
    ],
)
def test_what_must_not_come_in_does_not(box: Sandbox, body: bytes, header: str, status: int) -> None:
    assert deliver(box, (body, header)) == [status]
    assert box.requests == []


def test_an_event_type_that_is_not_recorded_is_acknowledged(box: Sandbox) -> None:
    assert deliver(box, signed({**DELIVERY, "type": "agent.typing"})) == [200]
    assert box.events == []


def test_there_is_no_webhook_without_a_secret() -> None:
    with pytest.raises(ValueError, match="needs a secret"):
        support_webhook.app(AsyncSegmentToolkit.sandbox(), "")
