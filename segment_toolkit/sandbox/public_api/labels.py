"""Labels of the workspace and of its sources.

Source: Public API reference, "Labels", and the IAM docs page on labels: a label must exist in the workspace
before a resource can carry it, and a resource carries at most one value per key. The status of a breach is
assumed: 422.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from segment_toolkit.sandbox.public_api.call import Call, optional, required
from segment_toolkit.sandbox.public_api.errors import invalid, not_found
from segment_toolkit.sandbox.public_api.lookup import source_in
from segment_toolkit.sandbox.public_api.operation import Operation
from segment_toolkit.sandbox.public_api.views import label_view
from segment_toolkit.sandbox.state import Label, Source
from segment_toolkit.sandbox.wire import Json
from segment_toolkit.sandbox.workspace import Workspace

# Key and value start with a letter and hold letters, digits and hyphens.  [docs: IAM, "Labels"]
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


def list_labels(workspace: Workspace, _call: Call) -> Json:
    """GET /labels; not paginated."""
    return {"labels": [label_view(label) for label in workspace.labels.values()]}


def create_label(workspace: Workspace, call: Call) -> Json:
    """POST /labels."""
    label = _read(required(call.body(), "label", dict), "label")
    if not (_WORD.fullmatch(label.key) and _WORD.fullmatch(label.value)):
        raise invalid("Key and value are letters, digits and hyphens, a letter first.", field="label")
    if label.id in workspace.labels:
        raise invalid("The label exists already.", field="label")
    workspace.labels[label.id] = label
    workspace.note("Label Created", "LABEL", label.id, label.id)
    return {"label": label_view(label)}


def delete_label(workspace: Workspace, call: Call) -> Json:
    """DELETE /labels/{key}/{value}. Refused while a source carries it."""
    label = workspace.labels.get(f"{call.path['key']}:{call.path['value']}")
    if label is None:
        raise not_found("Label", f"{call.path['key']}:{call.path['value']}")
    if any(label in source.labels for source in workspace.sources.values()):
        raise invalid("The label is in use; take it off every source first.", field="value")
    del workspace.labels[label.id]
    workspace.note("Label Deleted", "LABEL", label.id, label.id)
    return {"status": "SUCCESS"}


def add_labels(workspace: Workspace, call: Call) -> Json:
    """POST /sources/{id}/labels: adds, never replaces. Answers the whole list of the source (assumed)."""
    source = source_in(workspace, call)
    return _relabelled(workspace, source, [*source.labels, *_existing(workspace, call)])


def replace_labels(workspace: Workspace, call: Call) -> Json:
    """PUT /sources/{id}/labels: the given labels and no others; an empty list clears (assumed)."""
    return _relabelled(workspace, source_in(workspace, call), _existing(workspace, call))


def _relabelled(workspace: Workspace, source: Source, labels: Iterable[Label]) -> Json:
    updated = replace(source, labels=_one_value_per_key(labels))
    workspace.sources[source.id] = updated
    workspace.note("Source Modified", "SOURCE", source.id, source.name)
    return {"labels": [label_view(label) for label in updated.labels]}


def _existing(workspace: Workspace, call: Call) -> list[Label]:
    asked = [_read(item, "labels") for item in required(call.body(), "labels", list)]
    if any(label.id not in workspace.labels for label in asked):
        raise invalid("A label does not exist in the workspace; create it first.", field="labels")
    return [label for label in workspace.labels.values() if label in asked]


def _one_value_per_key(labels: Iterable[Label]) -> tuple[Label, ...]:
    distinct = tuple(dict.fromkeys(labels))
    if len({label.key for label in distinct}) < len(distinct):
        raise invalid("A source carries at most one label per key.", field="labels")
    return distinct


def _read(item: object, field: str) -> Label:
    if not isinstance(item, dict):
        raise invalid("A label must be an object with a key and a value.", field=field)
    return Label(required(item, "key", str), required(item, "value", str), optional(item, "description", str))


OPERATIONS = (
    Operation("GET", "/labels", list_labels),
    Operation("POST", "/labels", create_label, status=201),
    Operation("DELETE", "/labels/{key}/{value}", delete_label),
    Operation("POST", "/sources/{source_id}/labels", add_labels),
    Operation("PUT", "/sources/{source_id}/labels", replace_labels),
)
