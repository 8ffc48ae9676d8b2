"""Labels of the workspace and of its sources.

Source: Public API reference, "Labels", and the IAM docs page on labels: a label must exist in the workspace
before a resource can carry it, and a resource carries at most one value per key. The status of a breach is
assumed: 422.
"""

from __future__ import annotations

import re

from segment_toolkit.sandbox.public_api.call import Call, optional, required
from segment_toolkit.sandbox.public_api.errors import invalid
from segment_toolkit.sandbox.public_api.lookup import source_in
from segment_toolkit.sandbox.public_api.views import label_view
from segment_toolkit.sandbox.state import Label, Workspace
from segment_toolkit.sandbox.wire import Json

# Key and value start with a letter and hold letters, digits and hyphens.  [docs: IAM, "Labels"]
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


def list_labels(workspace: Workspace, _call: Call) -> Json:
    """GET /labels; not paginated."""
    return {"labels": [label_view(label) for label in workspace.labels]}


def create_label(workspace: Workspace, call: Call) -> Json:
    """POST /labels."""
    label = _read(required(call.body(), "label", dict), "label")
    if not (_WORD.fullmatch(label.key) and _WORD.fullmatch(label.value)):
        raise invalid("Key and value are letters, digits and hyphens, a letter first.", field="label")
    if label in workspace.labels:
        raise invalid("The label exists already.", field="label")
    workspace.labels.append(label)
    return {"label": label_view(label)}


def add_labels(workspace: Workspace, call: Call) -> Json:
    """POST /sources/{id}/labels: adds, never replaces. Answers the whole list of the source (assumed)."""
    source = source_in(workspace, call)
    source.labels = _one_value_per_key(source.labels + _existing(workspace, call))
    return {"labels": [label_view(label) for label in source.labels]}


def replace_labels(workspace: Workspace, call: Call) -> Json:
    """PUT /sources/{id}/labels: the given labels and no others; an empty list clears (assumed)."""
    source = source_in(workspace, call)
    source.labels = _one_value_per_key(_existing(workspace, call))
    return {"labels": [label_view(label) for label in source.labels]}


def _existing(workspace: Workspace, call: Call) -> list[Label]:
    asked = [_read(item, "labels") for item in required(call.body(), "labels", list)]
    if any(label not in workspace.labels for label in asked):
        raise invalid("A label does not exist in the workspace; create it first.", field="labels")
    return [label for label in workspace.labels if label in asked]


def _one_value_per_key(labels: list[Label]) -> list[Label]:
    distinct = list(dict.fromkeys(labels))
    if len({label.key for label in distinct}) < len(distinct):
        raise invalid("A source carries at most one label per key.", field="labels")
    return distinct


def _read(item: object, field: str) -> Label:
    if not isinstance(item, dict):
        raise invalid("A label must be an object with a key and a value.", field=field)
    return Label(required(item, "key", str), required(item, "value", str), optional(item, "description", str))
