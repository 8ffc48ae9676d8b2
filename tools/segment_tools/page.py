"""SEGMENT_PAGE: record that a person viewed a web page.

Sends    POST /v1/page (Tracking API)
Returns  {"status": "accepted", "messageId": str, "note": str, "warnings": [str]?}
Fails    400 too large, invalid key; 429 over rate; what is seen to be dropped is refused before
Source   Segment documentation, "Spec: Page" and "HTTP Tracking API"
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


class Page(Arguments):
    user_id: UserId = None
    anonymous_id: AnonymousId = None
    name: Annotated[str | None, Field(description="e.g. Pricing")] = None
    properties: Annotated[dict[str, Any] | None, Field(description="url, path, title, referrer…")] = None
    context: Context = None
    integrations: Integrations = None
    timestamp: Timestamp = None
    message_id: MessageId = None
    write_key: WriteKey = None


def rules(document: Mapping[str, Any]) -> Iterable[Problem]:
    return event_problems("page", document)


def run(args: Page) -> Flow:
    return (yield from send_event("page", args.wire()))


TOOL = Tool(
    slug="SEGMENT_PAGE",
    title="Segment Page View",
    toolset="tracking",
    description=("Record that a person opened a web page. For mobile apps use SEGMENT_SCREEN, actions SEGMENT_TRACK."),
    example={"userId": "user-42", "name": "Pricing", "properties": {"url": "https://shop.example.com/pricing"}},
    effect=Effect.WRITE,
    api=Api.TRACKING,
    arguments=Page,
    result=Accepted,
    run=run,
    rules=rules,
    scope=Scope(write_key="writeKey"),
)
