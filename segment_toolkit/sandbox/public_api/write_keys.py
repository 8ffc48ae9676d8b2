"""Write keys of a source: create, remove (both alpha).

Source: Public API reference, "Create Write Key for Source", "Remove Write Key from Source".
"""

from __future__ import annotations

from dataclasses import replace

from segment_toolkit.sandbox.public_api.call import Call
from segment_toolkit.sandbox.public_api.errors import ApiError, item
from segment_toolkit.sandbox.public_api.lookup import source_in
from segment_toolkit.sandbox.public_api.operation import Operation
from segment_toolkit.sandbox.public_api.views import source_view
from segment_toolkit.sandbox.wire import Json
from segment_toolkit.sandbox.workspace import Workspace


def create_write_key(workspace: Workspace, call: Call) -> Json:
    """POST /sources/{id}/writekey, no body. The answer does not single the new key out."""
    source = source_in(workspace, call)
    updated = replace(source, write_keys=(*source.write_keys, workspace.mint("write key", 32)))
    workspace.sources[source.id] = updated
    workspace.note("Source Modified", "SOURCE", source.id, source.name)
    return {"source": source_view(workspace, updated)}


def remove_write_key(workspace: Workspace, call: Call) -> Json:
    """DELETE /sources/{id}/writekey/{key}. 404 for an unknown key; the last one may go (both assumed)."""
    source = source_in(workspace, call)
    if call.path["write_key"] not in source.write_keys:
        # The key is a secret, so the message does not repeat it.
        raise ApiError(404, item("not-found", "Write key not found in this source."))
    others = tuple(key for key in source.write_keys if key != call.path["write_key"])
    workspace.sources[source.id] = replace(source, write_keys=others)
    workspace.note("Source Modified", "SOURCE", source.id, source.name)
    return {"status": "SUCCESS"}


OPERATIONS = (
    Operation("POST", "/sources/{source_id}/writekey", create_write_key, stability="v1alpha"),
    Operation("DELETE", "/sources/{source_id}/writekey/{write_key}", remove_write_key, stability="v1alpha"),
)
