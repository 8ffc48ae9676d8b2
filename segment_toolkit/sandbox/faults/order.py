"""What somebody asks for, and the fault that it makes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from segment_toolkit.sandbox.faults.fault import ErrorToRaise, Fault, Unusable
from segment_toolkit.sandbox.faults.kinds import ELSEWHERE, KINDS, UNNAMED, Kind

MAX_SECONDS = 3_600


@dataclass(frozen=True, kw_only=True)
class Order:
    """A fault as it is asked for: None leaves the choice to the kind, and a condition that is None matches all.

    Without `times` it is played once, or with a `probability` until it is removed.
    """

    kind: str | None = None
    status: int | None = None
    body: bytes | str | None = None
    headers: Mapping[str, str] | None = None
    error: ErrorToRaise | None = None
    seconds: float | None = None
    location: str | None = None
    after: bool = False
    method: str | None = None
    path: str | None = None
    host: str | None = None
    times: int | None = None
    probability: float | None = None
    seed: int | None = None

    def fault(self) -> Fault:
        """Make the fault. Raises Unusable, whose text says which member is wrong and what is right."""
        kind = _kind(self.kind)
        self._check(kind)
        seconds = kind.seconds if self.seconds is None else float(self.seconds)
        return Fault(
            kind=self.kind,
            act=kind.act,
            status=kind.status if self.status is None else self.status,
            body=kind.body if self.body is None else self.body,
            headers=self._headers(kind, seconds),
            error=self.error,
            seconds=seconds,
            method=self.method,
            path=self.path,
            host=self.host,
            times=1 if self.times is None and self.probability is None else self.times,
            after=self.after or kind.after,
            probability=self.probability,
            seed=self.seed,
        )

    def _check(self, kind: Kind) -> None:
        for member in ("status", "body", "headers", "error", "seconds", "location"):
            if getattr(self, member) is not None and member not in kind.takes:
                raise Unusable(member, f"goes only with {_takers(member)}")
        if self.after and not kind.after and "after" not in kind.takes:
            raise Unusable("after", f"goes only with {_takers('after')}")
        # Without a kind any status goes, as a test may want one that no server should send.
        if self.status is not None and self.kind is not None and self.status not in kind.statuses:
            raise Unusable("status", f"must be {_span(kind)} for {self.kind}")
        # NaN fails this comparison too.
        if self.seconds is not None and not 0 <= self.seconds <= MAX_SECONDS:
            raise Unusable("seconds", f"must be from 0 to {MAX_SECONDS}")
        if self.location is not None and not (self.location.isascii() and self.location.isprintable()):
            raise Unusable("location", "must be a URL in printable ASCII")

    def _headers(self, kind: Kind, seconds: float) -> dict[str, str]:
        headers = dict(kind.headers)
        if self.kind == "rate_limited":
            wait = str(math.ceil(seconds))
            headers |= {"retry-after": wait, "x-ratelimit-reset": wait}
        if self.kind == "redirect":
            headers["location"] = self.location or ELSEWHERE
        # Lower case, so that a header given here replaces the kind's own.
        given = self.headers or {}
        return headers | ({name.lower(): value for name, value in given.items()} if self.kind else dict(given))


def _kind(name: str | None) -> Kind:
    if name is None:
        return UNNAMED
    if name not in KINDS:
        raise Unusable("kind", f"must be one of {', '.join(KINDS)}")
    return KINDS[name]


def _takers(member: str) -> str:
    names = [f"kind {name}" for name, kind in KINDS.items() if member in kind.takes]
    return " or ".join([*names, "no kind"] if member in UNNAMED.takes else names)


def _span(kind: Kind) -> str:
    if isinstance(kind.statuses, range):
        return f"from {kind.statuses.start} to {kind.statuses.stop - 1}"
    return "one of " + ", ".join(map(str, kind.statuses))
