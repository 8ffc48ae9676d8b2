"""What an operation of the Public API is: method, path, what answers it, and the versions it has.

A version is asked for by its media type. Which operation has which versions is the reference's; request media types
are not looked at: SDKs send `application/json` or any of the three vendor types, and the body is JSON in each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from segment_toolkit.sandbox.public_api.call import Call
from segment_toolkit.sandbox.public_api.operation_ids import operation_id
from segment_toolkit.sandbox.wire import Json
from segment_toolkit.sandbox.workspace import Workspace

Stability = Literal["v1", "v1beta", "v1alpha"]
Handler = Callable[[Workspace, Call], Json]
Headers = Callable[[Workspace, Json], Mapping[str, str]]

# What an operation usually has beside its most stable version.
_USUAL: Mapping[Stability, tuple[Stability, ...]] = {
    "v1": ("v1", "v1beta", "v1alpha"),
    "v1beta": ("v1beta", "v1alpha"),
    "v1alpha": ("v1alpha",),
}


@dataclass(frozen=True)
class Operation:
    """One operation of the Public API; its handler returns what stands under `data`."""

    method: str
    path: str
    handler: Handler
    status: int = 200
    stability: Stability = "v1"
    """The most stable version it has."""
    versions: tuple[Stability, ...] = ()
    """All versions it has, the most stable one first; empty for those usual with its stability."""
    headers: Headers | None = None
    """Makes the headers of a success from what the handler returned."""

    @property
    def id(self) -> str:
        """The name that the reference gives it. Raises KeyError when that is not known."""
        return operation_id(self.method, self.path)

    @property
    def media_types(self) -> tuple[str, ...]:
        """The Content-Types of a success, the preferred one first."""
        vendor = (f"application/vnd.segment.{version}+json" for version in self.versions or _USUAL[self.stability])
        return (*vendor, "application/json")
