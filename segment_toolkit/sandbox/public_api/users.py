"""Users of the workspace: list, read.

Source: Public API reference, "IAM Users".
"""

from __future__ import annotations

from segment_toolkit.sandbox.public_api.call import Call
from segment_toolkit.sandbox.public_api.errors import not_found
from segment_toolkit.sandbox.public_api.operation import Operation
from segment_toolkit.sandbox.public_api.pages import page
from segment_toolkit.sandbox.public_api.views import user_view
from segment_toolkit.sandbox.wire import Json
from segment_toolkit.sandbox.workspace import Workspace


def list_users(workspace: Workspace, call: Call) -> Json:
    """GET /users."""
    return page(call, "users", [user_view(user) for user in workspace.users.values()])


def get_user(workspace: Workspace, call: Call) -> Json:
    """GET /users/{id}."""
    user = workspace.users.get(call.path["user_id"])
    if user is None:
        raise not_found("User", call.path["user_id"])
    return {"user": user_view(user)}


OPERATIONS = (
    Operation("GET", "/users", list_users),
    Operation("GET", "/users/{user_id}", get_user),
)
