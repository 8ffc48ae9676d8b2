"""What a regulation does: people are suppressed, let back in, or deleted from what the sandbox keeps.

Of the documentation: types with INTERNAL or ARCHIVE in their name are about what Segment itself keeps, the others also
about warehouses and destinations; a suppression of the whole workspace cannot be lifted in one source, such a
regulation fails. Assumed: it then does nothing at all, a deletion reaches dropped events too, and counters (usage,
deliveries) keep their numbers. Copies that destinations were sent are theirs.
Sources: Public API reference, "Deletion and Suppression"; Segment docs, "User Deletion and Suppression".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from segment_toolkit.sandbox.profiles.erasure import erase
from segment_toolkit.sandbox.profiles.identifiers import Identifier
from segment_toolkit.sandbox.state import NarrowSuppression, Regulation, Suppression
from segment_toolkit.sandbox.store.journal import PersonId
from segment_toolkit.sandbox.store.sightings import safe
from segment_toolkit.sandbox.warehouse.tables import WarehouseTables
from segment_toolkit.sandbox.workspace import Workspace

_MEMBERS: Mapping[str, PersonId] = {"USER_ID": "userId", "ANONYMOUS_ID": "anonymousId"}


def is_internal(regulation_type: str) -> bool:
    """Tell whether a type is about Segment alone, and not about destinations."""
    return regulation_type.endswith(("_INTERNAL", "_ARCHIVE_ONLY"))


def deletes(regulation_type: str) -> bool:
    """Tell whether a type deletes what was kept."""
    return "DELETE" in regulation_type


def carried_out(workspace: Workspace, regulation: Regulation) -> Regulation:
    """Do what a regulation asks for, and return it with its last status."""
    if regulation.type == "UNSUPPRESS" and _is_overruled(workspace, regulation):
        return replace(regulation, status="FAILED")
    if regulation.type == "UNSUPPRESS":
        _unsuppress(workspace, regulation)
    if regulation.type.startswith("SUPPRESS"):
        _suppress(workspace, regulation)
    if deletes(regulation.type):
        _delete(workspace, regulation)
    return replace(regulation, status="FINISHED")


def _is_overruled(workspace: Workspace, regulation: Regulation) -> bool:
    return regulation.source_id is not None and any(
        safe(id_) in workspace.suppressions for id_ in regulation.subject_ids if regulation.subject_type == "USER_ID"
    )


def _suppress(workspace: Workspace, regulation: Regulation) -> None:
    for id_ in regulation.subject_ids:
        if _is_of_workspace(regulation):
            workspace.suppressions.setdefault(safe(id_), Suppression(id_, regulation.created_at))
        else:
            narrow = _narrow(regulation, id_)
            workspace.narrow_suppressions.setdefault(narrow.id, narrow)


def _unsuppress(workspace: Workspace, regulation: Regulation) -> None:
    for id_ in regulation.subject_ids:
        if _is_of_workspace(regulation):
            workspace.suppressions.pop(safe(id_), None)
        else:
            workspace.narrow_suppressions.pop(_narrow(regulation, id_).id, None)


def _delete(workspace: Workspace, regulation: Regulation) -> None:
    """Delete people from the journal, from warehouses unless internal, from profiles unless of one source."""
    member = _MEMBERS.get(regulation.subject_type)
    if member is None:
        return
    ids, source_id = regulation.subject_ids, regulation.source_id
    workspace.store.journal.delete_people(workspace.id, ids, member=member, source_id=source_id)
    connection = workspace.store.database.connection
    if not is_internal(regulation.type):
        source = workspace.sources.get(source_id or "")
        schema = None if source is None else source.warehouse_schema
        for warehouse in workspace.warehouses.values():
            WarehouseTables(connection, warehouse.prefix).delete_people(ids, member=member, schema=schema)
    if source_id is None:
        kind = "user_id" if member == "userId" else "anonymous_id"
        erase(connection, workspace.facts.space_id, (Identifier(kind, id_) for id_ in ids))


def _is_of_workspace(regulation: Regulation) -> bool:
    return regulation.source_id is None and regulation.subject_type == "USER_ID"


def _narrow(regulation: Regulation, id_: str) -> NarrowSuppression:
    return NarrowSuppression(
        regulation.source_id, regulation.subject_type, id_, regulation.collection, regulation.created_at
    )
