"""Destination filters: list, create, read, update, remove, preview.

Source: Public API reference, "Destination Filters"; Segment docs, "Destination Filters" (10 for each destination,
none for S3, conditions up to 5 KB). That an invalid condition is refused when it is written is assumed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from segment_toolkit.sandbox.fql import InvalidFql, compile_fql
from segment_toolkit.sandbox.instants import format_instant
from segment_toolkit.sandbox.pipeline.filters import apply_filters, check_actions, compile_filter
from segment_toolkit.sandbox.public_api.call import Call, optional, required, text_or_null
from segment_toolkit.sandbox.public_api.errors import invalid, not_found
from segment_toolkit.sandbox.public_api.lookup import destination_in
from segment_toolkit.sandbox.public_api.operation import Operation
from segment_toolkit.sandbox.public_api.pages import page
from segment_toolkit.sandbox.public_api.views import filter_view
from segment_toolkit.sandbox.state import Destination, DestinationFilter
from segment_toolkit.sandbox.wire import Json
from segment_toolkit.sandbox.workspace import Workspace

_MAX_FILTERS = 10
_ACTION_MEMBERS = ("type", "fields", "percent", "path")


@dataclass(frozen=True)
class _Rule:
    """What a filter does: a condition and actions, both checked."""

    condition: str
    actions: tuple[Json, ...]


def list_filters(workspace: Workspace, call: Call) -> Json:
    """GET /destination/{id}/filters."""
    destination = destination_in(workspace, call)
    return page(call, "filters", [filter_view(item) for item in workspace.filters_of(destination.id)])


def get_filter(workspace: Workspace, call: Call) -> Json:
    """GET /destination/{id}/filters/{id}."""
    return {"filter": filter_view(_filter_in(workspace, call))}


def create_filter(workspace: Workspace, call: Call) -> Json:
    """POST /destination/{id}/filters. It must name the source of the destination, which has no other one."""
    destination, body = destination_in(workspace, call), call.body()
    if required(body, "sourceId", str) != destination.source_id:
        raise invalid("'sourceId' must be the source of the destination.", field="sourceId")
    rule = _rule(body)
    title, enabled = required(body, "title", str), required(body, "enabled", bool)
    description = text_or_null(body, "description", None)
    _check_room(workspace, destination)

    now = format_instant(workspace.clock())
    created = DestinationFilter(
        id=workspace.mint("destination filter", 22),
        source_id=destination.source_id,
        destination_id=destination.id,
        condition=rule.condition,
        actions=rule.actions,
        title=title,
        description=description,
        enabled=enabled,
        created_at=now,
        updated_at=now,
    )
    workspace.filters[created.id] = created
    _note(workspace, "Destination Filter Created", created)
    return {"filter": filter_view(created)}


def update_filter(workspace: Workspace, call: Call) -> Json:
    """PATCH /destination/{id}/filters/{id}. A null description removes it."""
    before, body = _filter_in(workspace, call), call.body()
    rule = _rule({"if": before.condition, "actions": list(before.actions), **body})
    title, enabled = optional(body, "title", str), optional(body, "enabled", bool)

    updated = replace(
        before,
        condition=rule.condition,
        actions=rule.actions,
        title=before.title if title is None else title,
        description=text_or_null(body, "description", before.description),
        enabled=before.enabled if enabled is None else enabled,
        updated_at=format_instant(workspace.clock()),
    )
    workspace.filters[before.id] = updated
    for name in _changes(before, updated):
        _note(workspace, name, updated)
    return {"filter": filter_view(updated)}


def remove_filter(workspace: Workspace, call: Call) -> Json:
    """DELETE /destination/{id}/filters/{id}."""
    removed = _filter_in(workspace, call)
    del workspace.filters[removed.id]
    _note(workspace, "Destination Filter Deleted", removed)
    return {"status": "SUCCESS"}


def preview_filter(_workspace: Workspace, call: Call) -> Json:
    """POST /destination/filters/preview: `result` is null when the event is dropped (assumed).

    A sample that goes by chance keeps the event, unless its percentage is 0 (assumed).
    """
    body = call.body()
    rule, payload = _rule(required(body, "filter", dict), "filter."), required(body, "payload", dict)
    compiled = compile_filter(rule.condition, rule.actions)
    return {"inputPayload": payload, "result": apply_filters([compiled], payload, lambda: 0.0)}


def _rule(body: Json, prefix: str = "") -> _Rule:
    """Read condition and actions; 422 says what is wrong with them."""
    condition = required(body, "if", str)
    try:
        compile_fql(condition)
    except InvalidFql as error:
        raise invalid(f"'{prefix}if' is not valid FQL: {error}", field=f"{prefix}if") from None
    if "actions" not in body:
        raise invalid(f"'{prefix}actions' is required.", field=f"{prefix}actions")
    problem = check_actions(body["actions"])
    if problem is not None:
        raise invalid(f"{prefix}{problem}.", field=f"{prefix}actions")
    return _Rule(condition, tuple(_action(action) for action in body["actions"]))


def _action(action: Mapping[str, object]) -> Json:
    return {name: action[name] for name in _ACTION_MEMBERS if action.get(name) is not None}


def _check_room(workspace: Workspace, destination: Destination) -> None:
    if not destination.kind.takes_filters:
        raise invalid(f"{destination.kind.name} takes no filters.")
    if len(workspace.filters_of(destination.id)) >= _MAX_FILTERS:
        raise invalid(f"A destination has at most {_MAX_FILTERS} filters; remove one first.")


def _filter_in(workspace: Workspace, call: Call) -> DestinationFilter:
    destination, filter_id = destination_in(workspace, call), call.path["filter_id"]
    found = workspace.filters.get(filter_id)
    if found is None or found.destination_id != destination.id:
        raise not_found("Filter", filter_id)
    return found


def _changes(before: DestinationFilter, after: DestinationFilter) -> Iterator[str]:
    """Name what an update did; the title of any other change than a switch is assumed, from the docs on alerts."""
    if before.enabled != after.enabled:
        yield "Destination Filter Enabled" if after.enabled else "Destination Filter Disabled"
    if replace(after, enabled=before.enabled, updated_at=before.updated_at) != before:
        yield "Destination Filter Modified"


def _note(workspace: Workspace, title: str, subject: DestinationFilter) -> None:
    workspace.note(title, "DESTINATION_FILTER", subject.id, subject.title)


OPERATIONS = (
    Operation("POST", "/destination/filters/preview", preview_filter),
    Operation("GET", "/destination/{destination_id}/filters", list_filters),
    Operation("POST", "/destination/{destination_id}/filters", create_filter),
    Operation("GET", "/destination/{destination_id}/filters/{filter_id}", get_filter),
    Operation("PATCH", "/destination/{destination_id}/filters/{filter_id}", update_filter),
    Operation("DELETE", "/destination/{destination_id}/filters/{filter_id}", remove_filter),
)
