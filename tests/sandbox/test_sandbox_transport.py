"""The in-process transports: sync anywhere, async, and from many threads."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from segment_toolkit.sandbox import Sandbox
from segment_toolkit.sandbox.transport import SandboxTransport


def track(box: Sandbox, **members: object) -> dict[str, object]:
    return {"writeKey": box.write_key, "userId": "u", "event": "E", **members}


def test_the_sync_transport_works_inside_a_running_event_loop(box: Sandbox) -> None:
    async def call() -> int:
        with httpx.Client(transport=box.transport()) as client:
            return client.post("https://api.segment.io/v1/track", json=track(box)).status_code

    assert asyncio.run(call()) == 200


def test_the_async_transport_shares_the_state(box: Sandbox) -> None:
    async def call() -> httpx.Response:
        async with httpx.AsyncClient(transport=box.async_transport()) as client:
            await client.post("https://api.segment.io/v1/track", json=track(box))
            return await client.get("https://api.segmentapis.com/", headers={"authorization": f"Bearer {box.token}"})

    response = asyncio.run(call())

    assert response.json()["data"]["workspace"]["slug"] == "acme"
    assert len(box.events) == 1


def test_the_async_transport_raises_injected_errors(box: Sandbox) -> None:
    box.inject(error=httpx.ReadTimeout)

    async def call() -> None:
        async with httpx.AsyncClient(transport=box.async_transport()) as client:
            await client.get("https://api.segmentapis.com/")

    with pytest.raises(httpx.ReadTimeout):
        asyncio.run(call())


def test_a_streamed_request_and_a_streamed_response_work(box: Sandbox) -> None:
    def chunks() -> Iterator[bytes]:
        yield b'{"writeKey": "'
        yield box.write_key.encode() + b'", "userId": "u", "event": "E"}'

    with (
        httpx.Client(transport=box.transport()) as client,
        client.stream("POST", "https://api.segment.io/v1/track", content=chunks()) as response,
    ):
        body = b"".join(response.iter_bytes())

    assert body == b'{"success":true}'
    assert len(box.events) == 1


def test_64_threads_may_share_a_box(box: Sandbox) -> None:
    def work(number: int) -> None:
        headers = {"authorization": f"Bearer {box.token}"}
        with httpx.Client(transport=box.transport(), headers=headers) as client:
            for step in range(5):
                client.post("https://api.segment.io/v1/track", json=track(box, messageId=f"{number}-{step}"))
            client.post(f"https://api.segmentapis.com/sources/{box.sources['shop-ios']}/writekey")

    with ThreadPoolExecutor(64) as pool:
        list(pool.map(work, range(64)))

    assert len({event["messageId"] for event in box.events}) == 64 * 5
    assert len(box.requests) == 64 * 6


def test_an_application_that_waits_is_refused_and_not_hung() -> None:
    async def waits(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(0)

    with (
        httpx.Client(transport=SandboxTransport(waits)) as client,
        pytest.raises(RuntimeError, match="never waits"),
    ):
        client.get("http://sandbox/")
