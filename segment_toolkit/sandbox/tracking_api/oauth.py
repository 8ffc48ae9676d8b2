"""The token server of one workspace in one region: signed assertions in, access tokens out.

An access token says whose it is and until when, under an HMAC, so nothing has to be kept to check it. What it looks
like is assumed (the docs treat it as opaque), and so is the 401 of a source with OAuth enforced. That tokens hold in
one region only is documented.

Sources: Segment docs, "OAuth 2.0"; the token managers of the official Python and Node clients.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qsl

from segment_toolkit.sandbox import wire
from segment_toolkit.sandbox.hosts import Region
from segment_toolkit.sandbox.tracking_api.oauth_answers import Answer, OAuthApp, Refused, token_answer
from segment_toolkit.sandbox.tracking_api.oauth_assertion import Assertion, UsedAssertions, check_assertion

#: Region to the address of its token server, which is also the audience of assertions.
TOKEN_SERVERS: Mapping[Region, str] = {"us": "https://oauth2.segment.io", "eu": "https://oauth2.eu1.segmentapis.com"}

_FORM = "application/x-www-form-urlencoded"
_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_MOST_FIELDS = 32
_LONGEST_FORM = 64 * 1024
_LONGEST_TOKEN = 4096


class TokenServer:
    """Issues and checks access tokens; `secret` never leaves it."""

    def __init__(self, *, secret: bytes, workspace_id: str, region: Region) -> None:
        self._secret = secret
        self._workspace_id = workspace_id
        self._region: Region = region

    def exchange(
        self,
        form: bytes,
        content_type: str,
        *,
        now: datetime,
        audience: str,
        apps: Mapping[str, OAuthApp],
        used: UsedAssertions,
    ) -> Answer:
        """Answer `POST /token`: 200 with a token, or 400, 401, 415 with `{"error", "error_description"}`.

        `audience` is this server's own address, without a trailing slash. Raises ImportError when PyJWT is not
        installed, and for nothing that the caller sent.
        """
        try:
            fields = _fields(form, content_type)
            assertion = check_assertion(fields["client_assertion"], now=now, audience=audience, apps=apps, used=used)
            scope = _scope(fields.get("scope", ""), assertion.app)
        except Refused as refused:
            return refused.answer(now)
        token = self._issue(assertion, scope, now)
        seconds = assertion.app.token_seconds
        body: wire.Json = {"access_token": token, "token_type": "Bearer", "expires_in": seconds, "scope": scope}
        return token_answer(200, body, now)

    def check(self, token: str, now: datetime) -> str | None:
        """Return the id of the app a token was issued to; None when it is not ours, of another region, or expired.

        A token outlives its app and the connection to its source: whether the app may write is the caller's to ask.
        """
        claims = self._open(token)
        if claims is None or (claims["workspace"], claims["region"]) != (self._workspace_id, self._region):
            return None
        return str(claims["app"]) if now.timestamp() < claims["expires"] else None

    def _issue(self, assertion: Assertion, scope: str, now: datetime) -> str:
        claims: wire.Json = {
            "app": assertion.app.id,
            "workspace": self._workspace_id,
            "region": self._region,
            "scope": scope,
            "expires": now.timestamp() + assertion.app.token_seconds,
            # Two tokens of one app at one moment still differ.
            "id": hashlib.sha256(assertion.jti.encode("utf-8", "surrogatepass")).hexdigest()[:16],
        }
        payload = wire.encode(claims)
        return f"{_base64(payload)}.{_base64(self._seal(payload))}"

    def _open(self, token: str) -> wire.Json | None:
        """Return what the token says if this server sealed it."""
        payload, _, seal = token.partition(".")
        if len(token) > _LONGEST_TOKEN or not token.isascii():
            return None
        try:
            content, given = _unbase64(payload), _unbase64(seal)
        except binascii.Error:
            return None
        if not hmac.compare_digest(self._seal(content), given):
            return None
        claims: wire.Json = wire.decode(content)
        return claims

    def _seal(self, payload: bytes) -> bytes:
        return hmac.digest(self._secret, payload, "sha256")


def _fields(form: bytes, content_type: str) -> dict[str, str]:
    """Read the form. Raises Refused unless it asks for a token by a signed assertion."""
    if content_type.partition(";")[0].strip().lower() != _FORM:
        raise Refused(415, "invalid_request", f"the content type must be {_FORM}")
    if len(form) > _LONGEST_FORM:
        raise Refused(400, "invalid_request", "the form is too large")
    fields = _pairs(form)
    if fields.get("grant_type") != "client_credentials":
        raise Refused(400, "unsupported_grant_type", "grant_type must be client_credentials")
    if fields.get("client_assertion_type") != _BEARER:
        raise Refused(400, "invalid_request", f"client_assertion_type must be {_BEARER}")
    if not fields.get("client_assertion"):
        raise Refused(400, "invalid_request", "client_assertion is missing")
    return fields


def _pairs(form: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(form.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise Refused(400, "invalid_request", "the body is not a form") from None
    fields = dict(pairs)
    # Repeated parameters are an error. [RFC 6749, 3.2]
    if len(fields) < len(pairs):
        raise Refused(400, "invalid_request", "a field is given twice")
    return fields


def _scope(asked: str, app: OAuthApp) -> str:
    """Return the scopes asked for. Raises Refused for none (assumed), and for one the app does not have."""
    scopes = asked.split()
    if not scopes or not set(scopes) <= set(app.scope.split()):
        raise Refused(400, "invalid_scope", "scope must name scopes that the OAuth app has")
    return " ".join(scopes)


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def _unbase64(text: str) -> bytes:
    """Read base64url without padding, in its one spelling. Raises binascii.Error for anything else."""
    content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _base64(content) != text:
        raise binascii.Error
    return content
