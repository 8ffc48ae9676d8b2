"""Whose is this write key? Only the Public API can tell: the Tracking API answers 200 to any key.

Source: Segment documentation, "HTTP Tracking API" ("Errors"); Public API reference, "List Sources" (`writeKeys`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..credentials import recognised
from ..errors import InvalidArguments, ToolkitError
from ..secrecy.redaction import mask
from ..tool import JsonObject
from .facts import Connected, KeyReport, KeyStatus, SourceFacts
from .reading import Listing, Reading, connected, destinations_of, keys_of, source_facts, sources, warehouses_of

if TYPE_CHECKING:
    from ..credentials import Credentials
    from .memory import Memory

_BLIND = "Segment answers 200 to wrong keys too, so without a Public API token nobody can tell whose a write key is."
_GIVE_TOKEN = "Give a Public API token (public_api_token=... or SEGMENT_PUBLIC_API_TOKEN), then ask again."  # noqa: S105
_FORM = "It has not the form of a write key (32 letters and digits)."


class Owner(NamedTuple):
    """What the list of sources says about a key: its source as Segment answers it, or why there is none to name.

    `hidden` counts the sources whose keys the token is not shown; `whole` is False when not all sources were read.
    """

    source: JsonObject | None
    hidden: int
    whole: bool

    @property
    def is_nobody(self) -> bool:
        """Whether certainly no source has it."""
        return self.source is None and not self.hidden and self.whole


def owner_of(key: str, listing: Listing) -> Owner:
    """Find the source of a key, or of a key's mask when only one source has a key of that mask."""
    found = [item for item in listing.items if any(key in (own, mask(own)) for own in keys_of(item))]
    hidden = sum(not keys_of(item) for item in listing.items)
    return Owner(found[0] if len(found) == 1 else None, hidden, listing.whole)


def known_sources(credentials: Credentials, memory: Memory) -> Reading[Listing]:
    """The sources of the workspace, at most a minute old."""
    return (yield from memory.recall(credentials, "sources", sources))


def verify_key(given: str | None, credentials: Credentials) -> Reading[KeyReport]:
    """What is known of a write key (given whole, as its mask, or by its configured name; the default one if None).

    Never raises for what Segment answers: what cannot be read leaves the key `unverified`.
    """
    key = _meant(given, credentials)
    if not key:
        return KeyReport("unverified", "No write key is configured, and none was given.", "Give one.", "")
    shown = key if "…" in key else mask(key)
    if not credentials.public_api_token:
        reason = _BLIND if recognised(key) == "write_key" else f"{_FORM} {_BLIND}"
        return KeyReport("unverified", reason, _GIVE_TOKEN, shown)
    try:
        listing = yield from sources()
    except ToolkitError as error:
        return KeyReport("unverified", f"The sources could not be read: {error.message}", error.hint, shown)
    owner = owner_of(key, listing)
    if owner.source is None:
        return _nobodys(key, shown, owner, len(listing.items))
    return (yield from _owned(shown, source_facts(owner.source)))


def _meant(given: str | None, credentials: Credentials) -> str | None:
    try:
        key = credentials.key_for(given)
    except InvalidArguments:  # neither a name that is configured nor a key by its form: perhaps a mask
        key = (given or "").strip()
    if key and "…" in key:
        held = (credentials.write_key, *credentials.write_keys.values())
        matching = {own for own in held if own and mask(own) == key}
        return matching.pop() if len(matching) == 1 else key
    return key


def _nobodys(key: str, shown: str, owner: Owner, number: int) -> KeyReport:
    if not owner.is_nobody:
        unseen = f"{owner.hidden} of {number} sources show no write keys" if owner.hidden else "there are more sources"
        reason = f"No source that was read has this key, but {unseen}: the token may lack the Source Admin permission."
        return KeyReport("unverified", reason, "Ask with a token that may see write keys.", shown)
    form = "" if "…" in key or recognised(key) == "write_key" else f" {_FORM}"
    reason = f"None of the {number} sources of this workspace has this key: events sent with it are lost.{form}"
    step = (
        "Copy the key anew from the source's settings; it may be mistyped, revoked, or of another workspace or region."
    )
    return KeyReport("contradicted", reason, step, shown)


def _owned(shown: str, source: SourceFacts) -> Reading[KeyReport]:
    receivers = yield from _connections(destinations_of(source.id))
    houses = yield from _connections(warehouses_of(source.id))
    if not source.enabled:
        reason = (
            f"It is the key of source '{source.slug}', which is switched off: Segment answers 200 and drops events."
        )
        step = "Switch the source on: set its `enabled` to true, by tool or in Segment's app."
        return KeyReport("contradicted", reason, step, shown, source, receivers, houses)
    reason = f"It is a key of source '{source.slug}', which takes events."
    status: KeyStatus = "verified"
    if receivers is None or houses is None:
        return KeyReport(
            status, f"{reason} What is connected to it could not be read.", "", shown, source, receivers, houses
        )
    if not any(item.enabled for item in (*receivers, *houses)):
        # Source: Segment documentation, "Sources": disabled after 14 days without an enabled destination.
        reason += " But nothing that is switched on is connected to it: events reach nobody."
        step = "Connect or switch on a destination; Segment switches off a source that has none after 14 days."
        return KeyReport(status, reason, step, shown, source, receivers, houses)
    return KeyReport(status, reason, "", shown, source, receivers, houses)


def _connections(reading: Reading[Listing]) -> Reading[tuple[Connected, ...] | None]:
    try:
        return connected((yield from reading).items)
    except ToolkitError:
        return None
