"""SEGMENT_IDENTIFY: record who a person is.

Sends    POST /v1/identify (Tracking API)
Returns  {"status": "accepted", "messageId": str, "note": str, "warnings": [str]?}
Fails    400 too large, invalid key; 429 over rate; what is seen to be dropped is refused before
Source   Segment documentation, "Spec: Identify" and "HTTP Tracking API"
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import Field

from segment_toolkit.errors import Problem
from segment_toolkit.tool import Api, Arguments, Effect, Flow, Scope, Tool

from ._event import Accepted, send_event
from ._event_rules import event_problems
from ._fields import AnonymousId, Context, Integrations, MessageId, Timestamp, UserId, WriteKey


class Identify(Arguments):
    user_id: UserId = None
    anonymous_id: AnonymousId = None
    traits: Annotated[dict[str, Any] | None, Field(description="email, name, plan…")] = None
    context: Context = None
    integrations: Integrations = None
    timestamp: Timestamp = None
    message_id: MessageId = None
    write_key: WriteKey = None


def rules(document: Mapping[str, Any]) -> Iterable[Problem]:
    return event_problems("identify", document)


def run(args: Identify) -> Flow:
    return (yield from send_event("identify", args.wire()))


TOOL = Tool(
    slug="SEGMENT_IDENTIFY",
    title="Segment Identify",
    toolset="tracking",
    description=(
        "Record facts about a person. Use when you learn or change them. For actions use SEGMENT_TRACK, companies "
        "SEGMENT_GROUP, merging ids SEGMENT_ALIAS."
    ),
    example={"userId": "user-42", "traits": {"email": "kim@example.com", "plan": "pro"}},
    effect=Effect.WRITE,
    api=Api.TRACKING,
    arguments=Identify,
    result=Accepted,
    run=run,
    rules=rules,
    scope=Scope(write_key="writeKey"),
)
