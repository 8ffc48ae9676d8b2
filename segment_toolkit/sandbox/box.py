"""`Sandbox`: the handle on one local Segment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import httpx

from segment_toolkit.sandbox.app import FrontDoor
from segment_toolkit.sandbox.backend import Backend, Options
from segment_toolkit.sandbox.faults import ActiveFault, ErrorToRaise, Order
from segment_toolkit.sandbox.handle import WorkspaceHandle
from segment_toolkit.sandbox.hosts import Region
from segment_toolkit.sandbox.instants import Clock, utc_now
from segment_toolkit.sandbox.pipeline.dispatch import DeliverySettings
from segment_toolkit.sandbox.profiles import IdentitySettings
from segment_toolkit.sandbox.rate_limits import RateLimits
from segment_toolkit.sandbox.recording import RecordedRequest
from segment_toolkit.sandbox.seed import workspace_facts
from segment_toolkit.sandbox.transport import AsyncSandboxTransport, SandboxTransport
from segment_toolkit.sandbox.wire import Json

_REGIONS: tuple[Region, ...] = ("us", "eu")


class Sandbox(WorkspaceHandle):
    """A stateful local Segment with one workspace, "acme", to begin with; its own properties speak of that one.

    The seed string decides every id, the token and the write keys. The lists and mappings that the properties
    return are copies; the events in them are not, so read them only.
    """

    def __init__(
        self,
        region: Region = "us",
        seed: str = "acme",
        *,
        clock: Clock = utc_now,
        path: str | Path | None = None,
        rate_limits: RateLimits | None = None,
        deliveries: DeliverySettings | None = None,
        identities: IdentitySettings | None = None,
    ) -> None:
        """Start a sandbox of a region; `clock` returns the current time with its zone, for tests.

        With `path` everything is kept in that SQLite file and found again there; seed and region then only matter
        for a new file. Raises `InUse` when another sandbox has the file open, and `Unusable` when it cannot be opened
        or holds something else. `rate_limits` (none by default), `deliveries` (folder of the files, retries of
        webhooks) and `identities` (limits, priorities) say how it behaves.
        """
        _check_region(region)
        options = Options(
            path=None if path is None else Path(path),
            rate_limits=rate_limits or RateLimits(),
            deliveries=deliveries or DeliverySettings(),
            identities=identities or IdentitySettings(),
        )
        super().__init__(Backend(region=region, seed=seed, clock=clock, options=options), None)
        self._app = FrontDoor(self._backend)

    @property
    def workspaces(self) -> dict[str, WorkspaceHandle]:
        """Slug to workspace, the first one included."""
        with self._backend.lock:
            self._backend.check_open()
            found = self._backend.workspaces.values()
            return {item.facts.slug: WorkspaceHandle(self._backend, item.id) for item in found}

    def add_workspace(self, slug: str, *, region: Region = "us", name: str | None = None) -> WorkspaceHandle:
        """Add a workspace with a token, sources and keys of its own, furnished like the first; the slug is its seed."""
        _check_region(region)
        facts = workspace_facts(seed=slug, region=region, slug=slug, name=name or slug)
        return WorkspaceHandle(self._backend, self._backend.add_workspace(facts).id)

    @property
    def unattributed(self) -> list[Json]:
        """The events whose write key belongs to no workspace of the region: the real service hides them."""
        with self._backend.lock:
            return [item["event"] for item in self._backend.store.journal.dropped(None)]

    @property
    def requests(self) -> list[RecordedRequest]:
        """The last requests to any API, in the order of the answers; `RequestLog` says how many are kept."""
        with self._backend.lock:
            return list(self._backend.requests)

    @property
    def app(self) -> FrontDoor:
        """The ASGI application; injected errors are raised out of it."""
        return self._app

    def server_app(self, region: Region | None = None) -> FrontDoor:
        """The ASGI application for a real server; injected errors break the connection off.

        With a region, hosts that Segment does not use (loopback) stand for that region's, otherwise for both.
        """
        return FrontDoor(self._backend, hang_up=True, region=region)

    def transport(self) -> httpx.BaseTransport:
        """Return a transport for `httpx.Client` that stays in this process."""
        return SandboxTransport(self._app)

    def async_transport(self) -> httpx.AsyncBaseTransport:
        """Return a transport for `httpx.AsyncClient` that stays in this process."""
        return AsyncSandboxTransport(self._app)

    def reset(self) -> None:
        """Go back to the seeded state; requests, events, other workspaces and pending faults are forgotten."""
        self._backend.reset()

    def forward(self, duration: timedelta) -> None:
        """Move the sandbox's clock ahead: retries come due, windows pass. Raises ValueError for going back."""
        self._backend.forward(duration)

    def snapshot(self) -> bytes:
        """Return a picture of everything that is stored, as the bytes of a SQLite file; not requests and faults."""
        with self._backend.lock:
            return self._backend.store.database.snapshot()

    def restore(self, snapshot: bytes) -> None:
        """Go back to a picture that `snapshot` took, of this sandbox or of another one.

        Raises `Unusable` for anything else, and changes nothing then.
        """
        self._backend.restore(snapshot)

    @property
    def has_demo(self) -> bool:
        """Whether `load_demo` was called."""
        return "shop-events-demo" in self.tracking_plans

    def load_demo(self, *, customers: int = 1_500, days: int = 365) -> None:
        """Fill the first workspace with a year of an online shop, some 46,000 events, generated from its seed.

        Takes some seconds. Raises ValueError when it was loaded before.
        """
        # Late: most sandboxes never need the year of traffic, nor what makes it.
        from segment_toolkit.sandbox.demo.furnish import load_shop

        load_shop(self._backend, self._backend.home, customers=customers, days=days)

    def settle(self, timeout_seconds: float = 10) -> bool:
        """Wait until no webhook is due any more; False when that takes too long. Later retries are not waited for."""
        self._backend.check_open()
        return self._backend.dispatch.courier.settle(timeout_seconds)

    def close(self) -> None:
        """Close the file, so that another sandbox may open it; once more does nothing.

        What is asked of this one afterwards raises `Closed`, except for names, ids and keys of the workspaces.
        """
        self._backend.close()

    def inject(
        self,
        *,
        kind: str | None = None,
        status: int | None = None,
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
        error: ErrorToRaise | None = None,
        seconds: float | None = None,
        location: str | None = None,
        method: str | None = None,
        path: str | None = None,
        host: str | None = None,
        times: int | None = None,
        after: bool = False,
        probability: float | None = None,
        seed: int | None = None,
    ) -> str:
        """Give the next matching requests another answer, or none; return the id of the fault.

        `kind` is a name of `faults.FAULTS`, which decides what is not said here. Without one it is this answer
        (500 if no status is given), or this error (`httpx.ReadTimeout`, say). `path` is the start of a path, or a
        glob. With `after` the request is processed first, so that the work is done and only its answer is lost.

        It happens `times` times: once by default, but with a `probability` until it is removed. Each matching
        request then rolls the fault's own dice, and the same `seed` hits the same ones of them.
        Raises ValueError when the fault could never be played, or takes no such member.
        """
        order = Order(
            kind=kind,
            status=status,
            body=body,
            headers=headers,
            error=error,
            seconds=seconds,
            location=location,
            method=method,
            path=path,
            host=host,
            times=times,
            after=after,
            probability=probability,
            seed=seed,
        )
        return self._backend.faults.add(order.fault()).id

    @property
    def faults(self) -> list[ActiveFault]:
        """The faults in force, first injected first, with how often each was played."""
        return self._backend.faults.active()

    def clear_faults(self, fault_id: str | None = None) -> int:
        """Remove every fault, or the one of an id; return how many were removed."""
        if fault_id is None:
            return self._backend.faults.clear()
        return int(self._backend.faults.remove(fault_id))

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
            "space_id": self.space_id,
            "profile_token": self.profile_token,
            "workspaces": {
                slug: {"region": item.region, "token": item.token, "write_keys": item.write_keys}
                for slug, item in self.workspaces.items()
            },
        }


def _check_region(region: str) -> None:
    if region not in _REGIONS:
        raise ValueError("region must be 'us' or 'eu'")
