"""Destinations: list, read, update.

Source: Public API reference, "Destinations".
"""

from __future__ import annotations

from segment_toolkit.sandbox.public_api.call import Call, optional
from segment_toolkit.sandbox.public_api.lookup import destination_in
from segment_toolkit.sandbox.public_api.pages import page
from segment_toolkit.sandbox.public_api.views import destination_view
from segment_toolkit.sandbox.state import Workspace
from segment_toolkit.sandbox.wire import Json


def list_destinations(workspace: Workspace, call: Call) -> Json:
    """GET /destinations."""
    return page(call, "destinations", [destination_view(item) for item in workspace.destinations.values()])


def get_destination(workspace: Workspace, call: Call) -> Json:
    """GET /destinations/{id}."""
    return {"destination": destination_view(destination_in(workspace, call))}


def update_destination(workspace: Workspace, call: Call) -> Json:
    """PATCH /destinations/{id}. A null name removes the name; settings are merged key by key (assumed)."""
    destination, body = destination_in(workspace, call), call.body()
    unnamed = "name" in body and body["name"] is None
    name = None if unnamed else optional(body, "name", str)
    enabled, settings = optional(body, "enabled", bool), optional(body, "settings", dict)

    destination.name = name if unnamed or name is not None else destination.name
    destination.enabled = destination.enabled if enabled is None else enabled
    destination.settings = {**destination.settings, **(settings or {})}
    return {"destination": destination_view(destination)}
