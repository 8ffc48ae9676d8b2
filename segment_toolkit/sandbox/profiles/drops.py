"""Events that Unify drops without a word.

Source: Segment docs, "Unify Limits", "Unify ingestion limitations". The same page also says that identify
calls of exactly 300 traits are refused; "more than 300" is taken here for all.
"""

from __future__ import annotations

from segment_toolkit.sandbox.profiles.values import object_of
from segment_toolkit.sandbox.wire import Json

MAX_GROUP_ID_CHARACTERS = 500
MAX_MEMBERS = 300
MAX_MESSAGE_ID_CHARACTERS = 100


def silent_drop(event: Json) -> str | None:
    """Say why Unify never sees this event; None when it does. The words are ours: Segment shows none."""
    message_id = event.get("messageId")
    if isinstance(message_id, str) and len(message_id) > MAX_MESSAGE_ID_CHARACTERS:
        return "messageId longer than 100 characters"
    for name in ("properties", "traits"):
        members = event.get(name)
        if isinstance(members, dict) and len(members) > MAX_MEMBERS:
            return f"more than 300 {name}"
    return _group_id_fault(event)


def _group_id_fault(event: Json) -> str | None:
    kind, own, context = event.get("type"), event.get("groupId"), object_of(event.get("context"))
    # A groupId that is missing or no text counts as empty (assumed).
    if kind == "group" and not (isinstance(own, str) and own):
        return "empty groupId"
    if kind == "track" and context.get("groupId") == "":
        return "empty context.groupId"
    ids = [value for value in (own, context.get("groupId")) if isinstance(value, str)]
    too_long = any(len(value) > MAX_GROUP_ID_CHARACTERS for value in ids)
    return "groupId longer than 500 characters" if too_long else None
