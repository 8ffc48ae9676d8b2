"""Destinations: list, create, read, update, delete.

Source: Public API reference, "Destinations"; the audit titles that the reference does not name with an operation
are those of the docs page "Default Alerts" (that the trail has the same ones is assumed). The documented 400 for an
update of nothing but read-only settings is left out: no catalog entry tells which settings those are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from segment_toolkit.sandbox import catalog
from segment_toolkit.sandbox.public_api.call import Call, optional, required, text_or_null
from segment_toolkit.sandbox.public_api.errors import invalid
from segment_toolkit.sandbox.public_api.lookup import destination_in, source_named
from segment_toolkit.sandbox.public_api.operation import Operation
from segment_toolkit.sandbox.public_api.pages import page
from segment_toolkit.sandbox.public_api.views import destination_view
from segment_toolkit.sandbox.state import Destination
from segment_toolkit.sandbox.wire import Json
from segment_toolkit.sandbox.workspace import Workspace

# Instances of one kind on one source; the documented figure for kinds that allow several.
_MAX_INSTANCES = 25


def list_destinations(workspace: Workspace, call: Call) -> Json:
    """GET /destinations."""
    return page(call, "destinations", [destination_view(item) for item in workspace.destinations.values()])


def get_destination(workspace: Workspace, call: Call) -> Json:
    """GET /destinations/{id}."""
    return {"destination": destination_view(destination_in(workspace, call))}


def create_destination(workspace: Workspace, call: Call) -> Json:
    """POST /destinations. Enabled unless told otherwise (assumed); settings may be empty, whatever the kind needs."""
    body = call.body()
    source = source_named(workspace, required(body, "sourceId", str), "sourceId")
    kind = _kind(required(body, "metadataId", str))
    settings = required(body, "settings", dict)
    enabled, name = optional(body, "enabled", bool), optional(body, "name", str)
    _check_settings(kind, settings)
    if sum(item.kind_id == kind.id for item in workspace.destinations_of(source.id)) >= _MAX_INSTANCES:
        message = f"A source has at most {_MAX_INSTANCES} instances of a destination; delete one first."
        raise invalid(message, field="metadataId")

    destination = Destination(
        id=workspace.mint("destination", 22),
        name=name,
        kind_id=kind.id,
        source_id=source.id,
        enabled=enabled is not False,
        settings=settings,
    )
    workspace.destinations[destination.id] = destination
    _note(workspace, "Integration Created", destination)
    return {"destination": destination_view(destination)}


def update_destination(workspace: Workspace, call: Call) -> Json:
    """PATCH /destinations/{id}. A null name removes the name; settings are merged key by key (assumed)."""
    destination, body = destination_in(workspace, call), call.body()
    name = text_or_null(body, "name", destination.name)
    enabled, settings = optional(body, "enabled", bool), optional(body, "settings", dict)
    merged = {**destination.settings, **(settings or {})}
    _check_settings(destination.kind, merged)

    updated = replace(
        destination,
        name=name,
        enabled=destination.enabled if enabled is None else enabled,
        settings=merged,
    )
    workspace.destinations[destination.id] = updated
    for title in _changes(destination, updated):
        _note(workspace, title, updated)
    return {"destination": destination_view(updated)}


def delete_destination(workspace: Workspace, call: Call) -> Json:
    """DELETE /destinations/{id}. Its filters go with it (assumed)."""
    destination = destination_in(workspace, call)
    workspace.remove_destination(destination)
    _note(workspace, "Integration Deleted", destination)
    return {"status": "SUCCESS"}


def _changes(before: Destination, after: Destination) -> Iterator[str]:
    """Name what an update did; the reference names the disabling alone, the other titles are assumed."""
    if before.enabled != after.enabled:
        yield "Integration Enabled" if after.enabled else "Integration Disabled"
    if (before.name, before.settings) != (after.name, after.settings):
        yield "Destination Modified"


def _note(workspace: Workspace, title: str, destination: Destination) -> None:
    workspace.note(title, "DESTINATION", destination.id, destination.name or destination.kind.name)


def _kind(metadata_id: str) -> catalog.DestinationKind:
    kind = catalog.find(catalog.DESTINATION_KINDS, metadata_id)
    if kind is None:
        raise invalid("'metadataId' is not in the destination catalog.", field="metadataId")
    return kind


def _check_settings(kind: catalog.DestinationKind, settings: Json) -> None:
    """Check the settings of the kinds that deliver for real (ours); any others are let through (assumed)."""
    if kind.delivery == "blackhole":
        return
    for option in kind.options:
        _check_setting(option, settings.get(option.name))
    if kind.delivery == "webhook" and not settings["url"].startswith(("http://", "https://")):
        raise invalid("'settings.url' must begin with http:// or https://.", field="settings.url")


def _check_setting(option: catalog.Option, value: object) -> None:
    where = f"settings.{option.name}"
    if option.required and (value is None or value == ""):
        raise invalid(f"'{where}' is required.", field=where)
    if value is None:
        return
    if option.type == "map":
        if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
            raise invalid(f"'{where}' must be an object of strings.", field=where)
    elif not isinstance(value, str):
        raise invalid(f"'{where}' must be a string.", field=where)


OPERATIONS = (
    Operation("GET", "/destinations", list_destinations),
    Operation("POST", "/destinations", create_destination),
    Operation("GET", "/destinations/{destination_id}", get_destination),
    Operation("PATCH", "/destinations/{destination_id}", update_destination),
    Operation("DELETE", "/destinations/{destination_id}", delete_destination),
)
