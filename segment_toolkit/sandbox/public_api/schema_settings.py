"""Schema settings of a source: read, update.

Source: Public API reference, "List Schema Settings in Source", "Update Schema Settings in Source".
"""

from __future__ import annotations

from dataclasses import replace

from segment_toolkit.sandbox.public_api.call import Call, optional
from segment_toolkit.sandbox.public_api.errors import invalid
from segment_toolkit.sandbox.public_api.lookup import source_in
from segment_toolkit.sandbox.public_api.operation import Operation
from segment_toolkit.sandbox.schema import FORWARDING, SECTIONS, Section
from segment_toolkit.sandbox.wire import Json
from segment_toolkit.sandbox.workspace import Workspace


def get_schema_settings(workspace: Workspace, call: Call) -> Json:
    """GET /sources/{id}/settings: one object, in spite of the operation's name."""
    source = source_in(workspace, call)
    return {"sourceId": source.id, "settings": source.schema_settings}


def update_schema_settings(workspace: Workspace, call: Call) -> Json:
    """PATCH /sources/{id}/settings. Each section is merged; a forwarding key left out is switched off."""
    source, body = source_in(workspace, call), call.body()
    sections = {
        section.name: {**source.schema_settings[section.name], **_section(section, body)} for section in SECTIONS
    }
    settings = {**sections, **_forwarding(workspace, body)}
    workspace.sources[source.id] = replace(source, schema_settings=settings)
    workspace.note("Source Settings Modified", "SOURCE", source.id, source.name)
    return {"sourceId": source.id, "settings": settings}


def _section(section: Section, body: Json) -> Json:
    given = optional(body, section.name, dict) or {}
    flags = {name: optional(given, name, bool) for name in section.flags if name in given}
    common = optional(given, "commonEventOnViolations", str)
    if common is None:
        return flags
    if common not in section.common:
        raise invalid(
            f"'commonEventOnViolations' of {section.name} must be one of {', '.join(section.common)}.",
            field="commonEventOnViolations",
        )
    return {**flags, "commonEventOnViolations": common}


def _forwarding(workspace: Workspace, body: Json) -> Json:
    targets = {name: optional(body, name, str) for name in FORWARDING if name in body}
    for name, target in targets.items():
        if target not in workspace.sources:
            raise invalid(f"'{name}' must be the id of a source.", field=name)
    return targets


OPERATIONS = (
    Operation("GET", "/sources/{source_id}/settings", get_schema_settings),
    Operation("PATCH", "/sources/{source_id}/settings", update_schema_settings),
)
