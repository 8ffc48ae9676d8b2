"""Promotion: which values of an event identify a user or an account.

Source: Segment docs, "Identity Resolution Onboarding" (default identifiers), "Identity Resolution
ExternalIDs". That only texts which are not empty are promoted is assumed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from segment_toolkit.sandbox.profiles.settings import IdentitySettings
from segment_toolkit.sandbox.profiles.values import object_of, storable
from segment_toolkit.sandbox.wire import Json

# Types must be lower-case; the other characters are assumed.
_TYPE = re.compile(r"[a-z0-9_.\-]{1,100}")


class Identifier(NamedTuple):
    """One external id: a type such as `user_id`, and its value."""

    type: str
    value: str

    @property
    def key(self) -> str:
        """The form in which the Profile API takes it, `type:value`."""
        return f"{self.type}:{self.value}"


def identifier(key: str) -> Identifier | None:
    """Read `type:value`; None when it has no type or no value."""
    kind, _, value = key.partition(":")
    return Identifier(kind, storable(value)) if value and _TYPE.fullmatch(kind) else None


def user_identifiers(event: Json, settings: IdentitySettings) -> list[Identifier]:
    """Return what identifies the user of an event, each once, blocked values included."""
    context = object_of(event.get("context"))
    found: list[tuple[str, Any]] = [("user_id", event.get("userId")), ("anonymous_id", event.get("anonymousId"))]
    if "traits" in event or "traits" in context or settings.reads_properties:
        found += _from_traits(event, context, settings)
    if "device" in context:
        found += _device(object_of(context["device"]))
    if "integrations" in context:
        google = object_of(object_of(context["integrations"]).get("Google Analytics"))
        found.append(("ga_client_id", google.get("clientId")))
    if "externalIds" in context:
        found += _external_ids(context["externalIds"], "users")
    return _clean(found)


def account_identifiers(event: Json) -> list[Identifier]:
    """Return what identifies the account of an event: a groupId of its own, or that of the context."""
    context = object_of(event.get("context"))
    group_id = event.get("groupId") or context.get("groupId")
    if not group_id and "externalIds" not in context:
        return []
    # A groupId in the context links calls of any type to the account (assumed from "Spec: Common Fields").
    found = [("group_id", group_id)]
    if "externalIds" in context:
        found += _external_ids(context["externalIds"], "accounts")
    return _clean(found)


def _clean(found: list[tuple[str, Any]]) -> list[Identifier]:
    texts = [Identifier(kind, storable(value)) for kind, value in found if isinstance(value, str) and value]
    # The first two come from members of their own and cannot be equal.
    return texts if len(texts) <= 2 else list(dict.fromkeys(texts))


def _from_traits(event: Json, context: Json, settings: IdentitySettings) -> Iterator[tuple[str, Any]]:
    places = [object_of(context.get("traits"))]
    # The traits of a group call describe the account, so they identify no user (assumed).
    if event.get("type") != "group":
        places.append(object_of(event.get("traits")))
    properties = object_of(event.get("properties"))
    for place in [*places, properties] if settings.email_from_properties else places:
        yield "email", place.get("email")
    for kind, keys in settings.custom_keys:
        for place in (*places, properties):
            yield from ((kind, place.get(key)) for key in keys)


def _device(device: Json) -> Iterator[tuple[str, Any]]:
    kind = device.get("type")
    if kind not in ("ios", "android"):
        return
    yield f"{kind}.id", device.get("id")
    yield f"{kind}.push_token", device.get("token")
    if device.get("adTrackingEnabled") is True:
        yield f"{kind}.idfa", device.get("advertisingId")


def _external_ids(entries: Any, collection: str) -> Iterator[tuple[str, Any]]:
    """All four members of an entry are required; an entry that lacks one is passed over (assumed)."""
    for entry in entries if isinstance(entries, list) else []:
        member = object_of(entry)
        kind = member.get("type")
        fits = member.get("collection") == collection and member.get("encoding") == "none"
        if fits and isinstance(kind, str) and _TYPE.fullmatch(kind):
            yield kind, member.get("id")
