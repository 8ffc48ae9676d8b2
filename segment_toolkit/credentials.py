"""Whose Segment a call is for: region, hosts and secrets of one workspace, and how a bare key is recognised.

Segment has two kinds of secret. A Public API token runs the workspace; a write key sends events to one source.
Neither can do the other's work, so a toolkit may hold both, or several write keys under their sources' names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal, NoReturn
from urllib.parse import urlsplit

from .errors import InvalidArguments, InvalidParams, Problem, UnknownMask
from .names import did_you_mean, quoted
from .secrecy.redaction import Redactor, fitting, is_mask, mask
from .transport.regions import Region, mismatch

KeyKind = Literal["public_api_token", "write_key"]

# The names besides us and eu are assumed: of Segment's EU hosts, and of the cloud zones that its guide names.
_REGION_NAMES: Mapping[str, Region] = {
    "us": "us", "us1": "us", "us-west-2": "us", "eu": "eu", "eu1": "eu", "eu-west-1": "eu",
}  # fmt: skip
_URLS = ("public_api_url", "tracking_url", "legacy_url")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
#: A host as every reader of URLs understands it, with a port or without; and a path that no reader rewrites.
_NETLOC = re.compile(r"([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?", re.ASCII)
_PATH = re.compile(r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]*)*", re.ASCII)


#: The parts of credentials, by name.
NAMES = ("region", "public_api_token", "write_key", "write_keys", *_URLS)


class Credentials:
    """What one workspace is reached with; every part may be missing. Unchangeable, and its repr shows no secret.

    `write_keys` maps a source's name (the host's choice, usually its slug) to its key. The URLs are the host's
    overrides of Segment's hosts: https, or plain http to loopback.

    No dataclass, and its parts are not in its `__dict__`: web frameworks, formatters of logs and reporters of errors
    write out what they find there (`asdict`, `vars`), and find no secret. `parts` is for who means it.
    """

    __slots__ = (*NAMES, "__dict__")
    region: Region | None
    public_api_token: str | None
    write_key: str | None
    write_keys: Mapping[str, str]
    public_api_url: str | None
    tracking_url: str | None
    legacy_url: str | None

    def __init__(
        self,
        *,
        region: Region | None = None,
        public_api_token: str | None = None,
        write_key: str | None = None,
        write_keys: Mapping[str, str] | None = None,
        public_api_url: str | None = None,
        tracking_url: str | None = None,
        legacy_url: str | None = None,
    ) -> None:
        parts = (region, public_api_token, write_key, write_keys or {}, public_api_url, tracking_url, legacy_url)
        for name, part in zip(NAMES, parts, strict=True):
            object.__setattr__(self, name, part)

    def __setattr__(self, name: str, _: object) -> NoReturn:
        raise AttributeError(f"credentials do not change: {name} is set when they are made")

    def parts(self) -> dict[str, Any]:
        """Every part by its name, secrets included."""
        return {name: getattr(self, name) for name in NAMES}

    def with_parts(self, **parts: Any) -> Credentials:
        """These, with other parts."""
        return Credentials(**{**self.parts(), **parts})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Credentials) and self.parts() == other.parts()

    __hash__ = None  # type: ignore[assignment]  # `write_keys` has none

    def __repr__(self) -> str:
        held = [name for name, part in self.parts().items() if name != "region" and part]
        return f"<Credentials region={self.region} holding {', '.join(held) or 'nothing'}>"

    def __copy__(self) -> Credentials:
        return self

    def __deepcopy__(self, _: dict[int, Any]) -> Credentials:
        return self

    def __reduce_ex__(self, _: Any) -> NoReturn:
        """A pickle would hold the secrets in the clear."""
        raise TypeError("credentials are not pickled: hand over the id of a connected account instead")

    def secrets(self) -> tuple[str, ...]:
        """Every secret held, for redaction."""
        held = (self.public_api_token, self.write_key, *self.write_keys.values())
        return tuple(secret for secret in held if secret)

    @cached_property
    def redactor(self) -> Redactor:
        """Cuts these secrets out of text and data."""
        return Redactor(self.secrets())

    @cached_property
    def key_is_doubtful(self) -> bool:
        """Whether a key for Segment's own hosts is not of the known form. Other collectors have forms of their own."""
        keys = (self.write_key, *self.write_keys.values())
        return self.tracking_url is None and any(key and recognised(key) != "write_key" for key in keys)

    @cached_property
    def mismatch(self) -> str | None:
        """Why region and hosts cannot be meant together; None if nothing is known to be wrong."""
        return mismatch(self.region, {name: getattr(self, name) for name in _URLS})

    def or_else(self, other: Credentials) -> Credentials:
        """These, with what is missing taken from `other`."""
        return self.with_parts(**{name: part for name, part in other.parts().items() if not getattr(self, name)})

    @property
    def has_secret(self) -> bool:
        """Whether there is a token or a write key."""
        return bool(self.public_api_token or self.write_key or self.write_keys)

    def hosts_of(self, other: Credentials) -> Credentials:
        """These, with region and hosts that are missing taken from `other`: configuration, but no secret."""
        names = ("region", *_URLS)
        return self.with_parts(**{n: getattr(other, n) for n in names if not getattr(self, n)})

    def key_for(self, name_or_key: str | None) -> str | None:
        """The write key meant: the default one, that of a named source, that of a mask, or the given key itself.

        Raises UnknownMask, and InvalidArguments for what is none of these: surely a placeholder.
        """
        if name_or_key is None:
            return self.write_key or (next(iter(self.write_keys.values())) if len(self.write_keys) == 1 else None)
        key = self.write_keys.get(name_or_key)
        if key is None and is_mask(name_or_key):
            return self._masked_key(name_or_key)
        if key is None and recognised(name_or_key) != "write_key":
            names = ", ".join(self.write_keys)
            right = "32 letters and digits, or the mask of one" + (f", or one of the sources {names}" if names else "")
            problem = Problem("writeKey", f"is not a write key ({right}); leave it out to use the configured one")
            raise InvalidArguments([problem])
        return key or name_or_key.strip()

    def _masked_key(self, mask_of: str) -> str:
        keys = {key: name for name, key in (("", self.write_key), *self.write_keys.items()) if key}
        found = fitting(mask_of, keys)
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(filter(None, (keys[key] for key in found)))
            raise InvalidArguments([Problem("writeKey", f"is the mask of several keys; give the source: {names}")])
        shown = ", ".join(map(mask, keys)) or "none"
        raise UnknownMask([Problem("writeKey", f"is the mask of none of the configured keys ({shown})")])


