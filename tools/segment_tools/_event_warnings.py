"""What Segment keeps but one of its parts drops or changes: said with the success, not refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

#: Unify's documented limits (product limits page), and the rate-limit page's 10,000 properties.
MOST_UNIFY_MEMBERS = 299
MOST_MEMBERS = 10_000
MOST_GROUP_ID_CHARACTERS = 500
#: Warehouse columns that a property of the same name cannot fill (warehouse schema page).
RESERVED_COLUMNS = frozenset({"event", "timestamp", "user_id"})


def event_warnings(event: Mapping[str, Any]) -> Iterator[str]:
    """One sentence for each part of the event that will not arrive everywhere as it was sent."""
    for name in ("properties", "traits"):
        yield from _members(name, event.get(name) or {})
    if len(event.get("groupId", "")) > MOST_GROUP_ID_CHARACTERS:
        yield f"groupId is over {MOST_GROUP_ID_CHARACTERS} characters: Segment Unify drops this event"
    context = event.get("context")
    if context and context.get("groupId") == "":
        yield "context.groupId is empty: Segment Unify drops this event"
    integrations = event.get("integrations")
    if integrations and integrations.get("All") is False and not any(integrations.values()):
        yield "integrations switches every destination off: only warehouses will get this event"
    if "timestamp" in event:
        yield from _time(event["timestamp"])


def _members(name: str, members: Mapping[str, Any]) -> Iterator[str]:
    if not members:
        return
    if len(members) > MOST_MEMBERS:
        yield f"{name} has over {MOST_MEMBERS} members: Segment drops the excess"
    if len(members) > MOST_UNIFY_MEMBERS:
        yield f"{name} has over {MOST_UNIFY_MEMBERS} members: Segment Unify drops this event"
    lost = RESERVED_COLUMNS.intersection(members)
    if name == "properties" and lost:
        yield f"properties named {', '.join(sorted(lost))} are reserved: warehouses discard their values"


def _time(timestamp: str) -> Iterator[str]:
    """Mixpanel refuses future events (a public report); that a day is too far ahead is assumed."""
    moment = datetime.fromisoformat(timestamp)
    if moment.year < 1970:
        yield "timestamp is before 1970: Segment Unify and Engage may drop this event"
    elif moment > datetime.now(UTC) + timedelta(hours=24):
        yield "timestamp is over a day in the future: some destinations reject this event"
