"""A local Segment: a stateful fake of the HTTP Tracking API, the Public API and the Profile API.

Nothing here imports the rest of the toolkit, so that a mistake cannot be shared by both sides.
"""

from segment_toolkit.sandbox.box import Sandbox
from segment_toolkit.sandbox.delivery.retries import RetryPolicy
from segment_toolkit.sandbox.handle import WorkspaceHandle
from segment_toolkit.sandbox.instants import StoppedClock
from segment_toolkit.sandbox.pipeline.dispatch import DeliverySettings
from segment_toolkit.sandbox.profiles import IdentitySettings, Profile
from segment_toolkit.sandbox.rate_limits import RateLimits
from segment_toolkit.sandbox.recording import RecordedRequest
from segment_toolkit.sandbox.store.database import Closed, InUse, Unusable

__all__ = [
    "Closed",
    "DeliverySettings",
    "IdentitySettings",
    "InUse",
    "Profile",
    "RateLimits",
    "RecordedRequest",
    "RetryPolicy",
    "Sandbox",
    "StoppedClock",
    "Unusable",
    "WorkspaceHandle",
]