def recognised(key: str) -> KeyKind | None:
    """Which kind of secret a bare key is, by its form; None when it is neither.

    Public API tokens start with `sgp_` (assumed from samples); a write key is 32 alphanumerics, says a maintainer
    of Segment's Node SDK.
    """
    key = key.strip()
    if key.startswith("sgp_"):
        return "public_api_token"
    return "write_key" if re.fullmatch(r"[A-Za-z0-9]{32}", key) else None


def region_named(name: str) -> Region:
    """`us` or `eu`, from any of the names Segment uses. Raises InvalidParams."""
    region = _REGION_NAMES.get(name.strip().lower())
    if region is None:
        raise InvalidParams(
            f"No Segment region has that name; region must be one of {', '.join(sorted(_REGION_NAMES))}."
        )
    return region


def credentials_from(values: Mapping[str, Any]) -> Credentials:
    """Credentials from named values, as a host or a connected account gives them; None and "" mean absent.

    `generic_api_key` is filed by its form. Raises InvalidParams, never quoting a value: also for a region and hosts
    that cannot be meant together.
    """
    given = {name: value for name, value in values.items() if value not in (None, "", {})}
    known = {*NAMES, "generic_api_key"}
    for name in given:
        if name not in known:
            near = did_you_mean(name, known, 1) if isinstance(name, str) else ""
            raise InvalidParams(f"No credential is called {quoted(name)}{near or '.'}")
    bare = given.pop("generic_api_key", None)
    if bare is not None:
        kind = _kind_of(bare)
        named = given.setdefault(kind, bare)
        if not isinstance(named, str) or named.strip() != bare.strip():  # neither may win unseen
            raise InvalidParams(f"generic_api_key has the form of a {kind}, and {kind} is given with another value.")
    cleaned: dict[str, Any] = {name: _clean(name, value) for name, value in given.items()}
    made = Credentials(**cleaned)
    if made.mismatch:
        raise InvalidParams(made.mismatch)
    return made


