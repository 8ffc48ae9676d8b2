"""The Profile API: `GET /v1/spaces/{space}/collections/{users|accounts}/profiles/{id}/{view}`.

Basic authentication, the access token as user name. Every answer has a `Request-Id`. Source: Segment docs,
"Profile API". The limit of 100 requests a second is not kept here. Error messages are assumed except those of a
missing profile and of a collection with invalid characters.
"""

from __future__ import annotations

import base64
import binascii
import re
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from urllib.parse import unquote_plus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from segment_toolkit.sandbox.instants import Clock, utc_now
from segment_toolkit.sandbox.profiles.profile import Profile
from segment_toolkit.sandbox.profiles.profiles import Profiles
from segment_toolkit.sandbox.profiles.query import ProfileApiError, Query
from segment_toolkit.sandbox.profiles.values import milliseconds
from segment_toolkit.sandbox.profiles.views import VIEWS
from segment_toolkit.sandbox.wire import Json, JsonAnswer

PATH = "/v1/spaces/{space_id}/collections/{collection}/profiles/{external_id}/{view}"

_COLLECTIONS = ("users", "accounts")
_REQUEST_ID = "Request-Id"
TokenOf = Callable[[str], str | None]


def profile_api(
    profiles: Callable[[], Profiles],
    token_of: TokenOf,
    lock: AbstractContextManager[object],
    *,
    clock: Clock = utc_now,
    request_id: Callable[[], str] = lambda: str(uuid.uuid4()),
) -> Starlette:
    """Build the application. `token_of` returns the id of the space that an access token may read.

    Paths must reach it percent-encoded. `lock` is held from the look-up until the answer is written.
    """

    async def endpoint(request: Request) -> Response:
        with lock:
            try:
                body = _answer(profiles, token_of, clock, request)
            except ProfileApiError as error:
                return JsonAnswer(error.envelope(), error.status, headers={_REQUEST_ID: request_id()})
            return JsonAnswer(body, headers={_REQUEST_ID: request_id()})

    # Starlette runs handlers that are not async in a thread pool, which the in-process transport cannot wait for.
    async def no_route(_request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        body = ProfileApiError(error.status_code, "invalid_request_error", "No such route.").envelope()
        return JsonAnswer(body, error.status_code, headers={**(error.headers or {}), _REQUEST_ID: request_id()})

    app = Starlette(routes=[Route(PATH, endpoint, methods=["GET"])], exception_handlers={HTTPException: no_route})
    app.router.redirect_slashes = False
    return app


def access_token(authorization: str) -> str:
    """Read the user name of Basic authentication; "" when there is none."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        pair = base64.b64decode(encoded.strip(), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""
    return pair.partition(":")[0]


def _answer(profiles: Callable[[], Profiles], token_of: TokenOf, clock: Clock, request: Request) -> Json:
    # Segment asks callers to write `+` as %2B, so a bare one is taken for a space.
    path = {name: unquote_plus(value, errors="replace") for name, value in request.path_params.items()}
    token = access_token(request.headers.get("authorization", ""))
    # That a token of another space gets 401 too is assumed.
    if not token or token_of(token) != path["space_id"]:
        raise ProfileApiError(401, "authentication_error", "The access token is missing or invalid.")
    profile, view = _profile(profiles(), path), VIEWS.get(path["view"])
    if profile is None:
        raise ProfileApiError(404, "not_found", "Profile was not found.")
    if view is None:
        raise ProfileApiError(404, "not_found", "The requested resource was not found.")
    query = Query(request.url.path, request.scope["query_string"].decode("latin-1"), milliseconds_of(clock))
    return view(profile, query)


def _profile(profiles: Profiles, path: dict[str, str]) -> Profile | None:
    collection = path["collection"]
    wrong = re.search(r"[^A-Za-z0-9_\-]", collection)
    if wrong:
        message = f"The parameter `collection` has invalid character(s) `{wrong[0]}`"
        raise ProfileApiError(400, "validation_error", message)
    return profiles.profile(path["space_id"], collection, path["external_id"]) if collection in _COLLECTIONS else None


def milliseconds_of(clock: Clock) -> int:
    """Read a clock as milliseconds since 1970."""
    return milliseconds(clock().isoformat()) or 0
