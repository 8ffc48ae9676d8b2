"""The faults still to come: who is hit next, and how often each was played."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass

from segment_toolkit.sandbox.faults.fault import Fault, Unusable
from segment_toolkit.sandbox.recording import RecordedRequest
from segment_toolkit.sandbox.wire import Json


@dataclass(frozen=True, kw_only=True)
class ActiveFault:
    """A fault that is still in force, as it stood when it was asked for."""

    id: str
    fault: Fault
    matched: int
    """Requests it was meant for, hit or spared."""
    played: int
    left: int | None
    """How often it can still be played; None is without end."""

    def describe(self) -> Json:
        """Write it as JSON, without body and headers: they may be large, and hold what a log should not."""
        fault = self.fault
        return {
            "id": self.id,
            "kind": fault.kind,
            "status": fault.status if fault.act == "answer" and fault.error is None else None,
            "seconds": fault.seconds,
            "after": fault.after,
            "method": fault.method,
            "path": fault.path,
            "host": fault.host,
            "probability": fault.probability,
            "seed": fault.seed,
            "matched": self.matched,
            "played": self.played,
            "left": self.left,
        }


class Faults:
    """Faults in the order of injection; the first that matches and whose dice agree is played."""

    def __init__(self) -> None:
        self._pending: list[_Pending] = []
        self._added = 0
        self._lock = threading.Lock()

    def __bool__(self) -> bool:
        """Tell whether any fault is in force."""
        return bool(self._pending)

    def add(self, fault: Fault) -> ActiveFault:
        """Queue a fault, and say under which id. Raises Unusable (a ValueError) when it could never be used."""
        if fault.times is not None and fault.times < 1:
            raise Unusable("times", "must be at least 1")
        if fault.probability is not None and not 0 < fault.probability <= 1:
            raise Unusable("probability", "must be more than 0 and at most 1")
        with self._lock:
            self._added += 1
            pending = _Pending(f"fault_{self._added}", fault)
            self._pending.append(pending)
            return pending.snapshot()

    def take(self, request: RecordedRequest) -> Fault | None:
        """Return the fault for this request and count it as used, or None."""
        if not self._pending:  # the usual case, which should not cost a lock
            return None
        with self._lock:
            for pending in self._pending:
                if pending.hits(request):
                    if pending.left == 0:
                        self._pending.remove(pending)
                    return pending.fault
        return None

    def active(self) -> list[ActiveFault]:
        """The faults in force, first injected first."""
        with self._lock:
            return [pending.snapshot() for pending in self._pending]

    def remove(self, fault_id: str) -> bool:
        """Forget one fault; tell whether it was there."""
        with self._lock:
            kept = [pending for pending in self._pending if pending.id != fault_id]
            found = len(kept) < len(self._pending)
            self._pending = kept
            return found

    def clear(self) -> int:
        """Forget every fault; return how many there were."""
        with self._lock:
            count = len(self._pending)
            self._pending = []
            return count


class _Pending:
    """One fault, its counters, and its own dice, so that other faults do not disturb what a seed gives."""

    def __init__(self, fault_id: str, fault: Fault) -> None:
        self.id = fault_id
        self.fault = fault
        self.left = fault.times
        self._matched = 0
        self._played = 0
        self._dice = random.Random(fault.seed)

    def hits(self, request: RecordedRequest) -> bool:
        """Tell whether the fault is played on this request, and count it."""
        if not self.fault.matches(request):
            return False
        self._matched += 1
        if self.fault.probability is not None and self._dice.random() >= self.fault.probability:
            return False
        self._played += 1
        if self.left is not None:
            self.left -= 1
        return True

    def snapshot(self) -> ActiveFault:
        return ActiveFault(id=self.id, fault=self.fault, matched=self._matched, played=self._played, left=self.left)
