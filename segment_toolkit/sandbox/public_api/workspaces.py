"""The workspace itself, and the echo operation that provokes errors on demand.

Source: Public API reference, "Get Workspace", "Echo".
"""

from __future__ import annotations

import re

from segment_toolkit.sandbox.public_api.call import Call
from segment_toolkit.sandbox.public_api.errors import ApiError, invalid, item
from segment_toolkit.sandbox.public_api.operation import Operation
from segment_toolkit.sandbox.wire import Json
from segment_toolkit.sandbox.workspace import Workspace


def get_workspace(workspace: Workspace, _call: Call) -> Json:
    """GET /: the token decides which workspace."""
    return {"workspace": {"id": workspace.id, "slug": workspace.facts.slug, "name": workspace.facts.name}}


def echo(_workspace: Workspace, call: Call) -> Json:
    """GET /echo. An earlier trigger wins; `delay` is ignored (ours: a sandbox never waits)."""
    message = call.argument("message")
    if message is None:
        raise invalid("'message' is required.", field="message")
    if _flag(call, "triggerError"):
        raise ApiError(_status(call), item("validation", message))
    if _flag(call, "triggerMultipleErrors"):
        raise ApiError(_status(call), item("validation", message), item("validation", message))
    if _flag(call, "triggerUnexpectedError"):
        raise ApiError(500, item("server", message))
    # Authorization is left out (ours), so that no client log shows the token by accident.
    headers = {name: value for name, value in call.headers.items() if name != "authorization"}
    return {"method": "get", "message": message, "headers": headers}


def _flag(call: Call, name: str) -> bool:
    return (call.argument(name) or "").lower() in ("true", "1")


def _status(call: Call) -> int:
    text = call.argument("statusCode") or "400"
    if not re.fullmatch("4[0-9][0-9]", text):
        raise invalid("'statusCode' must be from 400 to 499.", field="statusCode")
    return int(text)


OPERATIONS = (
    Operation("GET", "/", get_workspace),
    Operation("GET", "/echo", echo, versions=("v1", "v1alpha")),
)
