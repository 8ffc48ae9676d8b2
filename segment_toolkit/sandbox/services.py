"""Which service answers a request: by host name, on other hosts by path, and for which workspace."""

from __future__ import annotations

import hmac

from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from segment_toolkit.sandbox.backend import Backend
from segment_toolkit.sandbox.hosts import Api, Region, Site, locate
from segment_toolkit.sandbox.profiles import profile_api
from segment_toolkit.sandbox.public_api.app import WORKSPACE_ID, error_answer, public_api
from segment_toolkit.sandbox.public_api.errors import unauthorized
from segment_toolkit.sandbox.recording import RecordedRequest
from segment_toolkit.sandbox.tracking_api import cdn, edge
from segment_toolkit.sandbox.workspace import Workspace

# What the web app's host answers to an API call is not documented; a login page with status 200 is assumed.
_LOGIN_PAGE = "<!DOCTYPE html><html><head><title>Log in</title></head><body><h1>Log in to Segment</h1></body></html>"


class Services:
    """Everything that stands behind the front door."""

    def __init__(self, backend: Backend, region: Region | None = None) -> None:
        """Serve a backend; `region` is the one that host names of no region stand for, None for both."""
        self._backend = backend
        self._region: Region | None = region
        self._public_api = public_api(backend)
        regions: tuple[Region | None, ...] = ("us", "eu", None)
        self._profile_apis = {item: self._profile_api(item) for item in regions}

    def answering(self, request: RecordedRequest) -> ASGIApp:
        """Return the application that answers a request."""
        site = self._site(request)
        if site.api == "app":
            return HTMLResponse(_LOGIN_PAGE)
        if site.api == "tracking":
            return edge.answer(self._backend, request, site.region)
        if site.api == "cdn":
            return cdn.answer(self._backend, request, site.region)
        if site.api == "oauth":
            return self._exchange(request, site)
        return self._profile_apis[site.region] if site.api == "profiles" else self._manage(request, site)

    def events(self, request: RecordedRequest) -> Response | None:
        """Answer a request to the Tracking API; None, with nothing done, for one to another API."""
        site = self._site(request)
        return edge.answer(self._backend, request, site.region) if site.api == "tracking" else None

    def _site(self, request: RecordedRequest) -> Site:
        site = locate(request.host)
        region = site.region or self._region
        return Site(_api_at(request) if site.api == "any" else site.api, region)

    def _exchange(self, request: RecordedRequest, site: Site) -> Response:
        if request.path != "/token" or request.method != "POST":
            return PlainTextResponse("Not Found", 404)
        with self._backend.lock:
            return self._backend.tokens.exchange(request, site.region, self._backend.clock()).response()

    def _profile_api(self, region: Region | None) -> ASGIApp:
        """Build the Profile API of a region, which knows the spaces of that region only; None is both."""

        def space_of(access_token: str) -> str | None:
            given = access_token.encode("utf-8", "surrogatepass")
            spaces = (item.facts for item in self._backend.workspaces.values() if region in (None, item.region))
            known = (item for item in spaces if hmac.compare_digest(item.profile_token.encode(), given))
            return next((item.space_id for item in known), None)

        backend = self._backend
        return profile_api(lambda: backend.profiles, space_of, backend.lock, clock=backend.clock)

    def _manage(self, request: RecordedRequest, site: Site) -> ASGIApp:
        with self._backend.lock:
            workspace = self._workspace_of(request.headers.get("authorization", ""))
        # How a token fares at the other region's host is not documented; 401 is assumed.
        if workspace is None or site.region not in (None, workspace.region):
            return error_answer(unauthorized())
        return _scoped(self._public_api, workspace.id)

    def _workspace_of(self, authorization: str) -> Workspace | None:
        """Find the workspace whose token an Authorization header carries."""
        scheme, _, token = authorization.partition(" ")
        given = token.strip().encode("latin-1", "replace")
        if scheme.lower() != "bearer":
            return None
        workspaces = self._backend.workspaces.values()
        return next((item for item in workspaces if hmac.compare_digest(given, item.facts.token.encode())), None)


def _api_at(request: RecordedRequest) -> Api:
    """Tell the API by the path, on a host that is none of Segment's."""
    if request.path == "/token":
        return "oauth"
    if request.path.startswith("/v1/spaces/"):
        return "profiles"
    if cdn.is_settings(request.path):
        return "cdn"
    return "tracking" if request.path.startswith("/v1/") else "public"


def _scoped(app: ASGIApp, workspace_id: str) -> ASGIApp:
    async def scoped(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, WORKSPACE_ID: workspace_id}, receive, send)

    return scoped
