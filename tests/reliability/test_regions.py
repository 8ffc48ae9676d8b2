"""Region and hosts that cannot be meant together are found before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest

from segment_toolkit import SegmentToolkit
from segment_toolkit.errors import InvalidParams
from segment_toolkit.sandbox import Sandbox

TRACK = {"userId": "u", "event": "E"}
EU_TRACKING, US_TRACKING = "https://events.eu1.segmentapis.com/v1", "https://api.segment.io/v1"
EU_API, US_API = "https://eu1.api.segmentapis.com", "https://api.segmentapis.com"


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"region": "us", "tracking_url": EU_TRACKING}, id="region and tracking host"),
        pytest.param({"region": "eu", "public_api_url": US_API}, id="region and Public API host"),
        pytest.param({"tracking_url": US_TRACKING, "public_api_url": EU_API}, id="two hosts"),
        pytest.param({"region": "eu", "legacy_url": "https://platform.segmentapis.com/v1beta"}, id="the US-only API"),
        pytest.param({"public_api_url": "https://api.segment.io"}, id="events' host for the Public API"),
        pytest.param({"tracking_url": US_API}, id="the Public API's host for events"),
    ],
)
def test_a_toolkit_of_two_regions_is_not_made(given: dict[str, Any]) -> None:
    with pytest.raises(InvalidParams, match=r"region|service|says"):
        SegmentToolkit(environ={}, write_key="k" * 32, **given)


@pytest.mark.parametrize(
    "given",
    [
        {"region": "eu", "tracking_url": EU_TRACKING, "public_api_url": EU_API},
        {"region": "us", "tracking_url": "https://events.example.com", "public_api_url": US_API},
        {"region": "eu", "tracking_url": "http://127.0.0.1:1"},
    ],
    ids=str,
)
def test_what_may_be_meant_is_taken(given: dict[str, Any]) -> None:
    assert SegmentToolkit(environ={}, write_key="k" * 32, **given)


def test_credentials_of_a_call_for_another_region_than_the_hosts_are_refused(box: Sandbox) -> None:
    toolkit = SegmentToolkit(environ={}, tracking_url=US_TRACKING, transport=box.transport())

    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK, custom_auth_params={"write_key": "k" * 32, "region": "eu"})

    assert envelope.failure is not None
    assert envelope.failure.code == "region"
    assert "Nothing was sent" in str(envelope.error)
    assert box.requests == []


def test_an_account_of_another_region_than_the_toolkits_hosts_is_refused(box: Sandbox) -> None:
    toolkit = SegmentToolkit(environ={}, public_api_url=US_API, transport=box.transport())
    toolkit.connected_accounts.initiate(
        "u1", "ac_x", config={"auth_scheme": "API_KEY", "val": {"generic_api_key": box.token, "region": "eu"}}
    )

    envelope = toolkit.tools.execute("SEGMENT_GET_DESTINATION", {"destinationId": "d"}, user_id="u1")

    assert envelope.failure is not None
    assert envelope.failure.code == "region"
    assert box.requests == []


def test_an_environment_that_contradicts_the_toolkit_is_refused(box: Sandbox) -> None:
    environ = {"SEGMENT_TRACKING_URL": EU_TRACKING}
    toolkit = SegmentToolkit(region="us", write_key=box.write_key, environ=environ, transport=box.transport())

    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    assert envelope.failure is not None
    assert envelope.failure.code == "region"
    assert box.write_key not in str(envelope)
    assert box.requests == []
