"""The soak, small; and that it would see what it is there to see."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.judging.hurry import hurried
from scripts.judging.soak.ledger import Ledger
from scripts.judging.soak.running import Round, again, rounds, run_round
from scripts.judging.soak.traffic import Call, calls
from scripts.judging.soak.weather import brew
from segment_toolkit import Envelope, SegmentToolkit
from segment_toolkit.sandbox import Sandbox

CALLS = 1_500


@pytest.mark.parametrize("way", ["sync", "async", "socket"])
def test_no_event_is_lost_in_silence_or_recorded_twice(way: Any) -> None:
    ledger = Ledger()

    run_round(Round(0, CALLS if way != "socket" else CALLS // 5, way), 7, ledger)

    assert ledger.broken == []
    assert ledger.settled > 0
    assert sum(ledger.faults.values()) > ledger.calls // 10


def test_the_rounds_hold_every_call_once_and_some_go_over_a_socket() -> None:
    found = list(rounds(12_345, in_async=False))

    assert sum(part.size for part in found) == 12_345
    assert [part.first for part in found] == [sum(p.size for p in found[:n]) for n in range(len(found))]
    assert sum(part.size for part in found if part.way == "socket") == 617


def test_the_same_seed_makes_the_same_calls() -> None:
    assert list(calls(0, 50, 3)) == list(calls(0, 50, 3))
    assert list(calls(0, 50, 3)) != list(calls(0, 50, 4))


# What the ledger must see


TRACK = next(call for call in calls(0, 100, 1) if call.slug == "SEGMENT_TRACK")
SUCCESS = Envelope({"messageId": "m"}, None)
FAILURE = Envelope({"messageId": "m"}, "Segment answered 400.")


def ledger_of(envelope: Envelope, *sent: Call) -> list[str]:
    """What is broken when `sent` really went, and this is what was said of TRACK."""
    box, ledger = Sandbox(), Ledger()
    with SegmentToolkit.sandbox(box) as toolkit:
        for call in sent:
            said = toolkit.tools.execute(call.slug, call.arguments)
            if envelope is SUCCESS:
                envelope = Envelope(said.data, None)
    ledger.reconcile(box, [(TRACK, envelope)])
    return ledger.broken


def test_the_truth_breaks_no_law() -> None:
    assert ledger_of(SUCCESS, TRACK) == []
    assert ledger_of(FAILURE) == []


def test_an_accepted_event_that_is_not_there_is_seen() -> None:
    assert "lost in silence" in ledger_of(SUCCESS)[0]


def test_a_failed_event_that_is_there_is_seen() -> None:
    assert "said to have failed" in ledger_of(FAILURE, TRACK)[0]


def test_an_event_under_two_ids_is_seen() -> None:
    broken = " ".join(ledger_of(SUCCESS, TRACK, TRACK))

    assert "stored 2 times" in broken
    assert "under another messageId" in broken
    assert "0 answers were disturbed" in broken


def test_an_unknown_event_that_the_advice_does_not_settle_is_seen() -> None:
    box, ledger = Sandbox(), Ledger()

    ledger.settle(box, ["7/0"])

    assert "stored 0 times" in ledger.broken[0]


def test_every_unknown_event_is_sent_again_as_the_envelope_advises() -> None:
    box = Sandbox()
    brew(box, 5, likelihood=0.06)
    made = list(calls(0, 200, 5))
    with SegmentToolkit.sandbox(box, reliability=hurried()) as toolkit:
        answered = [(call, toolkit.tools.execute(call.slug, call.arguments)) for call in made]

    sent_again = again(box, answered)

    stored = [event["context"]["judge"] for event in box.events]
    assert sent_again
    assert set(sent_again) <= set(stored)
    assert len(stored) == len(set(stored))
