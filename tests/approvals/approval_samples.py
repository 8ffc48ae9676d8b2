"""What the tests of approvals share: a source in use, one that is not, and what of a sandbox's requests were writes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from segment_toolkit import AsyncSegmentToolkit, Envelope, SegmentToolkit
from segment_toolkit.sandbox import Sandbox

DELETE = "SEGMENT_DELETE_SOURCE"
UPDATE = "SEGMENT_UPDATE_SOURCE"
REMOVE_KEY = "SEGMENT_REMOVE_SOURCE_WRITE_KEY"
#: Of the seeded sources: one with traffic in the last days, one without.
IN_USE, IDLE = "shop-web", "old-backoffice"

Execute = Callable[..., Envelope]


def writes(box: Sandbox) -> list[str]:
    """The requests that were no reads."""
    return [f"{request.method} {request.path}" for request in box.requests if request.method != "GET"]


def use(box: Sandbox, source: str) -> None:
    """Have a source receive an event."""
    toolkit = SegmentToolkit.sandbox(box)
    toolkit.tools.execute(UPDATE, {"sourceId": box.sources[source], "enabled": True})
    toolkit.tools.execute("SEGMENT_TRACK", {"userId": "u", "event": "Used", "writeKey": box.write_keys[source]})


def code(envelope: Envelope) -> str | None:
    return envelope.failure.code if envelope.failure else None


def sync_execute(box: Sandbox, slug: str, arguments: Any, toolkit: dict[str, Any], **call: Any) -> Envelope:
    with SegmentToolkit.sandbox(box, **toolkit) as made:
        return made.tools.execute(slug, arguments, **call)


def async_execute(box: Sandbox, slug: str, arguments: Any, toolkit: dict[str, Any], **call: Any) -> Envelope:
    async def work() -> Envelope:
        async with AsyncSegmentToolkit.sandbox(box, **toolkit) as made:
            return await made.tools.execute(slug, arguments, **call)

    return asyncio.run(work())


both_colours = pytest.mark.parametrize(
    "execute", [pytest.param(sync_execute, id="sync"), pytest.param(async_execute, id="async")]
)
