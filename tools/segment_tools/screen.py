"""SEGMENT_SCREEN: record that a person viewed a screen of a mobile app.

Sends    POST /v1/screen (Tracking API)
Returns  {"status": "accepted", "messageId": str, "note": str, "warnings": [str]?}
Fails    400 too large, invalid key; 429 over rate; what is seen to be dropped is refused before
Source   Segment documentation, "Spec: Screen" and "HTTP Tracking API"
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


class Screen(Arguments):
    user_id: UserId = None
    anonymous_id: AnonymousId = None
    name: Annotated[str | None, Field(description="e.g. Checkout")] = None
    properties: Annotated[dict[str, Any] | None, Field(description="Details of the view")] = None
    context: Context = None
    integrations: Integrations = None
    timestamp: Timestamp = None
    write_key: WriteKey = None


def rules(document: Mapping[str, Any]) -> Iterable[Problem]:
    return event_problems("screen", document)


def run(args: Screen) -> Flow:
    return (yield from send_event("screen", args.wire()))


TOOL = Tool(
    slug="SEGMENT_SCREEN",
    title="Segment Screen Event",
    toolset="tracking",
    description=(
        "Record that a person opened a screen of an app. For websites use SEGMENT_PAGE, actions SEGMENT_TRACK."
    ),
    example={"userId": "user-42", "name": "Checkout", "properties": {"items": 2}},
    effect=Effect.WRITE,
    api=Api.TRACKING,
    arguments=Screen,
    result=Accepted,
    run=run,
    rules=rules,
    scope=Scope(write_key="writeKey"),
)
