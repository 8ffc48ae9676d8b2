"""What the sandbox knows of one call: whether its work was done, once, twice or not at all."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import Enum
from typing import Any
from urllib.parse import quote

import httpx

from segment_toolkit import Envelope, SegmentToolkit
from segment_toolkit.cli.samples import sample
from segment_toolkit.sandbox import Sandbox
from segment_toolkit.tool import Api, Effect, Tool


class State(Enum):
    """What became of the work of a call. A read has none."""

    READ = "read"
    DONE = "done"
    NOT_DONE = "not done"
    PARTLY = "partly done"
    TWICE = "done twice"


@dataclass(frozen=True)
class Clean:
    """A call of a tool while nothing is wrong: what to compare with.

    `method` and `path` are those of the request that does the work: the last one.
    """

    tool: Tool[Any]
    arguments: dict[str, Any]
    method: str
    path: str
    data: dict[str, Any]
    before: Any
    after: Any

    def state(self, box: Sandbox) -> State:
        """What is true in a sandbox that was fresh before this call."""
        if self.tool.effect is Effect.READ:
            return State.READ
        if self.tool.api is Api.TRACKING:
            return _of_events(box, len(self.arguments.get("batch", [None])))
        now = picture(box, self.arguments["sourceId"])
        return State.NOT_DONE if now == self.before else State.DONE if now == self.after else State.PARTLY

    def tells(self, envelope: Envelope) -> bool:
        """Whether a successful read has the true content."""
        return bool(self.tool.effect is not Effect.READ or envelope.data == self.data)


def clean_call(tool: Tool[Any]) -> Clean:
    """Run a tool's own example on a fresh sandbox in process. Raises AssertionError if it fails there."""
    box = Sandbox()
    arguments = _telling(tool, sample(tool.slug, box))
    before = picture(box, arguments.get("sourceId"))
    with SegmentToolkit.sandbox(box) as toolkit:
        envelope = toolkit.tools.execute(tool.slug, arguments)
    assert envelope.successful, f"{tool.slug} fails where nothing is wrong: {envelope.error}"
    request = box.requests[-1]
    after = picture(box, arguments.get("sourceId"))
    box.close()
    return Clean(tool, arguments, request.method, request.path, envelope.data, before, after)


def _telling(tool: Tool[Any], arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments such that their effect shows: a source may have the name of the example already."""
    renames = tool.effect is Effect.WRITE and tool.api is Api.PUBLIC and "name" in arguments
    return arguments | {"name": "Renamed by the judge"} if renames else arguments


def picture(box: Sandbox, source_id: str | None) -> Any:
    """A source as the Public API shows it; None when there is none."""
    if source_id is None:
        return None
    with httpx.Client(transport=box.transport(), base_url="https://api.segmentapis.com") as client:
        path = f"/sources/{quote(source_id, safe='')}"
        answer = client.get(path, headers={"authorization": f"Bearer {box.token}"})
    return answer.json()["data"] if answer.status_code == 200 else None


def _of_events(box: Sandbox, expected: int) -> State:
    """Judged by messageId: Segment keeps one event of each, so a second copy is an event under a second id."""
    stored = Counter(event["messageId"] for event in box.events)
    if not stored:
        return State.NOT_DONE
    if len(stored) > expected or max(stored.values()) > 1:
        return State.TWICE
    return State.DONE if len(stored) == expected else State.PARTLY
