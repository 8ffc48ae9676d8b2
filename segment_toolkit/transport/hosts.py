"""Where a request goes and what it carries: Segment's host or the host's override, and the credential's header."""

from __future__ import annotations

from base64 import b64encode
from typing import NamedTuple
from urllib.parse import urlencode

from .._version import __version__
from ..credentials import Credentials
from ..errors import HostUnavailable, MissingCredential, RegionUnknown
from ..tool import Api, Host, Request
from .regions import OTHER, PUBLIC_API, TRACKING

_JSON = b"application/json"
_AGENT = f"segment-agent-toolkit/{__version__}".encode()


class Target(NamedTuple):
    """The absolute URL of a request, and the value of its Authorization header."""

    url: str
    authorization: str

    def __repr__(self) -> str:  # a write key may travel in the path
        return "<Target>"


def target(request: Request, credentials: Credentials) -> Target:
    """Where a request goes, and with which credential.

    Raises MissingCredential, RegionUnknown, HostUnavailable or InvalidArguments (an unusable write key).
    """
    if request.api is Api.TRACKING:
        return Target(_base(request, credentials) + request.path, _basic(request, credentials))
    if not credentials.public_api_token:
        raise MissingCredential(
            "This needs a Segment Public API token, and none is configured.",
            hint="The host sets it: public_api_token=..., a connected account, or SEGMENT_PUBLIC_API_TOKEN."
            + _one_source(credentials),
        )
    query = "?" + urlencode(request.query) if request.query else ""
    return Target(_base(request, credentials) + request.path + query, f"Bearer {credentials.public_api_token}")


def _base(request: Request, credentials: Credentials) -> str:
    tracking = request.api is Api.TRACKING
    override = credentials.tracking_url if tracking else credentials.public_api_url
    if request.host is Host.LEGACY:
        return credentials.legacy_url or _unavailable("legacy")
    if override:
        ours = request.host is Host.ACCOUNT and request.region is None
        return override if ours else _unavailable("other region's")
    if request.region is not None:
        return (TRACKING if tracking else PUBLIC_API)[request.region]
    if credentials.region is None:
        raise RegionUnknown(
            "Nobody said whether this Segment workspace is in the US or the EU, and guessing loses events.",
            hint="The host sets it: region='us' or 'eu', a connected account's region, or SEGMENT_REGION. "
            "Whoever has a Public API token can ask: toolkit.probe_region(), or `segment-toolkit doctor`.",
        )
    region = credentials.region if request.host is Host.ACCOUNT else OTHER[credentials.region]
    return (TRACKING if tracking else PUBLIC_API)[region]


def _one_source(credentials: Credentials) -> str:
    return " A toolkit or account with a secret of its own uses no other source." if credentials.has_secret else ""


def _unavailable(which: str) -> str:
    raise HostUnavailable(f"No {which} host is configured.")


def _basic(request: Request, credentials: Credentials) -> str:
    """The write key as user name with an empty password: the colon stays (HTTP Tracking API, "Authentication")."""
    key = credentials.key_for(request.write_key)
    if key is None:
        if credentials.write_keys:
            names = ", ".join(credentials.write_keys)
            raise MissingCredential(
                "Several sources are configured and none is the default.", hint=f"Give writeKey as one of {names}."
            )
        raise MissingCredential(
            "This needs a write key of a Segment source, and none is configured.",
            hint="The host sets it: write_key=..., a connected account, or SEGMENT_WRITE_KEY; or give writeKey."
            + _one_source(credentials),
        )
    return "Basic " + b64encode(f"{key}:".encode()).decode()


def headers(request: Request, host: bytes, authorization: str) -> list[tuple[bytes, bytes]]:
    """Everything that goes on the wire. Plain JSON is asked for: Segment answers it for every endpoint version."""
    found = [
        (b"host", host),
        (b"authorization", authorization.encode("ascii")),
        (b"accept", _JSON),
        (b"user-agent", _AGENT),
    ]
    if request.body is not None:
        found += [(b"content-type", _JSON), (b"content-length", b"%d" % len(request.body))]
    elif request.method not in ("GET", "DELETE"):
        found.append((b"content-length", b"0"))
    return found
