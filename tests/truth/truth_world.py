"""What the tests of delivery truth share: a client of the operator's, and accounts other than the sandbox's own."""

from __future__ import annotations

from typing import Any

import httpx

from segment_toolkit import SegmentToolkit
from segment_toolkit.sandbox import Sandbox


def operator(box: Sandbox) -> httpx.Client:
    """The Public API of the sandbox, as somebody with the token uses it in a script of their own."""
    hosts = {"us": "https://api.segmentapis.com", "eu": "https://eu1.api.segmentapis.com"}
    return httpx.Client(
        transport=box.transport(), base_url=hosts[box.region], headers={"authorization": f"Bearer {box.token}"}
    )


def set_source(box: Sandbox, source: str, **changes: Any) -> None:
    """Change a source behind the toolkit's back."""
    with operator(box) as api:
        assert api.patch(f"/sources/{box.sources[source]}", json=changes).status_code == 200


def account(box: Sandbox, **credentials: Any) -> SegmentToolkit:
    """A toolkit on the sandbox with these credentials only."""
    return SegmentToolkit(transport=box.transport(), environ={}, **credentials)


def plant_mistakes(box: Sandbox) -> None:
    """Send, past the toolkit, what Segment answers 200 to and loses."""
    mistakes = (
        ("shop-web", "page", {"name": "Home"}),
        ("shop-web", "track", {"userId": "cus_1", "event": "Debug Button Clicked"}),
        ("shop-api", "track", {"userId": "cus_1", "event": "Order Updated", "properties": None}),
        ("shop-api", "track", {"userId": "cus_1", "event": "Order Completed", "properties": {"revenue": "5"}}),
    )
    with httpx.Client(transport=box.transport(), base_url="https://api.segment.io/v1") as tracking:
        for source, kind, event in mistakes:
            assert tracking.post(f"/{kind}", json={**event, "writeKey": box.write_keys[source]}).status_code == 200
