"""What goes on the wire: hosts by region, headers, and that credentials go nowhere else."""

from __future__ import annotations

import asyncio
import base64
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit
from segment_toolkit.credentials import Credentials
from segment_toolkit.errors import HostUnavailable, RegionUnknown
from segment_toolkit.sandbox import Sandbox
from segment_toolkit.sandbox.server import serving
from segment_toolkit.tool import Api, Host, Request
from segment_toolkit.transport.hosts import headers, target

TRACK = {"userId": "u", "event": "E"}
FULL = Credentials(region="us", public_api_token="sgp_t", write_key="k" * 32)


@pytest.mark.parametrize(
    ("region", "api", "host", "url"),
    [
        ("us", Api.TRACKING, Host.ACCOUNT, "https://api.segment.io/v1/x"),
        ("eu", Api.TRACKING, Host.ACCOUNT, "https://events.eu1.segmentapis.com/v1/x"),
        ("us", Api.PUBLIC, Host.ACCOUNT, "https://api.segmentapis.com/x"),
        ("eu", Api.PUBLIC, Host.ACCOUNT, "https://eu1.api.segmentapis.com/x"),
        ("us", Api.PUBLIC, Host.OTHER_REGION, "https://eu1.api.segmentapis.com/x"),
        ("eu", Api.PUBLIC, Host.OTHER_REGION, "https://api.segmentapis.com/x"),
    ],
)
def test_the_host_follows_from_service_and_region(region: str, api: Api, host: Host, url: str) -> None:
    credentials = Credentials(region=region, public_api_token="sgp_t", write_key="k" * 32)  # type: ignore[arg-type]

    assert target(Request("GET", "/x", api=api, host=host), credentials).url == url


def test_without_a_region_no_host_is_guessed() -> None:
    with pytest.raises(RegionUnknown):
        target(Request("GET", "/x"), Credentials(public_api_token="sgp_t"))


@pytest.mark.parametrize("host", [Host.OTHER_REGION, Host.LEGACY])
def test_a_configured_host_has_no_other_region_and_no_legacy_by_itself(host: Host) -> None:
    credentials = Credentials(public_api_token="sgp_t", public_api_url="https://proxy.test", region="us")

    with pytest.raises(HostUnavailable):
        target(Request("GET", "/x", host=host), credentials)


def test_query_values_are_encoded() -> None:
    request = Request("GET", "/x", query=(("pagination.count", "5"), ("pagination.cursor", "MQ==&a=b")))

    assert target(request, FULL).url.endswith("/x?pagination.count=5&pagination.cursor=MQ%3D%3D%26a%3Db")


def test_the_write_key_is_the_user_name_with_an_empty_password() -> None:
    _, authorization = target(Request("POST", "/track", api=Api.TRACKING), FULL)

    assert base64.b64decode(authorization.removeprefix("Basic ")) == b"k" * 32 + b":"


def test_several_sources_without_a_default_are_listed_rather_than_guessed(box: Sandbox) -> None:
    toolkit = SegmentToolkit(region="us", write_keys=box.write_keys, environ={}, transport=box.transport())

    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    assert "shop-api" in str(envelope.error)
    assert box.requests == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_with_credentials(box: Sandbox, status: int) -> None:
    box.inject(status=status, headers={"location": "https://evil.example/collect"})
    with httpx.Client(transport=box.transport(), follow_redirects=True) as client:
        toolkit = SegmentToolkit(region="us", write_key=box.write_key, environ={}, http_client=client)

        envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    assert "redirect" in str(envelope.error)
    assert {request.host for request in box.requests} == {"api.segment.io"}


def test_a_client_of_the_hosts_keeps_its_headers_and_hooks_but_not_its_auth_and_is_left_open(box: Sandbox) -> None:
    seen: list[str] = []
    hooks = {"request": [lambda request: seen.append(request.url.host)]}
    with httpx.Client(
        transport=box.transport(), headers={"x-host": "ours"}, auth=("other", "login"), event_hooks=hooks
    ) as client:
        with SegmentToolkit(region="us", write_key=box.write_key, environ={}, http_client=client) as toolkit:
            assert toolkit.tools.execute("SEGMENT_TRACK", TRACK).successful

        assert not client.is_closed
    assert seen == ["api.segment.io"]
    assert box.requests[0].headers["x-host"] == "ours"
    assert len(box.events) == 1  # under our write key, not the client's login


