"""What the tools that change a source read before they do, for whoever must approve it; and whose source is meant.

Each read that fails leaves `{"unknown": reason}` in its place: a preview says what it does not know, and never fails.

Sends    GET /sources/{id}, its connected-destinations and connected-warehouses, GET /events/volume (Public API)
Source   Segment Public API reference: "Get Source", "List Connected Destinations from Source", "List Connected
         Warehouses from Source", "Get Events Volume from Workspace" (60 a minute)
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from segment_toolkit.errors import ToolkitError, UpstreamError
from segment_toolkit.tool import Impact, JsonObject, Request, Response, Scope, fitting

from ._event import utc
from ._public import holding, path

#: How far back traffic counts as recent.
RECENT = timedelta(days=7)
#: So many names are listed, the rest is counted.
MOST_NAMES = 20
NOT_FOUND = "there is no source of this id in the workspace"

Read = Generator[Request, Response, Any]


def source_of(source_id: str) -> Generator[Request, Response, JsonObject]:
    """The source as Segment has it. Raises ToolkitError."""
    response = yield Request("GET", path("sources", source_id))
    found: JsonObject = holding(response, "source", dict)["source"]
    return found


def known(read: Read) -> Read:
    """What a read returns, or `{"unknown": why}`."""
    try:
        return (yield from read)
    except ToolkitError as error:
        return {"unknown": error.message}


def source_facts(source_id: str) -> Read:
    """The whole source, `{"unknown": why}`, or `{"unknown": ..., "found": False}` where there is none."""
    try:
        return (yield from source_of(source_id))
    except UpstreamError as error:
        return {"unknown": NOT_FOUND, "found": False} if error.status == 404 else {"unknown": error.message}
    except ToolkitError as error:
        return {"unknown": error.message}


def named(source: Mapping[str, Any]) -> JsonObject:
    """What tells a person which source it is."""
    if "unknown" in source:
        return {"unknown": source["unknown"]}
    return {name: source[name] for name in ("id", "name", "slug", "enabled") if name in source}


def connected(source_id: str, kind: str) -> Read:
    """`{"count": int, "names": [...]}` of the destinations or warehouses that a source is connected to."""
    query = (("pagination.count", "200"),)
    response = yield Request("GET", path("sources", source_id, f"connected-{kind}"), query=query)
    items = holding(response, kind, list)[kind]
    page = response.data.get("pagination")
    total = page.get("totalEntries") if isinstance(page, Mapping) else None
    count = total if isinstance(total, int) and total >= len(items) else len(items)
    return {"count": count, "names": [_name(item) for item in items[:MOST_NAMES]]}


def _name(item: Mapping[str, Any]) -> str:
    metadata = item.get("metadata")
    kind = metadata.get("name") if isinstance(metadata, Mapping) else None
    return str(item.get("name") or kind or item.get("id"))


def traffic(source_id: str) -> Read:
    """How many events the source received of late, or `{"unknown": why}`."""
    return (yield from known(_traffic(source_id)))


def _traffic(source_id: str) -> Read:
    # The end of this minute: events of now count too. That Segment takes an end so little ahead is assumed; if it does
    # not, the traffic is unknown, which is on the safe side.
    end = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
    query = (
        ("granularity", "DAY"),
        ("startTime", utc(end - RECENT)),
        ("endTime", utc(end)),
        ("sourceId.0", source_id),
    )
    response = yield Request("GET", "/events/volume", query=query)
    totals = [item.get("total") for item in holding(response, "result", list)["result"]]
    if not all(isinstance(total, int) and total >= 0 for total in totals):
        return {"unknown": f"{response.host} answered with counts that cannot be read"}
    return sum(totals)


def override_for(source: Mapping[str, Any], events: Any) -> str:
    """Why a plain yes is not enough to delete this source: it is in use, or may be."""
    if source.get("found") is False:
        return ""  # nothing is lost with a source that is not there
    if isinstance(events, Mapping):
        return f"whether the source received events in the last {RECENT.days} days is unknown: {events['unknown']}"
    return f"the source received {events:,} events in the last {RECENT.days} days" if events else ""


def deletion(source_id: str) -> Generator[Request, Response, Impact]:
    """What is lost with a source."""
    source = yield from source_facts(source_id)
    if source.get("found") is False:
        return Impact({"source": named(source)})
    destinations = yield from known(connected(source_id, "destinations"))
    warehouses = yield from known(connected(source_id, "warehouses"))
    events = yield from traffic(source_id)
    facts = {"source": named(source), "destinations": destinations, "warehouses": warehouses}
    return Impact({**facts, f"events_last_{RECENT.days}_days": events}, override_for(source, events))


def key_removal(source_id: str, key: str) -> Generator[Request, Response, Impact]:
    """What is left of a source without one of its keys. `key` may be shortened in its middle, as answers show keys."""
    source = yield from source_facts(source_id)
    if source.get("found") is False:
        return Impact({"source": named(source)})
    events = yield from traffic(source_id)
    facts = {"source": named(source), **_keys(source, key), f"events_last_{RECENT.days}_days": events}
    return Impact(facts)


def _keys(source: Mapping[str, Any], key: str) -> JsonObject:
    keys = source.get("writeKeys")
    if not isinstance(keys, list) or not all(isinstance(each, str) for each in keys):
        return {"keys_left": {"unknown": source.get("unknown", "the answer has no keys")}}
    if key.strip() not in keys and not fitting(key, keys):
        return {"keys_left": len(keys), "note": "The source has no such key."}
    left = len(keys) - 1
    return {"keys_left": left, **({} if left else {"note": "It is the last key: no event can be sent to the source."})}


def changes(source_id: str, wanted: JsonObject) -> Generator[Request, Response, Impact]:
    """What an update would change, from which value to which; a member that stays as it is, is left out."""
    source = yield from source_facts(source_id)
    if "unknown" in source:
        return Impact({"source": named(source), "changes": {"unknown": source["unknown"]}})
    found = {}
    for name, value in wanted.items():
        before = source.get(name)
        if isinstance(value, dict) and isinstance(before, Mapping):
            parts = {part: _from_to(before.get(part), new) for part, new in value.items() if before.get(part) != new}
            found.update({f"{name}.{part}": change for part, change in parts.items()})
        elif before != value:
            found[name] = _from_to(before, value)
    return Impact({"source": named(source), "changes": found})


def _from_to(before: Any, after: Any) -> JsonObject:
    return {"from": before, "to": after}


def source_labels(source_id: str) -> Generator[Request, Response, list[JsonObject]]:
    """The labels that a source carries. Raises ToolkitError where they cannot be read."""
    source = yield from source_of(source_id)
    return list(holding(Response(200, source, "Segment"), "labels", list)["labels"])


def source_of_destination(args: Any) -> Generator[Request, Response, str]:
    """The id of the source that feeds a destination, whatever the arguments say; "" if the answer has none."""
    response = yield Request("GET", path("destinations", args.destination_id))
    return str(holding(response, "destination", dict)["destination"].get("sourceId") or "")


#: What policies judge of a tool that names a source, and of one that names a destination.
OF_SOURCE = Scope(source="sourceId", read_labels=source_labels)
OF_DESTINATION = Scope(find_source=source_of_destination, read_labels=source_labels)
