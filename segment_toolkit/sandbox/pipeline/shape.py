"""The shape that ingest asks of a message, by "failed on ingest" code.

Source: Delivery Overview docs, table of discard reasons; "Spec" pages for who needs what. Which codes exist
is documented; which one a case gets is documented for the plain cases and assumed where a comment says so.
"""

from __future__ import annotations

from segment_toolkit.sandbox.wire import Json

_CONTAINERS = {
    "identify": "traits",
    "group": "traits",
    "track": "properties",
    "page": "properties",
    "screen": "properties",
}
_NEEDED = {"group": ("groupId",), "alias": ("userId", "previousId")}
_CONSENT_EVENT = "Segment Consent Preference Updated"


def ingest_fault(event: Json) -> str | None:
    """Return the code this message fails on ingest with, or None when it is well-formed."""
    for rule in _RULES:
        fault = rule(event)
        if fault is not None:
            return fault
    return None


def _identity(event: Json) -> str | None:
    """A userId or an anonymousId, each a non-empty string where it is given; null counts as not given (assumed)."""
    user, anonymous = event.get("userId"), event.get("anonymousId")
    if user is None and anonymous is None:
        return "no_user_anon_id"
    if (user is not None and _blank(user)) or (anonymous is not None and _blank(anonymous)):
        return "id_not_string"
    return None


def _call_ids(event: Json) -> str | None:
    """group needs groupId, alias needs userId and previousId.

    The specs demand them, but no ingest code is documented: that ingest drops the message, and does so with
    the otherwise undescribed code `id_required`, is assumed.
    """
    for name in _NEEDED.get(event["type"], ()):
        if event.get(name) is None:
            return "id_required"
        if _blank(event[name]):
            return "id_not_string"
    return None


def _event_name(event: Json) -> str | None:
    """track needs `event`; that an empty string is the same as none is assumed."""
    if event["type"] != "track":
        return None
    name = event.get("event")
    if name is None or name == "":
        return "event_not_defined"
    return None if isinstance(name, str) else "event_not_string"


def _container(event: Json) -> str | None:
    """traits and properties are objects; null is not one."""
    name = _CONTAINERS.get(event["type"])
    return None if name is None or isinstance(event.get(name, {}), dict) else f"{name}_not_object"


def _page_names(event: Json) -> str | None:
    """The name and category of a page or screen are non-empty strings where they are given.

    null counts as not given (assumed): it is what Segment's Python client sends for one that its caller leaves out.
    """
    for name in ("name", "category") if event["type"] in ("page", "screen") else ():
        if event.get(name) is not None and _blank(event[name]):
            return f"{name}_not_string"
    return None


def _objects(event: Json) -> str | None:
    """context and integrations are objects; the code is assumed."""
    for name in ("context", "integrations"):
        if not isinstance(event.get(name) or {}, dict):
            return "bad_request"
    return None


def _consent(event: Json) -> str | None:
    """The event that reports a change of consent must carry the preferences: an object of booleans."""
    if event["type"] != "track" or event.get("event") != _CONSENT_EVENT:
        return None
    consent = (event.get("context") or {}).get("consent")
    preferences = consent.get("categoryPreferences") if isinstance(consent, dict) else None
    if preferences is None:
        return "consent_categorypreferences_should_exist"
    if not isinstance(preferences, dict):
        return "consent_categorypreferences_fields_should_be_object"
    if not all(isinstance(value, bool) for value in preferences.values()):
        return "consent_categorypreferences_fields_should_be_bool"
    return None


def _blank(value: object) -> bool:
    """Tell whether a value is not a string, or holds nothing but space (space as nothing: assumed)."""
    return not isinstance(value, str) or not value.strip()


_RULES = (_identity, _call_ids, _event_name, _container, _page_names, _objects, _consent)
