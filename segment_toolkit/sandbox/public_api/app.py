"""The Public API as a Starlette application; whose workspace a call is about is said in its scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from email.utils import format_datetime

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from segment_toolkit.sandbox.backend import Backend
from segment_toolkit.sandbox.public_api.call import Call, decoded
from segment_toolkit.sandbox.public_api.errors import (
    ApiError,
    item,
    not_acceptable,
    rate_limited,
    too_large,
    unauthorized,
)
from segment_toolkit.sandbox.public_api.media_types import negotiated
from segment_toolkit.sandbox.public_api.operation import Operation
from segment_toolkit.sandbox.public_api.routes import OPERATIONS
from segment_toolkit.sandbox.rate_limits import PublicCalls
from segment_toolkit.sandbox.recording import MAX_BODY_BYTES
from segment_toolkit.sandbox.wire import Json, JsonAnswer

# The member of the ASGI scope that holds the id of the workspace whose token the request carried.
WORKSPACE_ID = "segment.workspace_id"


def public_api(backend: Backend) -> Starlette:
    """Build the application. Paths must reach it percent-encoded, so that %2F in an id is no slash."""
    app = Starlette(
        routes=[_route(backend, operation) for operation in OPERATIONS],
        exception_handlers={HTTPException: _no_operation},
    )
    app.router.redirect_slashes = False
    return app


def error_answer(error: ApiError) -> Response:
    """Turn an error into its envelope."""
    return JsonAnswer(error.envelope(), status_code=error.status, headers=error.headers)


def _route(backend: Backend, operation: Operation) -> Route:
    operation_id = operation.id

    async def endpoint(request: Request) -> Response:
        path = decoded(request.path_params)
        query = request.scope["query_string"].decode("latin-1")
        call = Call(path, query, dict(request.headers), await request.body())
        accept = request.headers.getlist("accept")
        try:
            _check_rate(backend, PublicCalls(request.scope[WORKSPACE_ID], operation_id))
            return _answered(backend, operation, request.scope[WORKSPACE_ID], call, accept)
        except ApiError as error:
            return error_answer(error)

    return Route(operation.path, endpoint, methods=[operation.method])


def _check_rate(backend: Backend, calls: PublicCalls) -> None:
    """Count a call before anything else is looked at: one that is refused later counts as well (assumed)."""
    over = backend.limiter.take(calls, backend.clock())
    if over is not None:
        raise rate_limited(over)


def _answered(backend: Backend, operation: Operation, workspace_id: str, call: Call, accept: Sequence[str]) -> Response:
    if len(call.raw_body) > MAX_BODY_BYTES:
        raise too_large(MAX_BODY_BYTES)
    media_type = negotiated(accept, operation.media_types)
    if media_type is None:
        raise not_acceptable(operation.media_types)
    data, headers = _handled(backend, operation, workspace_id, call)
    # Every HTTP server tells its time (RFC 9110); ours is the sandbox's own, which may have been moved.
    dated = {"Date": format_datetime(backend.clock(), usegmt=True), **(headers or {})}
    return JsonAnswer({"data": data}, operation.status, headers=dated, media_type=media_type)


def _handled(
    backend: Backend, operation: Operation, workspace_id: str, call: Call
) -> tuple[Json, Mapping[str, str] | None]:
    """Run an operation; what it refuses with an error after it began to write is undone."""
    with backend.lock if operation.method == "GET" else backend.transaction():
        workspace = backend.workspaces.get(workspace_id)
        # A reset came between the look at the token and now.
        if workspace is None:
            raise unauthorized()
        data = operation.handler(workspace, call)
        return data, None if operation.headers is None else operation.headers(workspace, data)


# Starlette runs handlers that are not async in a thread pool, which the in-process transport cannot wait for.
async def _no_operation(_request: Request, error: Exception) -> Response:
    """404 and 405 for what is no operation; both with the error envelope (assumed)."""
    if not isinstance(error, HTTPException):
        raise error
    kind = "method-not-allowed" if error.status_code == 405 else "not-found"
    body = ApiError(error.status_code, item(kind, f"No such operation: {error.detail}.")).envelope()
    return JsonAnswer(body, error.status_code, headers=dict(error.headers or {}))
