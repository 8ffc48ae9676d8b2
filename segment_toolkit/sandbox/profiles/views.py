"""What the Profile API shows of a profile: its traits, external ids, events, metadata and links.

Source: Segment docs, "Profile API", "Routes", "Unify Limits". The forms of cursors are those of the docs'
examples; clients should treat them as opaque.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from segment_toolkit.sandbox.profiles.identifiers import account_identifiers, user_identifiers
from segment_toolkit.sandbox.profiles.profile import Profile
from segment_toolkit.sandbox.profiles.query import Query, invalid
from segment_toolkit.sandbox.profiles.settings import IdentitySettings
from segment_toolkit.sandbox.profiles.timeline import LATEST, TimedEvent
from segment_toolkit.sandbox.profiles.values import text_of
from segment_toolkit.sandbox.wire import Json

MAX_TRAITS = 200
MAX_LINKS = 20
LOOKBACK_MS = 14 * 24 * 60 * 60 * 1000

_NANOSECONDS = 1_000_000


def traits(profile: Profile, query: Query) -> Json:
    """`next` names the first trait of the next page, as in the docs' example."""
    limit, include, following = query.limit(MAX_TRAITS), query.names("include"), query.argument("next") or ""
    computed = query.choice("class", "audience", "computed_trait")
    verbose = query.choice("verbose", "true", "false") == "true"
    # The sandbox computes no audiences and no traits: all it has came from events.
    found = {} if computed else profile.traits()
    rest = [name for name in found if name >= following and (include is None or name in include)]
    shown = {name: found[name]._asdict() if verbose else found[name].value for name in rest[:limit]}
    return {"traits": shown, "cursor": query.cursor(rest[limit] if len(rest) > limit else "", limit)}


def external_ids(profile: Profile, query: Query) -> Json:
    """What `verbose` would add is not documented; it changes nothing here."""
    limit, include = query.limit(), query.names("include")
    query.choice("verbose", "true", "false")
    start = _number(query.argument("next"))
    found = [each for each in profile.external_ids() if include is None or each["type"] in include]
    end = start + limit
    following = f"map_{end:027d}" if end < len(found) else ""
    return {"data": found[start:end], "cursor": query.cursor(following, limit)}


def metadata(profile: Profile, query: Query) -> Json:
    """What `verbose` would add is not documented; it changes nothing here."""
    query.choice("verbose", "true", "false")
    return {"metadata": profile.metadata()}


def links(profile: Profile, query: Query) -> Json:
    """The docs show no cursor here."""
    found = profile.links()[: query.limit(MAX_LINKS)]
    return {"data": [{"to_collection": other.collection, "external_ids": _linked_ids(other)} for other in found]}


def events(profile: Profile, query: Query) -> Json:
    """Events of the last 14 days at most, by timestamp."""
    limit, ascending = query.limit(), query.choice("sort", "asc", "desc") == "asc"
    include, exclude = query.names("include"), query.names("exclude")
    earliest = query.now - LOOKBACK_MS
    asked, end = query.instant("start"), query.instant("end")
    start = earliest if asked is None else max(asked, earliest)
    found = _after(profile, query.argument("next"), start, LATEST if end is None else end, ascending)
    named = (each for each in found if _wanted(each, include, exclude))
    # One more than asked tells whether there is a next page.
    page = list(islice(named, limit + 1))
    following = _event_cursor(page[limit - 1]) if len(page) > limit else ""
    shown = [_event(profile, each.event) for each in page[:limit]]
    return {"data": shown, "cursor": query.cursor(following, limit)}


VIEWS: Mapping[str, Callable[[Profile, Query], Json]] = {
    "traits": traits,
    "external_ids": external_ids,
    "metadata": metadata,
    "links": links,
    "events": events,
}


def _linked_ids(profile: Profile) -> list[Json]:
    return [
        {name: value for name, value in each.items() if name != "first_message_id"} for each in profile.external_ids()
    ]


def _number(cursor: str | None) -> int:
    if cursor is not None and not re.fullmatch(r"map_[0-9]{27}", cursor):
        raise invalid("next", "is not a cursor of this list")
    return 0 if cursor is None else int(cursor[4:])


def _wanted(timed: TimedEvent, include: frozenset[str] | None, exclude: frozenset[str] | None) -> bool:
    """Filter by the event's name; a call that has none goes by its type (assumed)."""
    name = timed.event.get("event") or timed.event.get("type")
    known = name if isinstance(name, str) else ""
    return (include is None or known in include) and (exclude is None or known not in exclude)


def _after(profile: Profile, cursor: str | None, start: int, end: int, ascending: bool) -> Iterator[TimedEvent]:
    """Yield the events behind the one that a cursor names."""
    if cursor is None:
        yield from profile.timeline(start, end, ascending=ascending)
        return
    at, message_id = _read_event_cursor(cursor)
    start, end = (max(start, at), end) if ascending else (start, min(end, at))
    passed = False
    for timed in profile.timeline(start, end, ascending=ascending):
        if passed or timed.at != at:
            yield timed
        passed = passed or text_of(timed.event.get("messageId")) == message_id


def _event_cursor(timed: TimedEvent) -> str:
    text = f"{timed.at * _NANOSECONDS}::{text_of(timed.event.get('messageId'))}"
    return base64.b64encode(text.encode("utf-8")).decode("ascii")


def _read_event_cursor(cursor: str) -> tuple[int, str]:
    try:
        text = base64.b64decode(cursor, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        text = ""
    match = re.fullmatch(r"(-?[0-9]{1,20})::(.*)", text, re.DOTALL | re.ASCII)
    if match is None or abs(int(match[1]) // _NANOSECONDS) >= LATEST:
        raise invalid("next", "is not a cursor of this list")
    return int(match[1]) // _NANOSECONDS, match[2]


def _event(profile: Profile, event: Json) -> Json:
    body = event.get("properties", event.get("traits"))
    shown: Json = {
        "external_ids": _promoted(event),
        "context": event.get("context", {}),
        "type": event.get("type"),
        "message_id": event.get("messageId"),
        "source_id": event.get("sourceId"),
        "timestamp": event.get("timestamp"),
        "properties": {} if body is None else body,
        "related": {profile.collection: profile.id},
    }
    return {**shown, "event": event["event"]} if "event" in event else shown


def _promoted(event: Json) -> list[Json]:
    """List the default identifiers of an event; which of them resolution left out is not kept."""
    found = [("users", each) for each in user_identifiers(event, IdentitySettings())]
    found += [("accounts", each) for each in account_identifiers(event)]
    return [
        {"collection": collection, "type": each.type, "id": each.value, "encoding": "none"}
        for collection, each in found
    ]
