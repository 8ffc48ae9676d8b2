"""The table of control endpoints: a new one is one line here and one function in a module of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from starlette.responses import Response

from segment_toolkit.sandbox.backend import Backend
from segment_toolkit.sandbox.control import faults, health, state
from segment_toolkit.sandbox.recording import RecordedRequest

Endpoint = Callable[[Backend, RecordedRequest, str], Response]
"""Takes the id at the end of the path last, "" where there is none. Raises Refusal."""

ROUTES: Mapping[tuple[str, str], Endpoint] = MappingProxyType(
    {
        ("GET", "health"): health.show,
        ("GET", "faults"): faults.show,
        ("POST", "faults"): faults.inject,
        ("DELETE", "faults"): faults.clear,
        ("DELETE", "faults/{id}"): faults.remove,
        ("GET", "events"): state.events,
        ("GET", "dropped"): state.dropped,
        ("GET", "requests"): state.requests,
        ("GET", "totals"): state.totals,
        ("GET", "clock"): state.clock,
        ("POST", "clock"): state.forward,
        ("POST", "reset"): state.reset,
        ("GET", "snapshot"): state.snapshot,
        ("PUT", "snapshot"): state.restore,
    }
)
