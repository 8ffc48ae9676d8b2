"""SEGMENT_ALIAS: tell Segment that two ids are one person.

Sends    POST /v1/alias (Tracking API)
Returns  {"status": "accepted", "messageId": str, "note": str, "warnings": [str]?}
Fails    400 too large, invalid key; 429 over rate; what is seen to be dropped is refused before
Source   Segment documentation, "Spec: Alias" and "HTTP Tracking API"
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import Field

from segment_toolkit.errors import Problem
from segment_toolkit.tool import Api, Arguments, Effect, Flow, Tool

from ._event import Accepted, send_event
from ._event_rules import event_problems
from ._fields import Context, Integrations, Timestamp


class Alias(Arguments):
    previous_id: str = Field(description="Old, often anonymous id")
    user_id: Annotated[str | None, Field(description="New id; needed")] = None
    anonymous_id: Annotated[str | None, Field(description="Device's anonymous id")] = None
    context: Context = None
    integrations: Integrations = None
    timestamp: Timestamp = None


def rules(document: Mapping[str, Any]) -> Iterable[Problem]:
    return event_problems("alias", document)


def run(args: Alias) -> Flow:
    return (yield from send_event("alias", args.wire()))


TOOL = Tool(
    slug="SEGMENT_ALIAS",
    title="Segment Alias",
    toolset="tracking",
    description=(
        "Merge two ids of one person: previousId becomes userId; irreversible. For facts use SEGMENT_IDENTIFY, "
        "companies SEGMENT_GROUP."
    ),
    example={"previousId": "anon-7f3a", "userId": "user-42"},
    effect=Effect.WRITE,
    api=Api.TRACKING,
    arguments=Alias,
    result=Accepted,
    run=run,
    rules=rules,
)
