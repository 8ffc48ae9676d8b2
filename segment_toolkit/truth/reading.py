"""Reads of the Public API that all the others are made of. They send GETs and nothing else.

Source: Segment Public API reference: "List Sources", "Get Source", "List Connected Destinations from Source", "List
Connected Warehouses from Source", "List Filters from Destination", "List Rules from Tracking Plan", "Pagination".
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote

from ..errors import DegradedAnswer
from ..tool import JsonObject, Request, Response
from .facts import Connected, SourceFacts, plain

T = TypeVar("T")
Reading = Generator[Request, Response, T]

#: What Segment's own scripts read at a time.
PAGE = 200
#: 5,000 of a kind: beyond that a list is not whole, and says so.
MOST_PAGES = 25
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}\Z", re.ASCII)


class Listing(NamedTuple):
    """The items of a list, and whether these are all of them."""

    items: list[JsonObject]
    whole: bool


def one(path: str, member: str, *, kind: type = dict) -> Reading[JsonObject]:
    """The data of an answer that holds a `kind` (an object) under `member`. Raises ToolkitError."""
    response = yield Request("GET", path)
    return _holding(response, member, kind)


def listed(path: str, member: str) -> Reading[Listing]:
    """Every page of a list. A cursor that comes again ends it: the list is then not whole."""
    items: list[JsonObject] = []
    cursor, seen = None, set[str]()
    for _ in range(MOST_PAGES):
        query = (("pagination.count", str(PAGE)), *((("pagination.cursor", cursor),) if cursor else ()))
        response = yield Request("GET", path, query=query)
        items += _objects(_holding(response, member, list)[member])
        pagination = response.data.get("pagination")
        cursor = pagination.get("next") if isinstance(pagination, Mapping) else None
        if not isinstance(cursor, str) or not cursor:
            return Listing(items, True)
        if cursor in seen:
            break
        seen.add(cursor)
    return Listing(items, False)


def sources() -> Reading[Listing]:
    """The sources of the workspace, write keys and all: for our eyes only."""
    return (yield from listed("/sources", "sources"))


def destinations_of(source_id: str) -> Reading[Listing]:
    return (yield from listed(path("sources", source_id, "connected-destinations"), "destinations"))


def warehouses_of(source_id: str) -> Reading[Listing]:
    return (yield from listed(path("sources", source_id, "connected-warehouses"), "warehouses"))


def path(*segments: str) -> str:
    """`/a/b`. An id of an answer that is none is refused: it goes into a URL. Raises DegradedAnswer."""
    for segment in segments:
        if not _ID.match(segment):
            raise DegradedAnswer("An answer of Segment holds an id that is none.", status=200, host="Segment")
    return "/" + "/".join(quote(segment, safe="") for segment in segments)


def window(granularity: str, start: datetime, end: datetime) -> tuple[tuple[str, str], ...]:
    """The query members of a time window, start included and end not."""
    return ("granularity", granularity), ("startTime", _instant(start)), ("endTime", _instant(end))


def source_facts(item: Mapping[str, Any]) -> SourceFacts:
    """What there is to say of a source as Segment answers it; one without a name is called by its slug."""
    slug = plain(item.get("slug") or "")
    return SourceFacts(plain(item.get("id")), slug, plain(item.get("name") or slug), item.get("enabled") is not False)


def connected(items: Iterable[Mapping[str, Any]]) -> tuple[Connected, ...]:
    """Destinations or warehouses; one without a name is called by its kind (warehouses have none)."""
    return tuple(_connected(item) for item in items)


def keys_of(item: Mapping[str, Any]) -> tuple[str, ...]:
    """A source's write keys. None are shown to a token without the Source Admin permission (Public API reference)."""
    keys = item.get("writeKeys")
    return tuple(key for key in keys if isinstance(key, str)) if isinstance(keys, list) else ()


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _connected(item: Mapping[str, Any]) -> Connected:
    metadata = item.get("metadata")
    kind = plain(metadata.get("name") or "") if isinstance(metadata, Mapping) else ""
    return Connected(plain(item.get("id")), plain(item.get("name") or kind), kind, item.get("enabled") is not False)


def _objects(items: Iterable[Any]) -> list[JsonObject]:
    return [item for item in items if isinstance(item, dict)]


def _holding(response: Response, member: str, kind: type) -> JsonObject:
    if not isinstance(response.data.get(member), kind):
        raise DegradedAnswer(
            f"{response.host} answered {response.status} without the documented '{member}'.",
            status=response.status,
            host=response.host,
        )
    return response.data
