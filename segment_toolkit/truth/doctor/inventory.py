"""Whose the write keys are, and whether their sources, destinations and warehouses are switched on.

Source: Segment documentation, "Sources" (a source without an enabled destination is switched off after 14 days), "HTTP
Tracking API" ("Errors"); Public API reference, "List Sources", "Get Connection State from Warehouse".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from ...credentials import recognised
from ...errors import ToolkitError
from ...secrecy.redaction import mask
from ..facts import Connected, SourceFacts, plain
from ..keys import owner_of
from ..reading import Listing, Reading, connected, destinations_of, one, path, source_facts, warehouses_of
from .findings import Check, Status, listed, unread

if TYPE_CHECKING:
    from ...credentials import Credentials

#: Without a write key that says which matter, only so many sources are looked at.
MOST_SOURCES = 20
MOST_WAREHOUSES = 10


class Keyed(NamedTuple):
    """The check of the write keys, and the sources that matter: theirs, or all if no key is configured."""

    check: Check
    sources: tuple[SourceFacts, ...]
    default: str | None


def write_keys(credentials: Credentials, listing: Listing) -> Keyed:
    """Find the source of every configured key. No default key of nobody is harmless."""
    keys = _named(credentials)
    everything = tuple(source_facts(item) for item in listing.items)
    if not keys:
        says = "No write key is configured, so events cannot be sent."
        step = "Give write_key=... or SEGMENT_WRITE_KEY to send events."
        return Keyed(Check("write keys", "skipped", says, step), everything[:MOST_SOURCES], None)
    found: dict[str, SourceFacts] = {}
    details, status, default = list[str](), "ok", None
    for key, name in keys.items():
        owner = owner_of(key, listing)
        if owner.source is not None:
            facts = source_facts(owner.source)
            found[facts.id] = facts
            default = facts.id if name == "default" else default
            details.append(f"{name} ({mask(key)}): source '{facts.slug}'")
        elif owner.is_nobody:
            form = "" if recognised(key) == "write_key" else "; it has not the form of one (32 letters and digits)"
            details.append(f"{name} ({mask(key)}): of no source of this workspace; events sent with it are lost{form}")
            status = "failed" if name == "default" else _worse(status, "warning")
        else:
            details.append(f"{name} ({mask(key)}): cannot be told, as {owner.hidden} sources show no keys")
            status = _worse(status, "warning")
    return Keyed(_keys_check(status, details, len(keys)), tuple(found.values()), default)


def _keys_check(status: str, details: list[str], number: int) -> Check:
    if status == "ok":
        says = f"{'Each of the' if number > 1 else 'The'} {number} write key{'s' * (number > 1)} is of a source."
        return Check("write keys", "ok", says, "", listed(details))
    step = "Copy wrong keys anew from their sources' settings; give a token with Source Admin if keys are not shown."
    worst: Status = "failed" if status == "failed" else "warning"
    return Check("write keys", worst, "Not every write key is known to be of a source.", step, listed(details))


def sources_check(keyed: Keyed, listing: Listing) -> Check:
    """Which of the sources that matter are switched off; events to them are answered 200 and dropped."""
    off = [source for source in keyed.sources if not source.enabled]
    others = len(listing.items) - len(keyed.sources)
    more = f" {others} other sources were not looked at." if others > 0 else ""
    more += "" if listing.whole else " There are more sources than were read."
    if not off:
        return Check("sources", "ok", f"All {len(keyed.sources)} sources looked at are switched on.{more}")
    names = ", ".join(f"'{source.slug}'" for source in off)
    says = f"Switched off: {names}. Segment answers 200 to their events and drops them.{more}"
    worst: Status = "failed" if keyed.default in {source.id for source in off} else "warning"
    return Check("sources", worst, says, "Switch them on, or stop sending with their write keys.")


class Connections(NamedTuple):
    """What the sources that are on are connected to, by source id; a source that could not be read is missing."""

    destinations: Mapping[str, tuple[Connected, ...]]
    warehouses: Mapping[str, tuple[Connected, ...]]
    failures: tuple[ToolkitError, ...]


def connections(sources: tuple[SourceFacts, ...]) -> Reading[Connections]:
    receivers: dict[str, tuple[Connected, ...]] = {}
    houses: dict[str, tuple[Connected, ...]] = {}
    failures: list[ToolkitError] = []
    for source in sources:
        for found, read in ((receivers, destinations_of), (houses, warehouses_of)):
            try:
                found[source.id] = connected((yield from read(source.id)).items)
            except ToolkitError as error:
                failures.append(error)
    return Connections(receivers, houses, tuple(failures))


def destinations_check(sources: tuple[SourceFacts, ...], found: Connections) -> Check:
    """Sources without a destination that is switched on, and destinations that are switched off."""
    if sources and not found.destinations:
        return unread("destinations", "The connected destinations", found.failures[0])
    slugs = {source.id: source.slug for source in sources}
    alone = [slug for id_, slug in slugs.items() if not any(item.enabled for item in found.destinations.get(id_, ()))]
    alone = [slug for slug in alone if slug in {slugs[id_] for id_ in found.destinations}]
    off = list(_off(slugs, found.destinations))
    on = sum(item.enabled for items in found.destinations.values() for item in items)
    if not alone and not off:
        return Check("destinations", "ok", f"All {on} connected destinations are switched on.")
    says = f"Connected destinations that are switched off: {len(off)}." if off else ""
    details = [f"{slug}: no destination is switched on" for slug in alone] + off
    step = "Switch on what should get events."
    if alone:
        says = f"{says} Sources without a destination that is switched on: {len(alone)}.".strip()
        step += " Segment switches off a source that has had none for 14 days."
    return Check("destinations", "warning", says, step, listed(details))


def warehouses_check(sources: tuple[SourceFacts, ...], found: Connections) -> Reading[Check]:
    """Warehouses that are switched off, or that Segment cannot connect to."""
    if sources and not found.warehouses:
        return unread("warehouses", "The connected warehouses", found.failures[0])
    slugs = {source.id: source.slug for source in sources}
    details = list(_off(slugs, found.warehouses))
    on = {item.id: item for items in found.warehouses.values() for item in items if item.enabled}
    for item in list(on.values())[:MOST_WAREHOUSES]:
        try:
            data = yield from one(path("warehouses", item.id, "connection-state"), "connectionState", kind=str)
        except ToolkitError:
            continue  # it says nothing about the warehouse
        if data["connectionState"] == "FAILED":
            details.append(f"'{item.name}': Segment cannot connect to it")
    if details:
        return Check(
            "warehouses", "warning", "Not every warehouse is loaded.", "Mend or switch them on.", listed(details)
        )
    return Check("warehouses", "ok", f"{len(on)} connected warehouses are switched on." if on else "None is connected.")


def _off(slugs: Mapping[str, str], found: Mapping[str, tuple[Connected, ...]]) -> Iterator[str]:
    for id_, items in found.items():
        yield from (f"{slugs[id_]}: '{item.name}' is switched off" for item in items if not item.enabled)


def _named(credentials: Credentials) -> dict[str, str]:
    """Every configured key, once, by the name it is configured under."""
    keys = {key: f"'{plain(name)}'" for name, key in credentials.write_keys.items()}
    default = credentials.key_for(None)
    return {**({default: "default"} if default else {}), **{k: n for k, n in keys.items() if k != default}}


def _worse(one: str, other: str) -> str:
    return one if one == "failed" else other
