"""The sandbox's own endpoints under `/_sandbox/`, for whoever steers it over HTTP. Nothing here is Segment's.

They are neither recorded nor hit by faults, and answer only where no host name of Segment is in use.
"""

from segment_toolkit.sandbox.control.app import control, is_control

__all__ = ["control", "is_control"]
