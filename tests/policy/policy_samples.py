"""What the tests of policies share."""

from __future__ import annotations

from typing import Any

from segment_toolkit import Envelope, Policy, SegmentToolkit
from segment_toolkit.sandbox import Sandbox

TRACK, BATCH, IDENTIFY = "SEGMENT_TRACK", "SEGMENT_BATCH", "SEGMENT_IDENTIFY"
DELETE, UPDATE = "SEGMENT_DELETE_SOURCE", "SEGMENT_UPDATE_SOURCE"


def under(policy: Policy, box: Sandbox, **options: Any) -> SegmentToolkit:
    """A toolkit on the sandbox, under a policy."""
    return SegmentToolkit.sandbox(box, policy=policy, **options)


def track(event: str = "E", **more: Any) -> tuple[str, dict[str, Any]]:
    return TRACK, {"userId": "u", "event": event, **more}


def code(envelope: Envelope) -> str | None:
    return envelope.failure.code if envelope.failure else None


def is_refused(envelope: Envelope) -> bool:
    return code(envelope) == "refused"


def slugs(listed: list[Any]) -> list[str]:
    """The slugs of tools in the form of chat completions."""
    return [tool["function"]["name"] for tool in listed]
