"""The shared heart of a sandbox: its workspace, its log of requests, its pending faults, and the lock around them."""

from __future__ import annotations

import threading

from segment_toolkit.sandbox.faults import Faults
from segment_toolkit.sandbox.hosts import Region
from segment_toolkit.sandbox.instants import Clock
from segment_toolkit.sandbox.recording import RecordedRequest
from segment_toolkit.sandbox.seed import seeded_workspace


class Backend:
    """State that the ASGI app and the `Sandbox` handle share. Hold `lock` while you touch the workspace."""

    def __init__(self, *, region: Region, seed: str, clock: Clock) -> None:
        self.region: Region = region
        self.lock = threading.RLock()
        self.faults = Faults()
        self._seed = seed
        self._clock = clock
        self.reset()

    def reset(self) -> None:
        """Go back to the seeded workspace; forget requests, events and faults."""
        with self.lock:
            self.workspace = seeded_workspace(region=self.region, seed=self._seed, clock=self._clock)
            self.default_write_key = next(iter(self.workspace.sources.values())).write_keys[0]
            self.requests: list[RecordedRequest] = []
            self.faults.clear()

    def record(self, request: RecordedRequest) -> None:
        """Keep a request that was answered (or lost)."""
        with self.lock:
            self.requests.append(request)
