"""How a connection breaks: what comes before, and on transports and servers that offer less than ours."""

from __future__ import annotations

import asyncio
import socket
from collections import deque

import httpx
import pytest
from starlette.types import Message

from segment_toolkit.sandbox import Sandbox
from segment_toolkit.sandbox.server import serving


def test_a_cut_answer_gives_its_first_half_before_it_breaks(box: Sandbox) -> None:
    box.inject(kind="cut_off")
    body = {"writeKey": box.write_key, "userId": "u", "event": "E"}
    got = bytearray()

    with (
        httpx.Client(transport=box.transport()) as client,
        client.stream("POST", "https://api.segment.io/v1/track", json=body) as response,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        deque(map(got.extend, response.iter_raw()), maxlen=0)

    assert response.headers["content-length"] == "16"
    assert bytes(got) == b'{"succes'


@pytest.mark.parametrize("kind", ["reset_before", "reset_after"])
def test_a_reset_is_a_tcp_reset_and_no_byte_comes_before_it(box: Sandbox, kind: str) -> None:
    box.inject(kind=kind)

    with serving(box) as base_url:
        url = httpx.URL(base_url)
        with socket.create_connection((url.host, url.port or 0), timeout=10) as client:
            client.sendall(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n")
            with pytest.raises(ConnectionResetError):
                client.recv(1)


@pytest.mark.parametrize(
    ("kind", "error"),
    [("reset_before", httpx.ReadError), ("reset_after", httpx.ReadError), ("cut_off", httpx.RemoteProtocolError)],
)
def test_breaks_work_with_httpxs_own_transport_too(box: Sandbox, kind: str, error: type[httpx.TransportError]) -> None:
    box.inject(kind=kind)

    async def call() -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(box.app)) as client:
            await client.get("http://127.0.0.1/sources")

    with pytest.raises(error):
        asyncio.run(call())


def test_a_slow_answer_works_with_httpxs_own_transport_too(box: Sandbox) -> None:
    box.inject(kind="slow_answer", seconds=0.02)

    async def call() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(box.app)) as client:
            return await client.get("https://api.segmentapis.com/", headers={"authorization": f"Bearer {box.token}"})

    assert asyncio.run(call()).status_code == 200


def test_a_server_that_offers_no_reset_breaks_the_connection_off(box: Sandbox) -> None:
    box.inject(kind="reset_before")
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
    asyncio.run(box.server_app()(scope, receive, send))

    assert [message["type"] for message in sent] == ["http.response.start"]
