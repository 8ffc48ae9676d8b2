"""Where a cell is tried: a sandbox on a real socket, and toolkits that reach it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from starlette.types import Receive, Scope, Send

from segment_toolkit.sandbox import Sandbox
from segment_toolkit.sandbox.app import FrontDoor
from segment_toolkit.sandbox.hosts import Region
from segment_toolkit.sandbox.server import serving

from ..hurry import hurried

_SETTLES_IN = 10.0


class Place(Sandbox):
    """A sandbox that knows whether its server is still at work on a request."""

    def __init__(self) -> None:
        super().__init__()
        self.at_work = 0
        self._count = threading.Lock()
        self.url = ""

    def server_app(self, region: Region | None = None) -> FrontDoor:
        """The application, counted."""
        return _Counted(super().server_app(region), self)  # type: ignore[return-value]

    def options(self) -> dict[str, Any]:
        """How a toolkit reaches it. Everything is approved: the judge asks what happens, not what may."""
        return {
            "public_api_url": self.url,
            "tracking_url": f"{self.url}/v1",
            "public_api_token": self.token,
            "write_key": self.write_key,
            "region": "us",
            "environ": {},
            "reliability": hurried(),
        }

    def settled(self) -> None:
        """Return when no request is under way: one whose client has gone is recorded a moment later."""
        until = time.monotonic() + _SETTLES_IN
        while self.at_work:
            if time.monotonic() > until:
                raise RuntimeError("the sandbox is still at work on a request")
            time.sleep(0.001)

    def enter(self, number: int) -> None:
        with self._count:
            self.at_work += number


class _Counted:
    def __init__(self, app: FrontDoor, place: Place) -> None:
        self._app = app
        self._place = place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._place.enter(1)
        try:
            await self._app(scope, receive, send)
        finally:
            self._place.enter(-1)


@contextmanager
def served_place() -> Iterator[Place]:
    """A place on a free loopback port."""
    place = Place()
    try:
        with serving(place) as url:
            place.url = url
            yield place
    finally:
        place.close()
