"""The settings of a source, which SDKs for browsers and phones fetch before they send anything.

    GET /v1/projects/{writeKey}/settings

At Segment they lie on cdn.segment.com, for phones on cdn-settings.segment.com, for all regions. A key that is none
gets 404 (analytics-react-native issue 873, analytics-node issue 371). The members are those of `CDNSettings` and of
the example in the npm package @segment/analytics-next 1.84.3 (src/browser/settings.ts,
src/test-helpers/fixtures/cdn-settings.ts): no destination runs in the browser here, so no integration but Segment's
own is listed, and nothing is blocked before it is sent. That a disabled source's settings look the same is assumed.

`apiHost` and `protocol` name the place that was asked: a page needs to be told nothing but its `cdnURL`. The sample
rate of the SDK's own metrics is 0, not Segment's 0.1: it would send them over https wherever it is.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from starlette.responses import PlainTextResponse, Response

from segment_toolkit.sandbox.backend import Backend
from segment_toolkit.sandbox.hosts import Region, locate
from segment_toolkit.sandbox.recording import RecordedRequest
from segment_toolkit.sandbox.wire import Json, JsonAnswer

_PATH = re.compile("/v1/projects/([^/]+)/settings")
# "Regional Segment" guide.
_API_HOSTS: dict[Region, str] = {"us": "api.segment.io/v1", "eu": "events.eu1.segmentapis.com/v1"}
# A page of any site may read them, or the SDK could not.
_FOR_ALL = {"Access-Control-Allow-Origin": "*"}


def is_settings(path: str) -> bool:
    """Tell whether a path is that of a source's settings."""
    return _PATH.fullmatch(path) is not None


def answer(backend: Backend, request: RecordedRequest, region: Region | None) -> Response:
    """Answer a request to the CDN; `region` is the one whose sources are known here, None for both."""
    found = _PATH.fullmatch(request.path)
    if found is None or request.method not in ("GET", "HEAD"):
        return PlainTextResponse("Not Found", 404, headers=_FOR_ALL)
    key = unquote(found[1])
    with backend.entrance():
        route = backend.pipeline.routes.of_key(key)
        if route is None or region not in (None, route.workspace.region):
            return PlainTextResponse("Not Found", 404, headers=_FOR_ALL)
        return JsonAnswer(_settings(key, _place(request, route.workspace.region)), headers=_FOR_ALL)


def _place(request: RecordedRequest, region: Region) -> Json:
    """Where events go: at Segment's own names to the region's host, else back to where the settings came from."""
    if locate(request.host).api == "cdn":
        return {"apiHost": _API_HOSTS[region]}
    return {"apiHost": f"{request.host}/v1", "protocol": "http"}


def _settings(key: str, place: Json) -> Json:
    everything = {"__default": {"enabled": True}}
    return {
        "integrations": {
            "Segment.io": {
                "apiKey": key,
                "unbundledIntegrations": [],
                "addBundledMetadata": True,
                "maybeBundledConfigIds": {},
                "versionSettings": {"version": "4.4.7", "componentTypes": ["browser"]},
                **place,
            }
        },
        "plan": {
            "track": {"__default": {"enabled": True, "integrations": {}}},
            "identify": everything,
            "group": everything,
        },
        "middlewareSettings": {},
        "enabledMiddleware": {},
        "metrics": {"sampleRate": 0},
        "legacyVideoPluginsEnabled": False,
        "remotePlugins": [],
    }
