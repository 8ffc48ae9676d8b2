"""How regulations and suppressions look on the wire.

Source: Public API reference, "Deletion and Suppression". Assumed: a stream is a source, all of them for a regulation of
the workspace; the destinations under it are those a deletion would be forwarded to, and since the sandbox forwards
none, each is NOT_SUPPORTED; the list of suppressions has one entry a subject, suppressions of one source included.
"""

from __future__ import annotations

from segment_toolkit.sandbox.public_api.regulation_effects import deletes, is_internal
from segment_toolkit.sandbox.state import Destination, Regulation
from segment_toolkit.sandbox.wire import Json
from segment_toolkit.sandbox.workspace import Workspace

_NOT_FORWARDED = "The sandbox forwards no deletions to destinations."


def regulation_view(workspace: Workspace, regulation: Regulation) -> Json:
    """Show a regulation with its streams; sources that were deleted since are left out."""
    of_source = regulation.source_id
    streams = [_stream(workspace, regulation, id_) for id_ in workspace.sources if of_source in (None, id_)]
    return {
        "id": regulation.id,
        "workspaceId": workspace.id,
        "overallStatus": regulation.status,
        **_finished(regulation),
        "createdAt": regulation.created_at,
        "streamStatus": streams,
    }


def summary_view(regulation: Regulation) -> Json:
    """Show a regulation as the lists do."""
    return {
        "id": regulation.id,
        "subjectType": regulation.subject_type,
        "subjects": list(regulation.subject_ids),
        "status": regulation.status,
        "createdAt": regulation.created_at,
        "regulationType": regulation.type,
        **_finished(regulation),
    }


def suppression_views(workspace: Workspace) -> list[Json]:
    """Show who is suppressed, those of the whole workspace first; sources that were deleted since are left out."""
    wide = [_suppressed("USER_ID", item.user_id) for item in workspace.suppressions.values()]
    narrow = [
        _suppressed(item.subject_type, item.subject_id)
        for item in workspace.narrow_suppressions.values()
        if item.source_id is None or item.source_id in workspace.sources
    ]
    return wide + narrow


def _suppressed(subject_type: str, subject_id: str) -> Json:
    return {"subjectType": subject_type, "subjectIds": [subject_id]}


def _finished(regulation: Regulation) -> Json:
    return {} if regulation.finished_at is None else {"finishedAt": regulation.finished_at}


def _stream(workspace: Workspace, regulation: Regulation, source_id: str) -> Json:
    forwarded = deletes(regulation.type) and not is_internal(regulation.type)
    destinations = workspace.destinations_of(source_id) if forwarded else []
    return {"id": source_id, "destinationStatus": [_status(regulation, item) for item in destinations]}


def _status(regulation: Regulation, destination: Destination) -> Json:
    return {
        "name": destination.kind.name,
        "id": destination.id,
        "status": "NOT_SUPPORTED",
        "errString": _NOT_FORWARDED,
        "finishedAt": regulation.finished_at or regulation.created_at,
    }
