"""The region probe names the host that knows the token, and guesses nothing."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from truth_world import account

from segment_toolkit import AsyncSegmentToolkit
from segment_toolkit.sandbox import Sandbox
from segment_toolkit.sandbox.server import serving

HOSTS = {"us": "api.segmentapis.com", "eu": "eu1.api.segmentapis.com"}


@pytest.mark.parametrize("region", ["us", "eu"])
@pytest.mark.parametrize("configured", [None, "us", "eu"])
def test_the_right_region_is_named_whatever_is_configured(region: str, configured: str | None) -> None:
    box = Sandbox(region)  # type: ignore[arg-type]

    report = account(box, public_api_token=box.token, region=configured).probe_region()

    assert (report.status, report.region, report.workspace) == (region, region, "acme")
    assert f"region='{region}'" in report.next_step


def test_a_token_of_nobody_is_of_neither_region(box: Sandbox) -> None:
    report = account(box).probe_region("sgp_" + "x" * 64)

    assert (report.status, report.region) == ("neither", None)
    assert report.hosts == {"us": "answered 401", "eu": "answered 401"}


def test_a_token_that_both_hosts_take_is_not_guessed(box: Sandbox) -> None:
    body = '{"data": {"workspace": {"id": "w", "slug": "w", "name": "W"}}}'
    box.inject(status=200, body=body, host=HOSTS["eu"], times=1)

    report = account(box, public_api_token=box.token).probe_region()

    assert (report.status, report.region) == ("both", None)


@pytest.mark.parametrize("kind", ["html_200", "server_error", "reset_before"])
def test_a_host_in_trouble_leaves_the_region_unknown(box: Sandbox, kind: str) -> None:
    box.inject(kind=kind, host=HOSTS["us"], times=50)

    report = account(box, public_api_token=box.token).probe_region()

    assert (report.status, report.region) == ("unknown", None)
    assert "US host" in report.reason


def test_the_other_host_in_trouble_changes_nothing_of_a_token_that_works(box: Sandbox) -> None:
    box.inject(error=httpx.ConnectError("down"), host=HOSTS["eu"], times=50)

    report = account(box, public_api_token=box.token).probe_region()

    assert (report.status, report.region) == ("us", "us")
    assert "EU host gave no usable answer" in report.reason


def test_without_a_token_it_says_that_write_keys_cannot_be_probed(box: Sandbox) -> None:
    report = account(box, write_key=box.write_key).probe_region()

    assert report.status == "unknown"
    assert "write keys cannot be probed" in report.reason
    assert box.requests == []


def test_a_configured_url_is_never_left_for_segments_own_hosts(box: Sandbox) -> None:
    with serving(box) as url:
        report = account(Sandbox(), public_api_token=box.token, public_api_url=url).probe_region()

    assert report.status == "unknown"
    assert "public_api_url" in report.reason
    assert box.requests == []


def test_the_async_toolkit_says_the_same(box: Sandbox) -> None:
    async def asked() -> object:
        async with AsyncSegmentToolkit(
            transport=box.async_transport(), environ={}, public_api_token=box.token
        ) as toolkit:
            return await toolkit.probe_region()

    assert asyncio.run(asked()) == account(box, public_api_token=box.token).probe_region()


def test_an_unknown_region_and_a_refused_token_point_to_the_probe(box: Sandbox) -> None:
    lost = account(box, public_api_token=box.token).tools.execute("SEGMENT_DELETE_SOURCE", {"sourceId": "s"})
    unknown = account(box, public_api_token=box.token).tools.execute("SEGMENT_GET_DESTINATION", {"destinationId": "d"})
    refused = account(box, public_api_token="sgp_" + "x" * 64, region="eu").tools.execute(
        "SEGMENT_GET_DESTINATION", {"destinationId": "d"}
    )

    assert lost.failure is not None
    assert lost.failure.code == "refused"
    for envelope, code in ((unknown, "region"), (refused, "auth")):
        assert envelope.failure is not None
        assert envelope.failure.code == code
        assert "probe_region" in (envelope.error or "")
