"""Which API, and of which region, answers at a host name.

Sources: "Regional Segment" guide for the tracking hosts, Public API reference for the management hosts, "OAuth" and
"Profile API" pages for the others; `tracking_api.cdn` for the CDN.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Region = Literal["us", "eu"]
Api = Literal["public", "tracking", "oauth", "profiles", "cdn", "app", "any"]


@dataclass(frozen=True)
class Site:
    """What a host name stands for; region None is whichever region the key or token is of."""

    api: Api
    region: Region | None = None


def locate(host: str) -> Site:
    """Find the site of a Host header. A name Segment does not use (loopback, say) serves everything."""
    match host_name(host):
        case "api.segmentapis.com":
            return Site("public", "us")
        case "eu1.api.segmentapis.com":
            return Site("public", "eu")
        case "api.segment.io":
            return Site("tracking", "us")
        case "events.eu1.segmentapis.com":
            return Site("tracking", "eu")
        case "oauth2.segment.io":
            return Site("oauth", "us")
        case "oauth2.eu1.segmentapis.com":
            return Site("oauth", "eu")
        case "profiles.segment.com":
            return Site("profiles", "us")
        case "profiles.euw1.segment.com":
            return Site("profiles", "eu")
        case "cdn.segment.com" | "cdn-settings.segment.com":
            return Site("cdn")
        case "app.segment.com":
            return Site("app")
        case _:
            return Site("any")


def host_name(host: str) -> str:
    """Reduce a Host header to the name: lower case, no port, no trailing dot."""
    return host.strip().lower().partition(":")[0].rstrip(".")
