"""May an event go to a destination: consent first, then the integrations object.

Source: Segment docs, "Consent in Segment Connections" and "Filtering your Segment Data"; Spec, "Common Fields".
Warehouses are not asked here: neither rule is for them.
"""

from __future__ import annotations

from collections.abc import Container, Sequence

from segment_toolkit.sandbox.wire import Json

BY_CONSENT = "FILTERED_BY_END_USER_CONSENT"
BY_INTEGRATIONS = "FILTERED_BY_INTEGRATIONS_OBJECT"
UNKNOWN_INTEGRATION = "UNKNOWN_INTEGRATION"

#: Off unless an event names it.  [docs: "Filtering your Segment Data"]
OFF_UNLESS_NAMED = frozenset({"Salesforce"})
# Names of the integrations object that are no destination.
_NO_DESTINATION = frozenset({"All", "Segment.io"})


def decide(event: Json, destination_name: str, consent_categories: Sequence[str]) -> str | None:
    """Return the discard reason, or None when the event may go. `destination_name` is the catalog's, exactly.

    `consent_categories` are those the destination is mapped to; without any, consent is not looked at.
    """
    if consent_categories and not _consents(event, consent_categories):
        return BY_CONSENT
    return None if _integrates(event, destination_name) else BY_INTEGRATIONS


def unknown_integrations(event: Json, catalog_names: Container[str]) -> list[str]:
    """List the names in the integrations object that no destination of the catalog has, whatever they are set to."""
    integrations = event.get("integrations")
    if not isinstance(integrations, dict):
        return []
    return [name for name in integrations if name not in _NO_DESTINATION and name not in catalog_names]


def _consents(event: Json, categories: Sequence[str]) -> bool:
    """Every category must be true. Without a consent object there is nothing to deny by.

    A consent object without preferences denies, also beside an integrations object, where the documentation
    contradicts itself (assumed); one of the wrong shape is such an object (assumed).
    """
    context = event.get("context")
    consent = context.get("consent") if isinstance(context, dict) else None
    if consent is None:
        return True
    preferences = consent.get("categoryPreferences") if isinstance(consent, dict) else None
    return isinstance(preferences, dict) and all(preferences.get(category) is True for category in categories)


def _integrates(event: Json, name: str) -> bool:
    """A named key wins over `All`; only false disables, so an object enables, and so does null (assumed)."""
    integrations = event.get("integrations")
    if not isinstance(integrations, dict):
        integrations = {}
    if name in integrations:
        return integrations[name] is not False
    return name not in OFF_UNLESS_NAMED and integrations.get("All", True) is not False
