"""The token servers of both regions over the OAuth apps of all workspaces."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from segment_toolkit.sandbox.hosts import Region, host_name
from segment_toolkit.sandbox.recording import RecordedRequest
from segment_toolkit.sandbox.tracking_api.oauth import TOKEN_SERVERS, TokenServer
from segment_toolkit.sandbox.tracking_api.oauth_answers import Answer, OAuthApp
from segment_toolkit.sandbox.tracking_api.oauth_assertion import UsedAssertions
from segment_toolkit.sandbox.tracking_api.oauth_calls import refusal
from segment_toolkit.sandbox.workspace import Workspace

_REGIONS: tuple[Region, ...] = ("us", "eu")


class Tokens:
    """Issues tokens, and tells whether a call may do without one."""

    def __init__(self, workspaces: Callable[[], Iterable[Workspace]], *, secret: bytes) -> None:
        """`secret` seals the tokens; the same one makes tokens outlive the process."""
        self._workspaces = workspaces
        self._servers = {region: TokenServer(secret=secret, workspace_id="", region=region) for region in _REGIONS}
        self._used = UsedAssertions()

    def exchange(self, request: RecordedRequest, region: Region | None, now: datetime) -> Answer:
        """Answer `POST /token` at the server of a region; on a host of no region, at that of the app."""
        answers = [self._exchange(request, item, now) for item in ((region,) if region else _REGIONS)]
        return min(answers, key=lambda answer: (answer.status != 200, answer.body.get("error") == "invalid_client"))

    def refusal(self, authorization: str, app_id: str, region: Region, now: datetime) -> Answer | None:
        """Return the 401 for a call to a source that takes tokens of this app only, None when it has one."""
        return refusal(self._servers[region], authorization, app_id, now)

    def _exchange(self, request: RecordedRequest, region: Region, now: datetime) -> Answer:
        return self._servers[region].exchange(
            request.body,
            request.headers.get("content-type", ""),
            now=now,
            audience=_audience(request, region),
            apps=self._apps(region),
            used=self._used,
        )

    def _apps(self, region: Region) -> dict[str, OAuthApp]:
        workspaces = (workspace for workspace in self._workspaces() if workspace.region == region)
        return {app.id: app.app() for workspace in workspaces for app in workspace.oauth_apps.values()}


def _audience(request: RecordedRequest, region: Region) -> str:
    """The address of the server, as the client was told it: Segment's own, or that of a served sandbox."""
    own = TOKEN_SERVERS[region]
    return own if host_name(request.host) == own.removeprefix("https://") else f"http://{request.host}"
