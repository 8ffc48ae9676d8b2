"""Credentials go to the host they are for, and stay there: no redirect takes them elsewhere, nor does a cookie."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from segment_toolkit import AsyncSegmentToolkit, Envelope, SegmentToolkit
from segment_toolkit.sandbox import Sandbox
from segment_toolkit.sandbox.server import serving

TRACK = {"userId": "u", "event": "E"}
every_status = pytest.mark.parametrize("status", [301, 302, 303, 305, 307, 308])


@contextmanager
def elsewhere() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Another server: its URL, and the headers of what reached it."""
    reached: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            reached.append(dict(self.headers))
            self.send_response(200)
            self.send_header("content-length", "16")
            self.end_headers()
            self.wfile.write(b'{"success":true}')

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    for method in ("GET", "POST", "PATCH", "DELETE"):
        setattr(Handler, f"do_{method}", Handler.answer)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://localhost:{server.server_address[1]}", reached
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def calls(toolkit: SegmentToolkit, box: Sandbox) -> list[Envelope]:
    source = {"sourceId": box.sources["shop-web"]}
    return [
        toolkit.tools.execute("SEGMENT_TRACK", TRACK),
        toolkit.tools.execute("SEGMENT_LIST_SCHEMA_SETTINGS_IN_SOURCE", source),
        toolkit.tools.execute("SEGMENT_UPDATE_SOURCE", {**source, "name": "N"}),
        toolkit.tools.execute("SEGMENT_DELETE_SOURCE", source),
    ]


@every_status
@pytest.mark.parametrize("client", [None, True, False], ids=["ours", "a client that follows", "one that does not"])
def test_a_redirect_to_another_server_is_not_followed(box: Sandbox, status: int, client: bool | None) -> None:
    with elsewhere() as (other, reached), serving(box) as url:
        box.inject(status=status, headers={"location": f"{other}/v1/track"}, times=60)
        given = None if client is None else httpx.Client(follow_redirects=client)
        toolkit = SegmentToolkit(
            public_api_token=box.token, write_key=box.write_key, public_api_url=url, tracking_url=url,
            approve=lambda _: True, environ={}, http_client=given,
        )  # fmt: skip
        with toolkit:
            envelopes = calls(toolkit, box)
        if given is not None:
            given.close()

    assert [envelope.successful for envelope in envelopes] == [False] * 4
    assert reached == []
    assert all("redirect" in str(envelope.error) for envelope in envelopes)
    assert other not in str(envelopes)


@every_status
def test_nor_by_the_async_toolkit(box: Sandbox, status: int) -> None:
    async def run(url: str) -> Envelope:
        async with httpx.AsyncClient(follow_redirects=True) as client:
            toolkit = AsyncSegmentToolkit(
                public_api_token=box.token, public_api_url=url, environ={}, http_client=client
            )
            return await toolkit.tools.execute("SEGMENT_GET_DESTINATION", {"destinationId": "d"})

    with elsewhere() as (other, reached), serving(box) as url:
        box.inject(status=status, headers={"location": other}, times=20)
        envelope = asyncio.run(run(url))

    assert not envelope.successful
    assert reached == []


def test_behind_a_proxy_of_the_environment_no_redirect_is_followed_and_no_cookie_kept(
    box: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")  # loopback is not asked of it, but its client is used
    with elsewhere() as (other, reached), serving(box) as url:
        box.inject(status=307, headers={"location": other, "set-cookie": "session=abc; Path=/"})
        with SegmentToolkit(write_key=box.write_key, tracking_url=url, environ={}) as toolkit:
            redirected = toolkit.tools.execute("SEGMENT_TRACK", TRACK)
            later = toolkit.tools.execute("SEGMENT_IDENTIFY", {"userId": "u"})

    assert not redirected.successful
    assert later.successful
    assert reached == []
    assert not any("cookie" in request.headers for request in box.requests)


def test_no_cookie_of_one_account_goes_to_another(box: Sandbox) -> None:
    with serving(box) as url:
        box.inject(status=500, headers={"set-cookie": "session=abc; Path=/"}, times=10)
        with SegmentToolkit(tracking_url=url, environ={}, max_retries=0) as toolkit:
            first = {"custom_auth_params": {"region": "us", "write_key": "a" * 32}}
            second = {"custom_auth_params": {"region": "us", "write_key": box.write_key}}
            toolkit.tools.execute("SEGMENT_TRACK", TRACK, **first)
            toolkit.tools.execute("SEGMENT_TRACK", TRACK, **second)

    assert not any("cookie" in request.headers for request in box.requests)
