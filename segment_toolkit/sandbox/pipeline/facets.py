"""The properties of an event that counters are split by: type, name, version of the app."""

from __future__ import annotations

from typing import NamedTuple

from segment_toolkit.sandbox.store.sightings import safe
from segment_toolkit.sandbox.wire import Json

# Names are cut at this length in counters, so that a hostile one cannot fill them (assumed).
_LONGEST = 200


class Facets(NamedTuple):
    """An empty string stands for what an event does not have."""

    event_type: str
    event_name: str
    app_version: str


def facets(event: Json) -> Facets:
    """Read the facets of any event, well-formed or not."""
    type_ = event.get("type")
    name = event.get("event" if type_ == "track" else "name")
    context = event.get("context")
    app = context.get("app") if isinstance(context, dict) else None
    return Facets(_text(type_), _text(name), _text(app.get("version")) if isinstance(app, dict) else "")


def _text(value: object) -> str:
    return safe(value[:_LONGEST]) if isinstance(value, str) else ""
