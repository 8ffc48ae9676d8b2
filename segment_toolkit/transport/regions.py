"""Segment's hosts by service and region, and which of them cannot be meant together.

Source: Segment documentation, "Regional Segment" and "HTTP Tracking API"; the EU host of the Public API is the one that
Segment's TypeScript SDK configures; the Config API's is in the documentation of that API ("US host only").
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

Region = Literal["us", "eu"]

PUBLIC_API: Mapping[Region, str] = {"us": "https://api.segmentapis.com", "eu": "https://eu1.api.segmentapis.com"}
TRACKING: Mapping[Region, str] = {"us": "https://api.segment.io/v1", "eu": "https://events.eu1.segmentapis.com/v1"}
OTHER: Mapping[Region, Region] = {"us": "eu", "eu": "us"}


class Home(NamedTuple):
    """What a host of Segment's is: for which credentials option its URL is, and of which region."""

    option: str
    region: Region


_HOMES: Mapping[str, Home] = {
    **{urlsplit(url).hostname or "": Home("public_api_url", region) for region, url in PUBLIC_API.items()},
    **{urlsplit(url).hostname or "": Home("tracking_url", region) for region, url in TRACKING.items()},
    "platform.segmentapis.com": Home("legacy_url", "us"),
}


def is_segments(host: str) -> bool:
    """Whether it is a host of Segment's, by name."""
    return host in _HOMES


def mismatch(region: Region | None, urls: Mapping[str, str | None]) -> str | None:
    """What cannot be meant: two regions, or a service under another's name. None if nothing is known to be wrong.

    `urls` are the host's by option name. Proxies and other collectors have no known region.
    """
    said = "region" if region is not None else ""
    for option, url in urls.items():
        home = _HOMES.get(urlsplit(url).hostname or "") if url else None
        if home is None:
            continue
        if home.option != option:
            return f"{option} is a host of Segment's for another service; it belongs into {home.option}."
        if region is not None and home.region != region:
            return f"{option} is Segment's host in region '{home.region}', but {said} says '{region}'."
        region, said = home.region, said or option
    return None