def test_a_client_of_the_hosts_keeps_its_query_and_cookies(box: Sandbox) -> None:
    with httpx.Client(transport=box.transport(), params={"trace": "1"}, cookies={"route": "a"}) as client:
        toolkit = SegmentToolkit(region="us", write_key=box.write_key, environ={}, http_client=client)

        assert toolkit.tools.execute("SEGMENT_TRACK", TRACK).successful

    assert box.requests[0].query == "trace=1"
    assert box.requests[0].headers["cookie"] == "route=a"


def test_a_proxy_of_the_environment_is_used(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    toolkit = SegmentToolkit(region="us", write_key=box.write_key, environ={}, max_retries=0)

    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    assert envelope.failure is not None
    assert envelope.failure.code == "network"  # the dead proxy's, where no network there would be another error
    assert "ConnectError" in str(envelope.error)


def test_loopback_is_not_asked_of_a_proxy(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    with serving(box) as url, SegmentToolkit(write_key=box.write_key, tracking_url=url, environ={}) as toolkit:
        assert toolkit.tools.execute("SEGMENT_TRACK", TRACK).successful


def test_threads_share_a_toolkit(box: Sandbox) -> None:
    with serving(box) as url, SegmentToolkit(write_key=box.write_key, tracking_url=url, environ={}) as toolkit:
        with ThreadPoolExecutor(16) as pool:
            envelopes = list(
                pool.map(lambda n: toolkit.tools.execute("SEGMENT_TRACK", {**TRACK, "event": f"E{n}"}), range(200))
            )

        assert all(envelope.successful for envelope in envelopes)

    assert sorted(event["event"] for event in box.events) == sorted(f"E{n}" for n in range(200))


def test_tasks_share_a_toolkit_and_one_toolkit_serves_several_event_loops(box: Sandbox) -> None:
    async def many(toolkit: AsyncSegmentToolkit) -> list[bool]:
        calls = (toolkit.tools.execute("SEGMENT_TRACK", TRACK) for _ in range(50))
        found = [envelope.successful for envelope in await asyncio.gather(*calls)]
        await toolkit.close()
        return found

    with serving(box) as url:
        toolkit = AsyncSegmentToolkit(write_key=box.write_key, tracking_url=url, environ={})

        for _ in range(2):
            assert all(asyncio.run(many(toolkit)))

    assert len(box.events) == 100


def test_a_closed_toolkit_can_be_used_again(box: Sandbox) -> None:
    with serving(box) as url:
        toolkit = SegmentToolkit(write_key=box.write_key, tracking_url=url, environ={})
        for _ in range(2):
            assert toolkit.tools.execute("SEGMENT_TRACK", TRACK).successful
            toolkit.close()


@pytest.mark.parametrize(("method", "length"), [("GET", None), ("DELETE", None), ("POST", b"0"), ("PATCH", b"0")])
def test_a_write_without_a_body_says_so_and_no_other_request_has_a_length(method: str, length: bytes | None) -> None:
    sent = dict(headers(Request(method, "/x"), b"segment.test", "Bearer t"))

    assert sent.get(b"content-length") == length


def test_every_request_names_the_toolkit_and_asks_for_json(box: Sandbox) -> None:
    SegmentToolkit.sandbox(box).tools.execute("SEGMENT_TRACK", TRACK)

    headers = box.requests[0].headers
    assert headers["user-agent"].startswith("segment-agent-toolkit/")
    assert headers["accept"] == headers["content-type"] == "application/json"


def test_a_client_that_the_host_closed_is_said_to_be_closed_and_nothing_unknown(box: Sandbox) -> None:
    client = httpx.Client(transport=box.transport())
    toolkit = SegmentToolkit(http_client=client, write_key=box.write_key, region="us", environ={})
    client.close()

    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    assert "The HTTP client is closed. Nothing was sent." in str(envelope.error)
    assert envelope.failure is not None
    assert not envelope.failure.outcome_unknown
    assert box.requests == []


def test_outside_of_asyncio_the_async_toolkit_says_where_it_runs() -> None:
    toolkit = AsyncSegmentToolkit(write_key="k" * 32, region="us", environ={})
    call = toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    with pytest.raises(StopIteration) as ended:  # what a loop of another kind does
        call.send(None)

    envelope = ended.value.value
    assert "asyncio's event loops only. Nothing was sent." in envelope.error
