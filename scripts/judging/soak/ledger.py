"""What was said of every event beside what is stored: the laws of the soak, and the counts of its table."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from segment_toolkit import Envelope
from segment_toolkit.sandbox import Sandbox

from ..saying import Said, code, said
from .traffic import Call, mark
from .weather import HARMLESS, played

_MOST_SHOWN = 20


class Told(NamedTuple):
    """What the envelope says of one event: whether it was accepted, and under which messageId it went."""

    said: Said
    message_id: str | None


@dataclass
class Ledger:
    """Adds up over rounds. `broken` holds a sentence for each broken law; there must be none."""

    outcomes: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    events: int = 0
    requests: int = 0
    needed: int = 0
    copies: int = 0
    settled: int = 0
    broken: list[str] = field(default_factory=list)

    def reconcile(self, box: Sandbox, answered: Sequence[tuple[Call, Envelope]]) -> None:
        """Compare a round's envelopes with its sandbox, which was fresh before and saw nothing else."""
        stored = _stored(box)
        arrived = _arrived(box)
        for call, envelope in answered:
            self.outcomes[_outcome(call, envelope, stored)] += 1
            for item, told in enumerate(told_of(call, envelope)):
                where = mark(call.number, item)
                self._judge(where, told, stored.get(where, []), arrived.get(where, []))
        self._count(box, answered, arrived)

    def settle(self, box: Sandbox, sent_again: Sequence[str]) -> None:
        """After everything of unknown outcome was sent again under its messageId, each event is there exactly once."""
        stored = _stored(box)
        self.settled += len(sent_again)
        for where in sent_again:
            if len(stored.get(where, [])) != 1:
                self._break(f"{where}: sent again with its messageId, and stored {len(stored.get(where, []))} times")

    def _judge(self, where: str, told: Told, stored: Sequence[str], arrived: Sequence[str]) -> None:
        self.events += 1
        if told.said is Said.DONE and not stored:
            self._break(f"{where}: lost in silence: accepted, and not stored")
        if told.said is Said.NOT_DONE and stored:
            self._break(f"{where}: said to have failed, and stored")
        if len(stored) > 1:
            self._break(f"{where}: stored {len(stored)} times")
        if len(set(arrived)) > 1:
            self._break(f"{where}: sent again under another messageId")
        if told.said is not Said.NOT_DONE and arrived and told.message_id != arrived[0]:
            self._break(f"{where}: sent under another messageId than the envelope names")

    def _count(
        self, box: Sandbox, answered: Sequence[tuple[Call, Envelope]], arrived: Mapping[str, Sequence[str]]
    ) -> None:
        now = played(box)
        requests, copies = len(box.requests), sum(len(ids) - 1 for ids in arrived.values())
        # A call that the toolkit held back (an open circuit, a rate limit) made none.
        needed = sum(1 for call, _ in answered if mark(call.number, 0) in arrived)
        disturbed = sum(number for kind, number in now.items() if kind not in HARMLESS)
        if requests - needed > disturbed:
            self._break(f"{requests - needed} requests were repeated, and {disturbed} answers were disturbed")
        self.calls += len(answered)
        self.requests, self.needed, self.copies = self.requests + requests, self.needed + needed, self.copies + copies
        self.faults.update(now)

    def _break(self, what: str) -> None:
        self.broken.append(what)

    def table(self) -> str:
        """The counts, for a reader."""
        lines = [f"{self.calls:,} calls of {self.events:,} events; {self.requests:,} requests, {self.copies:,} copies"]
        lines.append(f"{self.settled:,} events of unknown outcome were sent again with their messageId")
        lines += _rows("what was said, and what is true", self.outcomes, self.calls)
        lines += _rows("faults played", self.faults, self.requests)
        lines.append(f"laws broken: {len(self.broken)}")
        return "\n".join([*lines, *self.broken[:_MOST_SHOWN]])


def told_of(call: Call, envelope: Envelope) -> list[Told]:
    """What the envelope says of each event of a call."""
    receipts = envelope.data.get("receipts")
    if receipts is None:
        return [Told(said(envelope), envelope.data.get("messageId"))] * call.events
    return [Told(_said_in(receipt), receipt.get("messageId")) for receipt in receipts]


def _said_in(receipt: Mapping[str, Any]) -> Said:
    if receipt["accepted"]:
        return Said.DONE
    return Said.UNKNOWN if "unknown" in receipt["reason"] else Said.NOT_DONE


def _outcome(call: Call, envelope: Envelope, stored: Mapping[str, Sequence[str]]) -> str:
    found = sum(1 for item in range(call.events) if stored.get(mark(call.number, item)))
    truth = "stored" if found == call.events else "not stored" if not found else "partly stored"
    told = said(envelope)
    words = "accepted" if told is Said.DONE else "failed" if told is Said.NOT_DONE else "unknown"
    return f"{words} ({code(envelope)}): {truth}"


def _stored(box: Sandbox) -> dict[str, list[str]]:
    return _by_mark(box.events)


def _arrived(box: Sandbox) -> dict[str, list[str]]:
    """Mark to the messageIds under which the event came, in the order of the requests."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for request in box.requests:
        document = request.json()
        for where, ids in _by_mark(document.get("batch", [document])).items():
            found[where] += ids
    return found


def _by_mark(events: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for event in events:
        found[event["context"]["judge"]].append(event["messageId"])
    return found


def _rows(title: str, counts: Mapping[str, int], whole: int) -> list[str]:
    rows = [f"  {number:>9,}  {number / max(whole, 1):7.2%}  {name}" for name, number in sorted(counts.items())]
    return [f"{title}:", *rows]
