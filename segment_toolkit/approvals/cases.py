"""Where calls wait for an approval: what such a place must do, and the one in memory."""

from __future__ import annotations

import os
import secrets
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..reliability.processes import ProcessLock
from .approval import PendingApproval

#: Of so many calls that wait no more is it remembered why.
MOST_OVER = 1000


@dataclass(frozen=True)
class Case:
    """A call that waits, or was granted. `call` says which one without telling anything about it.

    `approval` lacks its token; `shown` are its arguments without secrets. `expires` is by the desk's clock.
    """

    id: str
    call: bytes
    approval: PendingApproval
    shown: Mapping[str, Any] = field(repr=False)
    expires: float
    granted: bool = False
    override: bool = False


class Cases(Protocol):
    """Used by one thread at a time, inside `exclusive`. `secret` is what tokens are made with; it outlives no case."""

    @property
    def secret(self) -> bytes:
        """The same wherever the same cases are seen."""
        ...

    def exclusive(self) -> AbstractContextManager[None]:
        """While it is held nobody else, in any process that sees these cases, sees or changes them."""
        ...

    def close(self) -> None:
        """Give back what is held open; the next use opens it again."""
        ...

    def get(self, case_id: str) -> Case | None:
        """The case, unless it is over."""
        ...

    def of_call(self, call: bytes) -> list[Case]:
        """Those of one call, oldest first."""
        ...

    def all(self) -> list[Case]:
        """Every one that is not over, oldest first."""
        ...

    def put(self, case: Case) -> None:
        """Add it, or replace the one with its id, which keeps its place."""
        ...

    def end(self, case_id: str, fate: str) -> None:
        """Forget the case but for its fate, such as "was denied"; nothing for one that is none."""
        ...

    def expire(self, now: float) -> None:
        """End those whose time is over."""
        ...

    def fate(self, case_id: str) -> str | None:
        """What became of a case that is over, as long as that is remembered."""
        ...


class MemoryCases:
    """Cases of this process. A forked child has none of its parent's: what is approved once must not run in both."""

    def __init__(self) -> None:
        self.secret = secrets.token_bytes(32)
        self._lock = ProcessLock()
        self._begin()

    def __repr__(self) -> str:
        return "memory"

    def _begin(self) -> None:
        self._process = os.getpid()
        self._cases: dict[str, Case] = {}
        self._over: OrderedDict[str, str] = OrderedDict()

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        with self._lock:
            if self._process != os.getpid():
                self._begin()
            yield

    def close(self) -> None:
        """Nothing is held open."""

    def get(self, case_id: str) -> Case | None:
        return self._cases.get(case_id)

    def of_call(self, call: bytes) -> list[Case]:
        return [case for case in self._cases.values() if case.call == call]

    def all(self) -> list[Case]:
        return list(self._cases.values())

    def put(self, case: Case) -> None:
        self._cases[case.id] = case

    def end(self, case_id: str, fate: str) -> None:
        if self._cases.pop(case_id, None) is not None:
            self._over[case_id] = fate
            if len(self._over) > MOST_OVER:
                self._over.popitem(last=False)

    def expire(self, now: float) -> None:
        for case in self.all():
            if case.expires <= now:
                self.end(case.id, "has expired")

    def fate(self, case_id: str) -> str | None:
        return self._over.get(case_id)
