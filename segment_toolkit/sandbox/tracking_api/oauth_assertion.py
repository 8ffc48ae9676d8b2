"""The signed JWT by which an OAuth app proves who it is, checked in full.

Sources: Segment docs, "OAuth 2.0", for header and claims; the official Python and Node clients for what is really
sent: `iat` five seconds back and `exp` 55 seconds ahead, whole seconds in Python, fractions in Node once it has
corrected its clock; RFC 7515 and RFC 7523 for the rest. Assumed: no tolerance for clocks; `exp` at most 60 seconds
after the server's now; `iss` is not looked at (the docs leave the issuer open, the clients send the app id); the
wording of all descriptions but the two about time.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from segment_toolkit.sandbox import wire
from segment_toolkit.sandbox.tracking_api.oauth_answers import EARLY, EXPIRED, OAuthApp, Refused

LONGEST_LIFE_SECONDS = 60
# The clients' are under 1 KB; the limit bounds what a hostile one costs.
_LONGEST_ASSERTION = 16 * 1024
_LONGEST_ID = 255
_INSTALL = "OAuth needs PyJWT; install it with: pip install 'segment-agent-toolkit[sandbox]'"


@dataclass(frozen=True)
class Assertion:
    """An assertion that was found good: whose it is, and its `jti`."""

    app: OAuthApp
    jti: str


class UsedAssertions:
    """The ids of assertions that were already exchanged, each remembered until it has expired anyway.

    Only ids under a good signature get in, and none stays longer than a minute, so memory is bounded by the rate of
    honest exchanges.
    """

    def __init__(self) -> None:
        self._expiry: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Count the ids that are remembered."""
        return len(self._expiry)

    def first_use(self, app_id: str, jti: str, expires: float, now: float) -> bool:
        """Note an id, with times in epoch seconds; False when it was noted before and its assertion still lives."""
        with self._lock:
            self._forget(now)
            if self._expiry.get((app_id, jti), -math.inf) > now:
                return False
            self._expiry[app_id, jti] = expires
            self._expiry.move_to_end((app_id, jti))
            return True

    def _forget(self, now: float) -> None:
        # In order of use, not of expiry: one that expires early waits at most a minute behind one that lives on.
        while self._expiry and next(iter(self._expiry.values())) <= now:
            self._expiry.popitem(last=False)


def check_assertion(
    text: str, *, now: datetime, audience: str, apps: Mapping[str, OAuthApp], used: UsedAssertions
) -> Assertion:
    """Find the app that signed an assertion. `apps` maps app id to app.

    Raises Refused for anything wrong with it, ImportError when PyJWT is not installed.
    """
    kid, claims = _read(text)
    app = apps.get(_text(claims.get("sub")))
    if app is None or kid != app.key_id:
        raise _unknown_client()
    _check_signature(text, app)
    if not _is_meant_for(claims.get("aud"), audience):
        raise _invalid("the audience must be the token server of this region, without a trailing slash")
    expires = _check_times(claims, now.timestamp())
    jti = _text(claims.get("jti"))
    if not 0 < len(jti) <= _LONGEST_ID:
        raise _invalid("jti must be a text that names this assertion")
    if not used.first_use(app.id, jti, expires, now.timestamp()):
        raise _invalid("the assertion was used before")
    return Assertion(app, jti)


def _read(text: str) -> tuple[str, wire.Json]:
    """Read key id and claims, neither of them trusted yet."""
    import_jwt()
    from jwt import PyJWS, PyJWTError

    if len(text) > _LONGEST_ASSERTION or not text.isascii():
        raise _invalid("client_assertion is not a JWT")
    try:
        parts = PyJWS().decode_complete(text, options={"verify_signature": False})
        claims = wire.decode(parts["payload"])
    except (PyJWTError, ValueError, RecursionError):
        raise _invalid("client_assertion is not a JWT") from None
    header = parts["header"]
    # "crit" names extensions that must be understood; none is. [RFC 7515, 4.1.11]
    if not isinstance(claims, dict) or header.get("alg") != "RS256" or "crit" in header:
        raise _invalid("client_assertion must be a JWT signed with RS256")
    return _text(header.get("kid")), claims


def _check_signature(text: str, app: OAuthApp) -> None:
    from jwt import PyJWS, PyJWTError

    try:
        PyJWS().decode_complete(text, app.public_key_pem, algorithms=["RS256"])
    except (PyJWTError, ValueError, TypeError):
        raise _unknown_client() from None


def _check_times(claims: wire.Json, now: float) -> float:
    """Check when the assertion was made and how long it lives; return its expiry in epoch seconds.

    The two errors a client can mend come first: one with a fast clock also seems to live too long.
    """
    issued, expires = _instant(claims.get("iat")), _instant(claims.get("exp"))
    if issued is None or expires is None:
        raise _invalid("iat and exp must be epoch seconds")
    if expires <= now:
        raise _invalid(EXPIRED)
    if issued > now:
        raise _invalid(EARLY)
    if expires - now > LONGEST_LIFE_SECONDS:
        raise _invalid("the assertion must expire within a minute")
    return expires


def import_jwt() -> None:
    """Load PyJWT and what it checks RSA with. Raises ImportError naming the extra when they are not installed."""
    try:
        import cryptography
        import jwt
    except ImportError:
        raise ImportError(_INSTALL) from None
    del cryptography, jwt


def _is_meant_for(claim: object, audience: str) -> bool:
    return claim == audience or (isinstance(claim, list) and audience in claim)


def _instant(claim: object) -> float | None:
    if isinstance(claim, bool) or not isinstance(claim, int | float):
        return None
    try:
        return float(claim)
    except OverflowError:
        return None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _invalid(description: str) -> Refused:
    return Refused(400, "invalid_request", description)


def _unknown_client() -> Refused:
    # One description for an unknown app, key or signature: which of them it was is nobody's business.
    return Refused(401, "invalid_client", "no OAuth app with this id and key signed the assertion")
