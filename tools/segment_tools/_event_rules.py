"""What Segment's Tracking API answers 200 to and then drops, checked before sending.

Each check names its evidence. "Ingest code" means a reason listed in Segment's Delivery Overview documentation under
"Failed on ingest": the event was accepted with 200 and lost afterwards. The functions read raw JSON of any shape;
wrong *types* of declared fields are the schema's to report, so a check looks at a value only if its type is right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from segment_toolkit.encoding import member_path
from segment_toolkit.errors import Problem

#: Segment documents 100 characters for messageId; its edge answers 200 to more and Unify drops the event.
MOST_MESSAGE_ID_CHARACTERS = 100
EXAMPLE_TIME = "2026-01-31T09:30:00Z"

#: Members of archived events that Segment sets itself ("Import Historical Data" guide).
SEGMENTS_OWN = frozenset({"sentAt", "receivedAt", "originalTimestamp", "projectId"})
SENT_AT = "leave it out: with an old sentAt Segment moves the event's time to now"

Document = Mapping[str, Any]

#: Ingest codes no_user_anon_id and event_not_defined; groupId and previousId: the spec, "Group" and "Alias".
NEEDED: Mapping[str, tuple[str, ...]] = {
    "track": ("event",),
    "group": ("groupId",),
    "alias": ("userId", "previousId"),
}


def event_problems(kind: str, event: Document, path: str = "") -> Iterator[Problem]:
    """What in `event` itself, an event of type `kind`, would make Segment accept and then lose it."""
    yield from _identity(kind, event, path)
    for name in NEEDED.get(kind, ()):
        value = event.get(name)
        if value is None:
            yield Problem(member_path(path, name), f"is required for {kind}; expected a non-blank string")
    for name in ("userId", "anonymousId", "groupId", "previousId", "event", "messageId"):
        value = event.get(name)
        if isinstance(value, str) and not value.strip():
            yield Problem(member_path(path, name), "is blank; expected a non-blank string, or leave it out")
    for name in SEGMENTS_OWN.intersection(event):
        yield Problem(member_path(path, name), SENT_AT if name == "sentAt" else "is set by Segment; leave it out")
    yield from _message_id(event, path)
    yield from _timestamp(event, path)
    yield from shared_problems(event, path)
    if event.get("event") == "Segment Consent Preference Updated":
        yield from _consent_event(event, path)


def _identity(kind: str, event: Document, path: str) -> Iterator[Problem]:
    # alias names its two people itself: NEEDED says so.
    if kind != "alias" and event.get("userId") is None and event.get("anonymousId") is None:
        yield Problem(path, "userId or anonymousId is required; expected a non-blank string in one")


def _message_id(event: Document, path: str) -> Iterator[Problem]:
    value = event.get("messageId")
    if isinstance(value, str) and len(value) > MOST_MESSAGE_ID_CHARACTERS:
        limit = MOST_MESSAGE_ID_CHARACTERS
        yield Problem(member_path(path, "messageId"), f"is {len(value)} characters long; expected at most {limit}")


def _timestamp(event: Document, path: str) -> Iterator[Problem]:
    value = event.get("timestamp")
    if isinstance(value, str):
        wrong = timestamp_problem(value)
        if wrong:
            yield Problem(member_path(path, "timestamp"), wrong)


def timestamp_problem(text: str, *, naive_allowed: bool = False) -> str | None:
    """Why `text` is no ISO 8601 instant with a zone, or None. A naive time may be mis-zoned or dropped by Segment."""
    try:
        moment = datetime.fromisoformat(text.strip())
        has_zone = moment.utcoffset() is not None
        if has_zone:
            moment.astimezone(UTC)  # overflows for a time too near the years 1 and 9999
    except (ValueError, OverflowError):
        return f"is not an ISO 8601 date and time; expected for example {EXAMPLE_TIME}"
    if not has_zone and not naive_allowed:
        return f"has no time zone; expected one, as in {EXAMPLE_TIME}"
    return None


def shared_problems(holder: Document, path: str) -> Iterator[Problem]:
    """`context`, `integrations` and `writeKey`: the fields that a batch, too, has at its top level."""
    context, integrations = holder.get("context"), holder.get("integrations")
    if context and isinstance(context, Mapping):
        yield from _context(context, member_path(path, "context"))
    if integrations and isinstance(integrations, Mapping):
        yield from _integrations(integrations, member_path(path, "integrations"))
    yield from _write_key(holder.get("writeKey"), path)


def _context(context: Document, path: str) -> Iterator[Problem]:
    """Ingest codes consent_categorypreferences_*, consent_version_should_be_number, device_advertisingid_…_string."""
    device = context.get("device")
    advertising_id = device.get("advertisingId") if isinstance(device, Mapping) else None
    if advertising_id is not None and not isinstance(advertising_id, str):
        yield Problem(f"{path}.device.advertisingId", "expected a string")
    if "consent" in context:
        yield from _consent(context["consent"], f"{path}.consent")


def _consent(consent: Any, path: str) -> Iterator[Problem]:
    preferences = consent.get("categoryPreferences") if isinstance(consent, Mapping) else None
    if not isinstance(preferences, Mapping):
        yield Problem(f"{path}.categoryPreferences", 'expected an object of booleans, as in {"Advertising": true}')
        return
    for name, value in preferences.items():
        if not isinstance(value, bool):
            yield Problem(member_path(f"{path}.categoryPreferences", str(name)), "expected true or false")
    version = consent.get("version")
    if version is not None and (isinstance(version, bool) or not isinstance(version, int | float)):
        yield Problem(f"{path}.version", "expected a number")


def _consent_event(event: Document, path: str) -> Iterator[Problem]:
    """This reserved event is dropped without its preferences (Segment consent documentation)."""
    context = event.get("context")
    if not isinstance(context, Mapping) or "consent" not in context:
        where = member_path(path, "context") + ".consent.categoryPreferences"
        yield Problem(where, 'is required for this event; expected an object of booleans, as in {"Advertising": true}')


def _integrations(integrations: Document, path: str) -> Iterator[Problem]:
    """Names are case-sensitive (spec, "Common fields"): `all` would name a destination that is not there."""
    for name, value in integrations.items():
        where = member_path(path, str(name))
        if isinstance(name, str) and name != "All" and name.strip().lower() == "all":
            yield Problem(where, "names are case-sensitive; expected 'All'")
        elif not isinstance(value, bool | Mapping):
            yield Problem(where, "expected true, false or an object of destination options")


def _write_key(value: Any, path: str) -> Iterator[Problem]:
    """Blank is a mistake in any case; whether it is a key, or a configured source's name, the account decides."""
    if isinstance(value, str) and not value.strip():
        yield Problem(member_path(path, "writeKey"), "is blank; leave it out to use the configured one")


def misplaced(kind: str, event: Document, allowed: frozenset[str], path: str) -> Iterator[Problem]:
    """Members that do not count for this type: Segment takes them and routes them nowhere."""
    for name in event:
        if name not in allowed and event[name] is not None:
            belongs = {"properties": "traits", "traits": "properties"}.get(name)
            use = f"; use {belongs}" if belongs in allowed else ""
            yield Problem(member_path(path, name), f"does not belong to {kind} and would be lost{use}, or leave it out")
