"""SEGMENT_GROUP: record that a person belongs to a group.

Sends    POST /v1/group (Tracking API)
Returns  {"status": "accepted", "messageId": str, "note": str, "warnings": [str]?}
Fails    400 too large, invalid key; 429 over rate; what is seen to be dropped is refused before
Source   Segment documentation, "Spec: Group" and "HTTP Tracking API"
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import Field

from segment_toolkit.errors import Problem
from segment_toolkit.tool import Api, Arguments, Effect, Flow, Scope, Tool

from ._event import Accepted, send_event
from ._event_rules import event_problems
from ._fields import AnonymousId, Context, Integrations, Timestamp, UserId, WriteKey


class Group(Arguments):
    group_id: str = Field(description="Group's id, e.g. org_7")
    user_id: UserId = None
    anonymous_id: AnonymousId = None
    traits: Annotated[dict[str, Any] | None, Field(description="Group's name, plan, employees…")] = None
    context: Context = None
    integrations: Integrations = None
    timestamp: Timestamp = None
    write_key: WriteKey = None


def rules(document: Mapping[str, Any]) -> Iterable[Problem]:
    return event_problems("group", document)


def run(args: Group) -> Flow:
    return (yield from send_event("group", args.wire()))


TOOL = Tool(
    slug="SEGMENT_GROUP",
    title="Segment Group",
    toolset="tracking",
    description=(
        "Put a person in a company or team and record facts about it. For the person's own use SEGMENT_IDENTIFY, "
        "merging ids SEGMENT_ALIAS."
    ),
    example={"groupId": "org-7", "userId": "user-42", "traits": {"name": "Example GmbH", "employees": 31}},
    effect=Effect.WRITE,
    api=Api.TRACKING,
    arguments=Group,
    result=Accepted,
    run=run,
    rules=rules,
    scope=Scope(write_key="writeKey"),
)
