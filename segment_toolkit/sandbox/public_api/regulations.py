"""Regulations: requests to suppress or delete people, and the list of who is suppressed.

Segment works on a regulation for up to 30 days. Here it has run when the call returns (assumed), and its status is
FINISHED, or FAILED for the one case that is documented. No audit event is named in the reference.
Sources: Public API reference, "Deletion and Suppression"; Segment docs, "User Deletion and Suppression".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from segment_toolkit.sandbox.instants import format_instant
from segment_toolkit.sandbox.public_api.call import Call, one_of, required
from segment_toolkit.sandbox.public_api.errors import invalid, not_found
from segment_toolkit.sandbox.public_api.lookup import source_in
from segment_toolkit.sandbox.public_api.operation import Operation
from segment_toolkit.sandbox.public_api.pages import page
from segment_toolkit.sandbox.public_api.regulation_effects import carried_out, is_internal
from segment_toolkit.sandbox.public_api.regulation_views import regulation_view, summary_view, suppression_views
from segment_toolkit.sandbox.state import Regulation, Source
from segment_toolkit.sandbox.wire import Json
from segment_toolkit.sandbox.workspace import Workspace

_TYPES = (
    "DELETE_INTERNAL",
    "DELETE_ONLY",
    "SUPPRESS_ONLY",
    "SUPPRESS_WITH_DELETE",
    "SUPPRESS_WITH_DELETE_INTERNAL",
    "UNSUPPRESS",
)
_SOURCE_TYPES = ("DELETE_ARCHIVE_ONLY", *_TYPES)
_STATUSES = ("FAILED", "FINISHED", "INITIALIZED", "INVALID", "NOT_SUPPORTED", "PARTIAL_SUCCESS", "RUNNING")
_MOST_SUBJECTS = 5000
# Older ones are not found any more.
_KEPT = timedelta(days=90)
_PER_MINUTE = 600


def create_in_workspace(workspace: Workspace, call: Call) -> Json:
    """POST /regulations."""
    return _create(workspace, call.body(), _TYPES, ("OBJECT_ID", "USER_ID"))


def create_in_source(workspace: Workspace, call: Call) -> Json:
    """POST /regulations/sources/{id}."""
    return _create(
        workspace, call.body(), _SOURCE_TYPES, ("ANONYMOUS_ID", "USER_ID"), source=source_in(workspace, call)
    )


def create_in_cloud_source(workspace: Workspace, call: Call) -> Json:
    """POST /regulations/cloudsources/{id}: about the objects of a collection.

    Taken for any source, and without an effect but on the list of suppressions: the sandbox keeps no objects.
    """
    source, body = source_in(workspace, call), call.body()
    return _create(workspace, body, _TYPES, ("OBJECT_ID",), source=source, collection=required(body, "collection", str))


def list_of_workspace(workspace: Workspace, call: Call) -> Json:
    """GET /regulations ? status, regulationTypes: those of the whole workspace, newest first (assumed)."""
    return _list(workspace, call, _TYPES, None)


def list_of_source(workspace: Workspace, call: Call) -> Json:
    """GET /regulations/sources/{id} ? status, regulationTypes: newest first (assumed)."""
    return _list(workspace, call, _SOURCE_TYPES, source_in(workspace, call).id)


def get_regulation(workspace: Workspace, call: Call) -> Json:
    """GET /regulations/{id}."""
    id_ = call.path["regulation_id"]
    regulation = workspace.regulations.get(id_)
    if regulation is None or not _is_kept(workspace, regulation):
        raise not_found("Regulation", id_)
    return {"regulation": regulation_view(workspace, regulation)}


def list_suppressions(workspace: Workspace, call: Call) -> Json:
    """GET /suppressions."""
    return page(call, "suppressed", suppression_views(workspace))


def _create(
    workspace: Workspace,
    body: Json,
    types: tuple[str, ...],
    subject_types: tuple[str, ...],
    *,
    source: Source | None = None,
    collection: str | None = None,
) -> Json:
    type_ = one_of(required(body, "regulationType", str), "regulationType", types)
    subject_type = one_of(required(body, "subjectType", str), "subjectType", subject_types)
    subject_ids = _subject_ids(required(body, "subjectIds", list))
    now = format_instant(workspace.clock())
    asked = Regulation(
        id=workspace.mint("regulation", 27),
        type=type_,
        status="RUNNING",
        subject_type=subject_type,
        subject_ids=subject_ids,
        source_id=None if source is None else source.id,
        created_at=now,
        finished_at=now,
        by="Public API token",
        collection=collection,
    )
    workspace.regulations[asked.id] = carried_out(workspace, asked)
    return {"regulateId": asked.id}


def _subject_ids(given: list[Any]) -> tuple[str, ...]:
    if not 1 <= len(given) <= _MOST_SUBJECTS:
        raise invalid(f"'subjectIds' must hold 1 to {_MOST_SUBJECTS} ids.", field="subjectIds")
    if not all(isinstance(id_, str) and id_.strip() for id_ in given):
        raise invalid("'subjectIds' must be an array of strings that are not blank.", field="subjectIds")
    return tuple(dict.fromkeys(given))


def _list(workspace: Workspace, call: Call, types: tuple[str, ...], source_id: str | None) -> Json:
    status = call.argument("status")
    statuses = _STATUSES if status is None else (one_of(status, "status", _STATUSES),)
    asked = call.array_argument("regulationTypes")
    wanted = types if asked is None else tuple(one_of(type_, "regulationTypes", types) for type_ in asked)
    found = [
        summary_view(item)
        for item in workspace.regulations.values()
        if item.source_id == source_id and item.status in statuses and item.type in wanted and _is_kept(workspace, item)
    ]
    return page(call, "regulations", found[::-1])


def _is_kept(workspace: Workspace, regulation: Regulation) -> bool:
    return regulation.created_at >= format_instant(workspace.clock() - _KEPT)


def _limit_headers(workspace: Workspace, data: Json) -> Mapping[str, str]:
    """Say how much of the limit is used: one for Segment-only types and one for the others, by the minute."""
    created = workspace.regulations[data["regulateId"]]
    minute = created.created_at[:16]
    consumed = sum(
        item.created_at.startswith(minute) and is_internal(item.type) == is_internal(created.type)
        for item in workspace.regulations.values()
    )
    reset = datetime.fromisoformat(minute).replace(tzinfo=UTC) + timedelta(minutes=1)
    return {
        "X-RateLimit-Remaining": str(max(0, _PER_MINUTE - consumed)),
        "X-RateLimit-Consumed": str(consumed),
        # RFC 5322, as documented; other limits of Segment's count seconds here.
        "X-RateLimit-Reset": format_datetime(reset, usegmt=True),
    }


OPERATIONS = (
    Operation("POST", "/regulations", create_in_workspace, headers=_limit_headers),
    Operation("GET", "/regulations", list_of_workspace),
    Operation("POST", "/regulations/sources/{source_id}", create_in_source, headers=_limit_headers),
    Operation("GET", "/regulations/sources/{source_id}", list_of_source),
    Operation("POST", "/regulations/cloudsources/{source_id}", create_in_cloud_source, headers=_limit_headers),
    Operation("GET", "/regulations/{regulation_id}", get_regulation),
    Operation("GET", "/suppressions", list_suppressions),
)
