"""A local Segment: a stateful fake of the HTTP Tracking API and of part of the Public API.

Nothing here imports the rest of the toolkit, so that a mistake cannot be shared by both sides.
"""

from segment_toolkit.sandbox.box import Sandbox
from segment_toolkit.sandbox.instants import StoppedClock
from segment_toolkit.sandbox.recording import RecordedRequest

__all__ = ["RecordedRequest", "Sandbox", "StoppedClock"]