def _kind_of(key: Any) -> KeyKind:
    kind = recognised(key) if isinstance(key, str) else None
    if kind is None:
        raise InvalidParams(
            "generic_api_key is neither a Public API token (sgp_...) nor a write key (32 letters and digits).",
            hint="Give it by its own name instead: public_api_token=... or write_key=...",
        )
    return kind


def _clean(name: str, value: Any) -> Any:
    if name == "write_keys":
        if not isinstance(value, Mapping):
            raise InvalidParams("write_keys must map source names to write keys.")
        if any(recognised(str(source)) for source in value):
            raise InvalidParams("write_keys has a key where a source name belongs; it maps source names to keys.")
        return {str(source): _secret("write_keys", key) for source, key in value.items()}
    if not isinstance(value, str):
        raise InvalidParams(f"{name} must be a string.")
    if name == "region":
        return region_named(value)
    return url(name, value) if name.endswith("_url") else _secret(name, value)


def _secret(name: str, value: Any) -> str:
    """A secret goes into an HTTP header: no blank, no line break, nothing but ASCII."""
    text = value.strip() if isinstance(value, str) else ""
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise InvalidParams(f"{name} must be a non-blank string of printable ASCII without spaces.")
    if name.startswith("write_key") and ":" in text:
        # It is the user name of basic authentication, which ends at a colon.
        raise InvalidParams(f"{name} must not have a colon in it.")
    if name.startswith("write_key") and recognised(text) == "public_api_token":
        # It would travel with every event.
        raise InvalidParams(f"{name} has the form of a Public API token; give it as public_api_token.")
    return text


def url(name: str, value: str) -> str:
    """A base URL without trailing slash; a tracking URL without a path gets /v1. Raises InvalidParams.

    Names and addresses are taken as they are written, and only the plain spelling of loopback is loopback: what is read
    in two ways (a number for an address, a dot at the end, letters beyond ASCII) is refused or needs https.
    """
    try:
        parts = urlsplit(value.strip())
        host, _ = parts.hostname, parts.port  # a bad port raises ValueError
    except ValueError:
        raise InvalidParams(f"{name} is not a URL.") from None
    plain = bool(host) and _NETLOC.fullmatch(parts.netloc) and _PATH.fullmatch(parts.path)
    if not plain or parts.scheme not in ("https", "http") or parts.query or parts.fragment:
        raise InvalidParams(
            f"{name} must be a plain URL such as https://proxy.example.com, without user, query or dots in its path.",
            hint="Write a name with other letters than ASCII as DNS does (xn--...).",
        )
    if parts.scheme == "http" and host not in _LOOPBACK:
        raise InvalidParams(f"{name} must use https: plain http would send secrets in the clear (allowed to loopback).")
    path = parts.path.rstrip("/") or ("/v1" if name == "tracking_url" else "")
    return f"{parts.scheme}://{parts.netloc}{path}"


def from_environment(environ: Mapping[str, str]) -> Credentials:
    """Credentials from SEGMENT_* variables. Raises InvalidParams."""
    names = ("region", "public_api_token", "write_key", "public_api_url", "tracking_url", "legacy_url")
    return credentials_from({name: environ.get(f"SEGMENT_{name.upper()}") for name in names})
