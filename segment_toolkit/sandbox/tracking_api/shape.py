"""The shape that ingest asks of a message, by "failed on ingest" code.

Source: Delivery Overview docs, table of discard reasons; "Spec" pages for who needs what. Which codes exist
is documented; which one a case gets is documented for the plain cases and assumed where a comment says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from segment_toolkit.sandbox.wire import Json

_CONTAINERS = {
    "identify": "traits",
    "group": "traits",
    "track": "properties",
    "page": "properties",
    "screen": "properties",
}
_CONSENT_EVENT = "Segment Consent Preference Updated"


def ingest_fault(event: Json) -> str | None:
    """Return the code this message fails on ingest with, or None when it is well-formed."""
    for rule in _rules():
        for fault in rule(event):
            return fault
    return None


def _rules() -> tuple[Callable[[Json], Iterator[str]], ...]:
    return (_identity, _call_ids, _event_name, _container, _page_names, _objects, _consent)


def _identity(event: Json) -> Iterator[str]:
    """A userId or an anonymousId, each a non-empty string where it is given; null counts as not given (assumed)."""
    given = [event[name] for name in ("userId", "anonymousId") if event.get(name) is not None]
    if not given:
        yield "no_user_anon_id"
    if any(_blank(value) for value in given):
        yield "id_not_string"


def _call_ids(event: Json) -> Iterator[str]:
    """group needs groupId, alias needs userId and previousId.

    The specs demand them, but no ingest code is documented: that ingest drops the message, and does so with
    the otherwise undescribed code `id_required`, is assumed.
    """
    needed = {"group": ("groupId",), "alias": ("userId", "previousId")}.get(event["type"], ())
    for name in needed:
        if event.get(name) is None:
            yield "id_required"
        elif _blank(event[name]):
            yield "id_not_string"


def _event_name(event: Json) -> Iterator[str]:
    """track needs `event`; that an empty string is the same as none is assumed."""
    if event["type"] != "track":
        return
    name = event.get("event")
    if name is None or name == "":
        yield "event_not_defined"
    elif not isinstance(name, str):
        yield "event_not_string"


def _container(event: Json) -> Iterator[str]:
    """traits and properties are objects; null is not one."""
    name = _CONTAINERS.get(event["type"])
    if name is not None and not isinstance(event.get(name, {}), dict):
        yield f"{name}_not_object"


def _page_names(event: Json) -> Iterator[str]:
    """The name and category of a page or screen are non-empty strings where they are given."""
    for name in ("name", "category") if event["type"] in ("page", "screen") else ():
        if name in event and _blank(event[name]):
            yield f"{name}_not_string"


def _objects(event: Json) -> Iterator[str]:
    """context and integrations are objects; the code is assumed."""
    for name in ("context", "integrations"):
        if not isinstance(event.get(name) or {}, dict):
            yield "bad_request"


def _consent(event: Json) -> Iterator[str]:
    """The event that reports a change of consent must carry the preferences: an object of booleans."""
    if event["type"] != "track" or event.get("event") != _CONSENT_EVENT:
        return
    consent = (event.get("context") or {}).get("consent")
    preferences = consent.get("categoryPreferences") if isinstance(consent, dict) else None
    if preferences is None:
        yield "consent_categorypreferences_should_exist"
    elif not isinstance(preferences, dict):
        yield "consent_categorypreferences_fields_should_be_object"
    elif not all(isinstance(value, bool) for value in preferences.values()):
        yield "consent_categorypreferences_fields_should_be_bool"


def _blank(value: object) -> bool:
    """Tell whether a value is not a string, or holds nothing but space (space as nothing: assumed)."""
    return not isinstance(value, str) or not value.strip()
