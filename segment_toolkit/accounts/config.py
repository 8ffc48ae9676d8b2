"""What a host may give for an account: the `config` of a new one, the `connection` of one to update.

    {"auth_scheme": "API_KEY", "val": {"generic_api_key": "...", "region": "us"}}

`val` may also hold public_api_token, write_key, write_keys ({source name: key}) and status. Hosts (URLs) are the
host application's to configure, never an account's: an account must not say where secrets are sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ..credentials import Credentials, credentials_from
from ..errors import InvalidParams
from ..names import did_you_mean, quoted
from .account import API_KEY, Status, status_named

HINT = 'Expected: config={"auth_scheme": "API_KEY", "val": {"generic_api_key": "...", "region": "us"}}.'
_VAL_NAMES = ("generic_api_key", "region", "public_api_token", "write_key", "write_keys", "status")
_BARE_SECRETS = ("generic_api_key", "public_api_token", "write_key")
_STARTING: tuple[Status, ...] = ("INITIALIZING", "INITIATED", "ACTIVE")


class Given(NamedTuple):
    """What a host gave; `status` is None when it did not say."""

    credentials: Credentials
    status: Status | None


def read_config(config: Mapping[str, Any] | None) -> Given:
    """The credentials and status of a new account. Raises InvalidParams, never quoting a value."""
    if config is None:
        raise InvalidParams("config is missing: a Segment account is connected with its key.", hint=HINT)
    given = _read_val(_val_of(config))
    if given.status in (None, "ACTIVE") and not given.credentials.secrets():
        raise InvalidParams("config holds no key: give a Public API token or a write key.", hint=HINT)
    return given


def read_connection(connection: Mapping[str, Any]) -> Given:
    """What to change in an account: the members of `val`, or a whole config. Raises InvalidParams."""
    whole = isinstance(connection, Mapping) and not connection.keys().isdisjoint(("val", "auth_scheme", "state"))
    state = connection.get("state", connection) if whole else {"auth_scheme": API_KEY, "val": connection}
    return _read_val(_val_of(state))


def merged(new: Credentials, old: Credentials) -> Credentials:
    """The old credentials with the new ones over them; write keys are added source by source."""
    return new.or_else(old).with_parts(write_keys={**old.write_keys, **new.write_keys})


def check_names(what: str, given: Iterable[object], known: Iterable[str], hint: str = "") -> None:
    """Raises InvalidParams for a name nobody knows, with the nearest. A name may be a misplaced secret: not quoted."""
    known = tuple(known)
    for name in given:
        if name not in known:
            near = did_you_mean(name, known, 1) if isinstance(name, str) else ""
            hint = hint or f"Expected: {', '.join(known)}."
            raise InvalidParams(f"{what} takes no {quoted(name)}{near or '.'}", hint=hint)


def _val_of(config: object) -> Mapping[str, Any]:
    if not isinstance(config, Mapping):
        raise InvalidParams("config must be an object.", hint=HINT)
    check_names("config", config, ("auth_scheme", "val"), HINT)
    if config.get("auth_scheme") != API_KEY:
        raise InvalidParams("Segment accounts have one auth scheme: auth_scheme must be 'API_KEY'.", hint=HINT)
    if not isinstance(config.get("val"), Mapping):
        raise InvalidParams("config has no val: an object that holds the key and the region.", hint=HINT)
    val: Mapping[str, Any] = config["val"]
    return val


def _read_val(val: Mapping[str, Any]) -> Given:
    check_names("val", val, _VAL_NAMES)
    for name in _BARE_SECRETS:
        if isinstance(val.get(name), str) and not val[name].strip():
            raise InvalidParams(f"{name} is empty.", hint="Give the key itself, or leave the name out.")
    credentials = credentials_from({name: value for name, value in val.items() if name != "status"})
    return Given(credentials, _status(val.get("status")))


def _status(word: object) -> Status | None:
    status = None if word is None else status_named(word)
    if status is not None and status not in _STARTING:
        raise InvalidParams(
            f"status may be given as {', '.join(_STARTING)}.", hint="Use disable or revoke to stop an account."
        )
    return status
