"""What the tests of OAuth share: the time, key pairs made for the run, and a maker of assertions."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from segment_toolkit.sandbox.tracking_api.oauth_answers import Answer

NOW = datetime(2026, 3, 18, 10, 30, tzinfo=UTC)
AUDIENCE = "https://oauth2.segment.io"
FORM = "application/x-www-form-urlencoded"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

Exchange = Callable[..., Answer]


@dataclass(frozen=True)
class KeyPair:
    private_pem: str
    public_pem: str


def make_key_pair() -> KeyPair:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return KeyPair(private.decode(), public.decode())


def make_assertion(claims: dict[str, Any], header: dict[str, Any], key: str, algorithm: str) -> str:
    at = int(NOW.timestamp())
    usual = {"iss": "app_1", "sub": "app_1", "aud": AUDIENCE, "iat": at - 5, "exp": at + 55, "jti": "j-1"}
    payload = without_nones({**usual, **claims})
    headers = {"kid": "key_1", **header}
    # As JWS and not as JWT, so that claims of any type can be signed.
    return jwt.PyJWS().encode(json.dumps(payload).encode(), key, algorithm=algorithm, headers=headers)


def without_nones(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
