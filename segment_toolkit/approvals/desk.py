"""`Approvals`: calls that wait for somebody's yes, under tokens that only the host sees.

A token is bound to one call (tool, exact arguments, user, account), works once, and lasts a quarter of an hour. It is
in no JSON and no repr: the host finds it at `envelope.approval`. In memory, of this process; thread-safe.
"""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Lock
from typing import Any

from ..errors import InvalidParams, NotPermitted

DEFAULT_SECONDS = 900.0
#: Of one user, so that no agent can push out what waits for another user's yes; and of all together.
MOST_OF_A_USER = 20
MOST = 1000
_HINT = "Ask the user again; do not try again by yourself."
Digest = bytes


@dataclass(frozen=True)
class PendingApproval:
    """A call that was refused for want of an approval. Show `preview` to whoever may approve it.

    `override_needed` says why a grant must be given with `override=True`; empty when it need not.
    """

    token: str = field(repr=False)
    tool: str
    title: str
    arguments: Mapping[str, Any] = field(repr=False)
    user_id: str | None
    preview: Mapping[str, Any] = field(repr=False)
    override_needed: str = ""


@dataclass
class _Case:
    pending: PendingApproval
    digest: Digest
    expires: float
    granted: bool = False
    override: bool = False


class Approvals:
    """The calls of a toolkit that wait; `toolkit.approvals`. Several toolkits of a process may share one.

    seconds: how long a token lasts, from the refused call and again from the grant. clock: monotonic seconds.
    """

    def __init__(self, *, seconds: float = DEFAULT_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        if seconds <= 0:
            raise InvalidParams("seconds must be more than 0.")
        self._seconds = seconds
        self._clock = clock
        self._lock = Lock()
        self._cases: OrderedDict[bytes, _Case] = OrderedDict()
        self._over: OrderedDict[bytes, str] = OrderedDict()
        self._salt = secrets.token_bytes(32)

    def __repr__(self) -> str:
        return f"<Approvals: {len(self.pending())} waiting>"

    def pending(self) -> list[PendingApproval]:
        """What waits for a grant, oldest first."""
        with self._lock:
            self._expire()
            return [case.pending for case in self._cases.values() if not case.granted]

    def grant(self, token: str, *, override: bool = False) -> PendingApproval:
        """Let the next identical call of that user run, once. Raises InvalidParams for a token that is not waiting."""
        with self._lock:
            self._expire()
            case = self._cases.get(_key(token))
            if case is None:
                raise InvalidParams(f"This approval token {self._fate(token)}.")
            case.granted, case.override = True, override is True
            case.expires = self._clock() + self._seconds
            return case.pending

    def deny(self, token: str) -> None:
        """Forget the call, granted or not. A token that is not waiting is no error."""
        with self._lock:
            if self._cases.pop(_key(token), None) is not None:
                self._remember(_key(token), "was denied")

    # What follows is the engine's side of the desk.

    def digest(self, text: str) -> Digest:
        """What a call is bound to, from its text; means nothing outside of this desk."""
        return sha256(self._salt + text.encode("utf-8", "surrogatepass")).digest()

    def wait(self, digest: Digest, made: Callable[[str], PendingApproval]) -> PendingApproval:
        """Have a call wait. The same call, made again, has the same token, and the newer preview."""
        with self._lock:
            self._expire()
            for case in self._cases.values():
                if case.digest == digest and not case.granted:
                    case.pending = made(case.pending.token)
                    return case.pending
            token = secrets.token_urlsafe(32)
            case = _Case(made(token), digest, self._clock() + self._seconds)
            self._cases[_key(token)] = case
            self._make_room(case.pending.user_id)
            return case.pending

    def check(self, token: object, digest: Digest) -> None:
        """Raises NotPermitted for a token that does not approve this call."""
        with self._lock:
            self._expire()
            self._valid(token, digest)

    def take(self, token: str | None, digest: Digest, *, override: bool, override_needed: str) -> str:
        """Use up the token of a call, or without one its grant. Returns what approved it: "token", "grant" or "".

        Raises NotPermitted, using nothing up, for a token that is not this call's, and for a needed override.
        """
        with self._lock:
            self._expire()
            case = self._granted(digest) if token is None else self._valid(token, digest)
            if case is None:
                return ""
            if override_needed and not (override or case.override):
                raise override_missing(case.pending.title, override_needed)
            key = _key(case.pending.token)
            del self._cases[key]
            self._remember(key, "was used before")
            return "grant" if token is None else "token"

    def _valid(self, token: object, digest: Digest) -> _Case:
        case = self._cases.get(_key(token)) if isinstance(token, str) else None
        if case is None:
            raise NotPermitted(f"The approval token {self._fate(token)}; nothing was done.", hint=_HINT)
        if case.digest != digest:
            raise NotPermitted("The approval is for another call than this one; nothing was done.", hint=_HINT)
        return case

    def _granted(self, digest: Digest) -> _Case | None:
        return next((case for case in self._cases.values() if case.granted and case.digest == digest), None)

    def _fate(self, token: object) -> str:
        over = self._over.get(_key(token)) if isinstance(token, str) else None
        return over or "is none of this toolkit's"

    def _expire(self) -> None:
        now = self._clock()
        for key in [key for key, case in self._cases.items() if case.expires <= now]:
            del self._cases[key]
            self._remember(key, "has expired")

    def _make_room(self, user_id: str | None) -> None:
        waiting = [key for key, case in self._cases.items() if case.pending.user_id == user_id and not case.granted]
        surplus = waiting[: max(0, len(waiting) - MOST_OF_A_USER)]
        for key in [*surplus, *list(self._cases)[: max(0, len(self._cases) - len(surplus) - MOST)]]:
            if self._cases.pop(key, None) is not None:
                self._remember(key, "was pushed out by newer ones")

    def _remember(self, key: bytes, fate: str) -> None:
        self._over[key] = fate
        if len(self._over) > MOST:
            self._over.popitem(last=False)


def override_missing(title: str, why: str) -> NotPermitted:
    """A yes that is not enough."""
    return NotPermitted(
        f"{title} was approved, but {why}: that needs the host's explicit override; nothing was done.",
        hint="Tell the user. The host overrides with Override(reason) or override=True, not by an argument.",
    )


def _key(token: object) -> bytes:
    """Tokens are looked up by digest, so that the time it takes says nothing about them."""
    return sha256(str(token).encode("utf-8", "surrogatepass")).digest()
