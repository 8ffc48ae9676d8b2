"""How a call to the Tracking API carries an access token, and what a source with OAuth enforced answers without one.

The call has `Authorization: Bearer <token>` and the write key in its body; the header leaves no room for the key.
Status 401 is what the official clients plan for: they drop the token and fetch another. The body is assumed, in the
shape of the other refusals of the edge, and so is the `WWW-Authenticate` header (RFC 6750).

Sources: Segment docs, "OAuth 2.0"; the official Python and Node clients.
"""

from __future__ import annotations

from datetime import datetime

from segment_toolkit.sandbox.tracking_api.oauth import TokenServer
from segment_toolkit.sandbox.tracking_api.oauth_answers import Answer
from segment_toolkit.sandbox.wire import Json


def bearer_token(authorization: str) -> str | None:
    """Return the token of an Authorization header, or None when it carries none."""
    scheme, _, token = authorization.partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def bearer_write_key(document: Json) -> str:
    """Return the write key of a call with a bearer token: the one in the body, or "" when there is none."""
    key = document.get("writeKey")
    return key.strip() if isinstance(key, str) else ""


def refusal(server: TokenServer, authorization: str, app_id: str, now: datetime) -> Answer | None:
    """Return the 401 for a call to a source that enforces OAuth and is connected to the app `app_id`.

    None when the call carries a token of that app. A source that is connected but does not enforce OAuth looks at no
    token (assumed): do not ask for it.
    """
    token = bearer_token(authorization)
    if token is None:
        return _unauthorized("An access token is required", "Bearer")
    if server.check(token, now) != app_id:
        return _unauthorized("The access token is not valid", 'Bearer error="invalid_token"')
    return None


def _unauthorized(message: str, challenge: str) -> Answer:
    body: Json = {"success": False, "message": message, "code": "unauthorized"}
    return Answer(401, body, {"WWW-Authenticate": challenge})
