"""The Public API as a Starlette application, behind the check of the token."""

from __future__ import annotations

import hmac

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from segment_toolkit.sandbox.backend import Backend
from segment_toolkit.sandbox.public_api.call import Call, decoded
from segment_toolkit.sandbox.public_api.errors import ApiError, item
from segment_toolkit.sandbox.public_api.routes import OPERATIONS, Operation
from segment_toolkit.sandbox.wire import JsonAnswer


def public_api(backend: Backend) -> Starlette:
    """Build the application. Paths must reach it percent-encoded, so that %2F in an id is no slash."""
    app = Starlette(
        routes=[_route(backend, operation) for operation in OPERATIONS],
        exception_handlers={HTTPException: _no_operation},
    )
    app.router.redirect_slashes = False
    return app


def is_authorised(backend: Backend, authorization: str) -> bool:
    """Tell whether an Authorization header carries this workspace's token."""
    scheme, _, token = authorization.partition(" ")
    given, known = token.strip().encode("latin-1", "replace"), backend.workspace.token.encode()
    return scheme.lower() == "bearer" and hmac.compare_digest(given, known)


def error_answer(error: ApiError) -> Response:
    """Turn an error into its envelope."""
    return JsonAnswer(error.envelope(), status_code=error.status)


def _route(backend: Backend, operation: Operation) -> Route:
    async def endpoint(request: Request) -> Response:
        path = decoded(request.path_params)
        query = request.scope["query_string"].decode("latin-1")
        call = Call(path, query, dict(request.headers), await request.body())
        # Encoding happens inside the lock too: the answer refers to records that others may change.
        with backend.lock:
            try:
                data = operation.handler(backend.workspace, call)
            except ApiError as error:
                return error_answer(error)
            return JsonAnswer({"data": data}, operation.status, media_type=operation.media_type)

    return Route(operation.path, endpoint, methods=[operation.method])


# Starlette runs handlers that are not async in a thread pool, which the in-process transport cannot wait for.
async def _no_operation(_request: Request, error: Exception) -> Response:
    """404 and 405 for what is no operation; both with the error envelope (assumed)."""
    if not isinstance(error, HTTPException):
        raise error
    kind = "method-not-allowed" if error.status_code == 405 else "not-found"
    body = ApiError(error.status_code, item(kind, f"No such operation: {error.detail}.")).envelope()
    return JsonAnswer(body, error.status_code, headers=dict(error.headers or {}))
