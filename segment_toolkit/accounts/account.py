"""The values: a connected account, an auth config, and the words for their status. None shows a secret."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from ..credentials import Credentials, KeyKind
from ..errors import InvalidParams
from ..names import did_you_mean, quoted

Status = Literal["INITIALIZING", "INITIATED", "ACTIVE", "FAILED", "EXPIRED", "INACTIVE", "REVOKED"]
STATUSES: tuple[Status, ...] = get_args(Status)
AuthConfigStatus = Literal["ENABLED", "DISABLED"]
API_KEY: Literal["API_KEY"] = "API_KEY"
_MASK = "********"


@dataclass(frozen=True)
class Reference:
    """A toolkit, by its slug."""

    slug: str = "segment"


@dataclass(frozen=True)
class AuthConfigReference:
    """An auth config, by its id."""

    id: str
    auth_scheme: Literal["API_KEY"] = API_KEY


@dataclass(frozen=True, kw_only=True)
class ConnectedAccount:
    """One user's Segment workspace. `user_id` is the host's tenant, never Segment's `userId`.

    Times are ISO 8601, UTC. `credentials` is for the transport: repr and `to_dict` show no secret.
    """

    id: str
    user_id: str
    auth_config_id: str
    status: Status
    credentials: Credentials = field(repr=False, hash=False)
    alias: str | None = None
    created_at: str
    updated_at: str
    toolkit: Reference = Reference()

    @property
    def auth_config(self) -> AuthConfigReference:
        """The auth config it was made with."""
        return AuthConfigReference(self.auth_config_id)

    @property
    def is_disabled(self) -> bool:
        """True when the host switched it off; `enable` switches it on again."""
        return self.status == "INACTIVE"

    @property
    def success(self) -> bool:
        """Always True. Composio answers a change with `success`; here a change that fails raises."""
        return True

    @property
    def name(self) -> str:
        """What to call it in a list: its alias and id, or its id."""
        return f"{self.alias} ({self.id})" if self.alias else self.id

    @property
    def recognised(self) -> tuple[KeyKind, ...]:
        """Which kinds of secret it holds."""
        return tuple(_kinds(self.credentials))

    @property
    def notes(self) -> tuple[str, ...]:
        """What it still lacks, and what to do about each."""
        return tuple(_lacks(self.credentials))

    def to_dict(self) -> dict[str, Any]:
        """A JSON object, every secret masked."""
        return {
            "id": self.id,
            "user_id": self.user_id,
            "auth_config": {"id": self.auth_config_id, "auth_scheme": API_KEY},
            "toolkit": {"slug": self.toolkit.slug},
            "status": self.status,
            "is_disabled": self.is_disabled,
            "alias": self.alias,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "recognised": list(self.recognised),
            "notes": list(self.notes),
            "credentials": _masked(self.credentials),
        }


@dataclass(frozen=True, kw_only=True)
class AuthConfig:
    """How users of one application connect to Segment: always with an API key of their own. Holds no secret."""

    id: str
    name: str
    status: AuthConfigStatus = "ENABLED"
    created_at: str
    toolkit: Reference = Reference()
    auth_scheme: Literal["API_KEY"] = API_KEY
    is_composio_managed: Literal[False] = False

    @property
    def enabled(self) -> bool:
        """False refuses new accounts; the accounts it has keep working."""
        return self.status == "ENABLED"

    @property
    def success(self) -> bool:
        """Always True, as on a connected account."""
        return True

    def to_dict(self) -> dict[str, Any]:
        """A JSON object."""
        return {
            "id": self.id,
            "name": self.name,
            "toolkit": {"slug": self.toolkit.slug},
            "auth_scheme": self.auth_scheme,
            "status": self.status,
            "created_at": self.created_at,
            "is_composio_managed": self.is_composio_managed,
        }


@dataclass(frozen=True)
class Deleted:
    """The answer to a delete that worked."""

    id: str
    success: Literal[True] = True


def status_named(word: object) -> Status:
    """The status of that name. Raises InvalidParams, naming the nearest."""
    for status in STATUSES:
        if word == status:
            return status
    near = did_you_mean(word, STATUSES, 1) if isinstance(word, str) else ""
    raise InvalidParams(f"No status is called {quoted(word)}{near or '.'}", hint=f"Expected: {', '.join(STATUSES)}.")


def new_id(prefix: str) -> str:
    """A random id such as `ca_...`: 96 bits, so that none is ever guessed or met twice."""
    return f"{prefix}_{os.urandom(12).hex()}"


def now() -> str:
    """The time as ISO 8601 in UTC, to the microsecond."""
    from datetime import UTC, datetime

    return datetime.now(UTC).isoformat(timespec="microseconds")


def _kinds(credentials: Credentials) -> Iterator[KeyKind]:
    if credentials.public_api_token:
        yield "public_api_token"
    if credentials.write_key or credentials.write_keys:
        yield "write_key"


def _lacks(credentials: Credentials) -> Iterator[str]:
    held = set(_kinds(credentials))
    if credentials.region is None:
        yield "region not set: the toolkit's is used, or calls are refused; update the account with region=us or eu"
    if "write_key" not in held:
        yield "no write key: event tools need one; update the account with write_key=..."
    if "public_api_token" not in held:
        yield "no Public API token: workspace tools need one; update the account with public_api_token=..."


def _masked(credentials: Credentials) -> dict[str, Any]:
    return {
        "region": credentials.region,
        "public_api_token": _MASK if credentials.public_api_token else None,
        "write_key": _MASK if credentials.write_key else None,
        "write_keys": dict.fromkeys(credentials.write_keys, _MASK),
    }
