"""`Approvals`: calls that wait for somebody's yes, under tokens that only the host sees.

A token is bound to one call (tool, exact arguments, user, account), works once, and lasts a quarter of an hour. It is
in no JSON and no repr: the host finds it at `envelope.approval`. `cases` keeps what waits; tokens themselves are kept
nowhere, as each is made from its case's id and a secret.
"""

from __future__ import annotations

import hmac
import math
import os
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ..errors import InvalidParams, NotPermitted
from .approval import PendingApproval
from .cases import Case, Cases, MemoryCases

DEFAULT_SECONDS = 900.0
#: Of one user, so that no agent can push out what waits for another user's yes; and of all together.
MOST_OF_A_USER = 20
MOST = 1000
_HINT = "Ask the user again; do not try again by yourself."
_ID_BYTES, _ID_CHARACTERS = 12, 16
Digest = bytes


class Approvals:
    """The calls of a toolkit that wait; `toolkit.approvals`. Several toolkits of a process may share one.

    seconds: how long a token lasts, from the refused call and again from the grant.
    path: a SQLite file that several processes may share, made on first use and mode 0600; in memory by default. A token
        that one of them gave out is good in each, and runs its call once.
    secret_key: what makes the tokens of a file, the same in every process. By default SEGMENT_TOOLKIT_SECRET_KEY of the
        environment, else a key file beside the file, made with it.
    clock: seconds; by default monotonic in memory, and the time of day in a file.

    Raises InvalidParams: seconds that are no time, a file that others can read, a wrong or missing key.
    """

    def __init__(
        self,
        *,
        seconds: float = DEFAULT_SECONDS,
        path: str | os.PathLike[str] | None = None,
        secret_key: str | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        if not isinstance(seconds, int | float) or not 0 < seconds < math.inf:
            raise InvalidParams("seconds must be a number, and more than 0.")
        self._seconds = seconds
        self._clock = clock or (time.monotonic if path is None else time.time)
        self._cases: Cases = MemoryCases() if path is None else _in_file(path, secret_key)

    def __repr__(self) -> str:
        return f"<Approvals in {self._cases!r}>"

    def pending(self) -> list[PendingApproval]:
        """What waits for a grant, oldest first."""
        with self._cases.exclusive():
            self._expire()
            return [self._with_token(case) for case in self._cases.all() if not case.granted]

    def grant(self, token: str, *, override: bool = False) -> PendingApproval:
        """Let the next identical call of that user run, once. Raises InvalidParams for a token that is not waiting."""
        with self._cases.exclusive():
            self._expire()
            case = self._case(token)
            if case is None:
                raise InvalidParams(f"This approval token {self._fate(token)}.")
            expires = self._clock() + self._seconds
            self._cases.put(replace(case, granted=True, override=override is True, expires=expires))
            return self._with_token(case)

    def deny(self, token: str) -> None:
        """Forget the call, granted or not. A token that is not waiting is no error."""
        with self._cases.exclusive():
            self._cases.end(self._id(token), "was denied")

    def close(self) -> None:
        """Give the file back; the next use opens it again. What waits goes on waiting."""
        self._cases.close()

    # What follows is the engine's side of the desk.

    def digest(self, text: str) -> Digest:
        """What a call is bound to, from its text; means nothing to who has not the secret."""
        return hmac.digest(self._cases.secret, text.encode("utf-8", "surrogatepass"), "sha256")

    def wait(self, digest: Digest, approval: PendingApproval, shown: Mapping[str, Any]) -> PendingApproval:
        """Have a call wait; returns it with its token. The same call, made again, has the same one, and a new preview.

        `shown` are its arguments without secrets, which a file keeps.
        """
        with self._cases.exclusive():
            self._expire()
            case = next(iter(self._cases.of_call(digest)), None)
            if case is not None:
                case = replace(case, approval=approval, shown=shown)
                self._cases.put(case)
            else:
                case = Case(_new_id(), digest, approval, shown, self._clock() + self._seconds)
                self._cases.put(case)
                self._make_room(approval.user_id)
            return self._with_token(case)

    def check(self, token: object, digest: Digest) -> None:
        """Raises NotPermitted for a token that does not approve this call."""
        with self._cases.exclusive():
            self._expire()
            self._valid(token, digest)

    def take(self, token: str | None, digest: Digest, *, override: bool, override_needed: str) -> str:
        """Use up the token of a call, or without one its grant. Returns what approved it: "token", "grant" or "".

        Raises, using nothing up, NotPermitted for a token that is not this call's, OverrideMissing for a plain yes.
        """
        with self._cases.exclusive():
            self._expire()
            case = self._granted(digest) if token is None else self._valid(token, digest)
            if case is None:
                return ""
            if override_needed and not (override or case.override):
                raise OverrideMissing(case.approval.title, override_needed)
            self._cases.end(case.id, "was used before")
            return "grant" if token is None else "token"

    def _valid(self, token: object, digest: Digest) -> Case:
        case = self._case(token)
        if case is None:
            raise NotPermitted(f"The approval token {self._fate(token)}; nothing was done.", hint=_HINT)
        if case.call != digest:
            raise NotPermitted("The approval is for another call than this one; nothing was done.", hint=_HINT)
        return case

    def _granted(self, digest: Digest) -> Case | None:
        return next((case for case in self._cases.of_call(digest) if case.granted), None)

    def _case(self, token: object) -> Case | None:
        return self._cases.get(self._id(token))

    def _fate(self, token: object) -> str:
        return self._cases.fate(self._id(token)) or "is none of this toolkit's"

    def _expire(self) -> None:
        self._cases.expire(self._clock())

    def _make_room(self, user_id: str | None) -> None:
        cases = self._cases.all()
        waiting = [case.id for case in cases if case.approval.user_id == user_id and not case.granted]
        surplus = waiting[: max(0, len(waiting) - MOST_OF_A_USER)]
        for case_id in [*surplus, *[case.id for case in cases[: max(0, len(cases) - len(surplus) - MOST)]]]:
            self._cases.end(case_id, "was pushed out by newer ones")

    def _with_token(self, case: Case) -> PendingApproval:
        return replace(case.approval, token=self._token(case.id))

    def _token(self, case_id: str) -> str:
        return case_id + _text(hmac.digest(self._cases.secret, b"token " + case_id.encode(), "sha256"))

    def _id(self, token: object) -> str:
        """The id in a token of ours; "", which is no id, for any other. The time it takes says nothing about tokens."""
        text = token if isinstance(token, str) and token.isascii() else ""
        case_id = text[:_ID_CHARACTERS]
        return case_id if hmac.compare_digest(self._token(case_id), text) else ""


class OverrideMissing(NotPermitted):
    """A yes that is not enough."""

    def __init__(self, title: str, why: str) -> None:
        super().__init__(
            f"{title} was approved, but {why}: that needs the host's explicit override; nothing was done.",
            hint="Tell the user. The host overrides with Override(reason) or override=True, not by an argument.",
        )


def _in_file(path: str | os.PathLike[str], secret_key: str | None) -> Cases:
    from .file import FileCases

    return FileCases(path, secret_key=secret_key)


def _new_id() -> str:
    return _text(secrets.token_bytes(_ID_BYTES))


def _text(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode("ascii")
