"""Write keys of a source: create, remove (both alpha).

Source: Public API reference, "Create Write Key for Source", "Remove Write Key from Source".
"""

from __future__ import annotations

from segment_toolkit.sandbox.public_api.call import Call
from segment_toolkit.sandbox.public_api.errors import ApiError, item
from segment_toolkit.sandbox.public_api.lookup import source_in
from segment_toolkit.sandbox.public_api.views import source_view
from segment_toolkit.sandbox.state import Workspace
from segment_toolkit.sandbox.wire import Json


def create_write_key(workspace: Workspace, call: Call) -> Json:
    """POST /sources/{id}/writekey, no body. The answer does not single the new key out."""
    source = source_in(workspace, call)
    source.write_keys.append(workspace.mint("write key", 32))
    return {"source": source_view(workspace, source)}


def remove_write_key(workspace: Workspace, call: Call) -> Json:
    """DELETE /sources/{id}/writekey/{key}. 404 for an unknown key; the last one may go (both assumed)."""
    source = source_in(workspace, call)
    if call.path["write_key"] not in source.write_keys:
        # The key is a secret, so the message does not repeat it.
        raise ApiError(404, item("not-found", "Write key not found in this source."))
    source.write_keys.remove(call.path["write_key"])
    return {"status": "SUCCESS"}
