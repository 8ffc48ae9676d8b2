"""`Sandbox`: the handle on one local Segment."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from segment_toolkit.sandbox.app import FrontDoor
from segment_toolkit.sandbox.backend import Backend
from segment_toolkit.sandbox.faults import ErrorToRaise, Fault
from segment_toolkit.sandbox.hosts import Region
from segment_toolkit.sandbox.instants import Clock, utc_now
from segment_toolkit.sandbox.recording import RecordedRequest
from segment_toolkit.sandbox.transport import SandboxTransport
from segment_toolkit.sandbox.wire import Json

_REGIONS: tuple[Region, ...] = ("us", "eu")


class Sandbox:
    """A stateful local Segment: the Tracking API, and the part of the Public API that agent tools use.

    The seed string decides every id, the token and the write keys. The lists and mappings that the properties
    return are copies; the events in them are not, so read them only.
    """

    def __init__(self, region: Region = "us", seed: str = "acme", *, clock: Clock = utc_now) -> None:
        """Start a sandbox of a region; `clock` returns the current time with its zone, for tests."""
        if region not in _REGIONS:
            raise ValueError("region must be 'us' or 'eu'")
        self._backend = Backend(region=region, seed=seed, clock=clock)
        self._app = FrontDoor(self._backend)

    def __repr__(self) -> str:
        """Show the region and how much happened; no token and no key."""
        return f"<Sandbox region={self.region!r} requests={len(self.requests)} events={len(self.events)}>"

    @property
    def region(self) -> Region:
        """The region whose hosts this sandbox answers for: "us" or "eu"."""
        return self._backend.region

    @property
    def token(self) -> str:
        """The Public API token."""
        return self._backend.workspace.token

    @property
    def write_key(self) -> str:
        """The seeded key of the default source, the shop's website; it stays the same when it is removed there."""
        return self._backend.default_write_key

    @property
    def write_keys(self) -> dict[str, str]:
        """Source slug to the first write key, of the sources that have one."""
        with self._backend.lock:
            sources = self._backend.workspace.sources.values()
            return {source.slug: source.write_keys[0] for source in sources if source.write_keys}

    @property
    def sources(self) -> dict[str, str]:
        """Source slug to id."""
        with self._backend.lock:
            return {source.slug: source.id for source in self._backend.workspace.sources.values()}

    @property
    def destinations(self) -> dict[str, str]:
        """Catalog slug of a destination to the id of its instance; instances have no slug of their own."""
        with self._backend.lock:
            return {item.kind.slug: item.id for item in self._backend.workspace.destinations.values()}

    @property
    def warehouses(self) -> dict[str, str]:
        """Catalog slug of a warehouse to its id."""
        with self._backend.lock:
            return {item.kind.slug: item.id for item in self._backend.workspace.warehouses.values()}

    @property
    def events(self) -> list[Json]:
        """The events that were taken in, oldest first, as Segment would store them."""
        with self._backend.lock:
            return list(self._backend.workspace.events)

    @property
    def dropped(self) -> list[Json]:
        """The events that were answered 200 and dropped: `{"reason": code, "event": {...}}`, oldest first."""
        with self._backend.lock:
            return list(self._backend.workspace.dropped)

    @property
    def requests(self) -> list[RecordedRequest]:
        """Every request to either API, in the order of the answers."""
        with self._backend.lock:
            return list(self._backend.requests)

    @property
    def app(self) -> FrontDoor:
        """The ASGI application; injected errors are raised out of it."""
        return self._app

    def server_app(self) -> FrontDoor:
        """The ASGI application for a real server; injected errors break the connection off."""
        return FrontDoor(self._backend, hang_up=True)

    def transport(self) -> httpx.BaseTransport:
        """Return a transport for `httpx.Client` that stays in this process."""
        return SandboxTransport(self._app)

    def async_transport(self) -> httpx.AsyncBaseTransport:
        """Return a transport for `httpx.AsyncClient` that stays in this process."""
        return httpx.ASGITransport(self._app)

    def reset(self) -> None:
        """Go back to the seeded state; requests, events and pending faults are forgotten."""
        self._backend.reset()

    def inject(
        self,
        *,
        status: int = 500,
        body: bytes | str = b"",
        headers: Mapping[str, str] | None = None,
        error: ErrorToRaise | None = None,
        method: str | None = None,
        path: str | None = None,
        host: str | None = None,
        times: int = 1,
        after: bool = False,
    ) -> None:
        """Give the next matching requests this answer instead, or this error (`httpx.ReadTimeout`, say).

        `path` is the start of a path, or a glob. With `after` the request is processed first, so that the work is
        done and only its answer is lost.
        """
        self._backend.faults.add(
            Fault(
                status=status,
                body=body,
                headers=headers or {},
                error=error,
                method=method,
                path=path,
                host=host,
                times=times,
                after=after,
            )
        )

    def description(self, *, public_api_url: str, tracking_url: str) -> Json:
        """Say how to reach and use this sandbox; holds the token and the keys."""
        return {
            "public_api_url": public_api_url,
            "tracking_url": tracking_url,
            "region": self.region,
            "token": self.token,
            "write_keys": self.write_keys,
            "sources": self.sources,
            "destinations": self.destinations,
        }
