"""The fuzzer, small; what its corpus holds; and that it would see what it is there to see."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from scripts.fuzz import as_test
from scripts.judging.fuzzing import corpus, laws
from scripts.judging.fuzzing.case import VENDORS, Case, reply
from scripts.judging.fuzzing.coverage import Coverage
from scripts.judging.fuzzing.secrecy import PLANTED_KEY
from scripts.judging.fuzzing.session import Failure, fuzz, minimal, run_alone
from scripts.judging.fuzzing.shrinking import shrunk
from segment_toolkit import Envelope, SegmentToolkit
from segment_toolkit.envelope import Failure as Why
from segment_toolkit.sandbox import Sandbox

CORPUS = Path(__file__).with_name("corpus.jsonl")
GOOD = {"userId": "u", "event": "E"}


@pytest.mark.parametrize("colour", ["sync", "async"])
def test_no_call_of_the_corpus_or_of_a_thousand_new_ones_breaks_a_law(colour: str) -> None:
    report = fuzz(1_000, 20260131, corpus=corpus.load(CORPUS), in_async=colour == "async")

    assert [as_test(failure) for failure in report.failures] == []
    assert report.accepted > 50
    assert report.lines > 1_000


def test_the_corpus_reaches_most_of_what_is_reached_without_any_luck() -> None:
    alone = fuzz(0, 1, corpus=corpus.load(CORPUS))
    with_luck = fuzz(500, 1, corpus=corpus.load(CORPUS))

    assert alone.cases == len(corpus.load(CORPUS))
    assert alone.lines > with_luck.lines * 0.95


def test_the_same_seed_makes_the_same_cases() -> None:
    first, second = fuzz(150, 5), fuzz(150, 5)

    assert [case for case, _ in first.kept] == [case for case, _ in second.kept]


def test_a_case_is_the_same_when_it_is_read_again() -> None:
    case = Case("openai", {"a": ["\ud800", 10**30, {"b": None}]}, ("1", "2"), {"status": 200, "body": "x"}, True)

    again = Case.read(case.text())

    assert again == case
    assert again.name == case.name


def test_a_small_corpus_reaches_what_a_large_one_does() -> None:
    first, second, third = (Case("execute", number) for number in range(3))
    arcs = [("a.py", 0, line) for line in range(4)]
    kept = [(first, frozenset(arcs[:1])), (second, frozenset(arcs[:3])), (third, frozenset(arcs[3:]))]

    assert minimal(kept) == [second, third]


def test_only_code_of_the_engine_and_the_tools_is_traced() -> None:
    toolkit = SegmentToolkit.sandbox()
    with closing(Coverage()) as coverage:
        with coverage.tracing():
            toolkit.tools.execute("SEGMENT_TRACK", GOOD)
        toolkit.tools.execute("SEGMENT_PAGE", GOOD)  # not traced
    files = {file for file, _, _ in coverage.taken()}

    assert any(file.endswith("dispatcher.py") for file in files)
    assert any(file.endswith("track.py") for file in files)
    assert not any("sandbox" in file or "httpx" in file or file.endswith("page.py") for file in files)
    assert sys.gettrace() is None


@pytest.mark.parametrize("way", VENDORS)
def test_a_reply_of_each_vendor_is_read_as_it_is_meant(way: Any) -> None:
    calls = [{"id": f"call_{n}", "name": "SEGMENT_TRACK", "arguments": GOOD} for n in range(2)]

    broken = run_alone(Case(way, reply(way, calls), ("call_0", "call_1")))

    assert broken == []


# What the laws must see


def failed(error: str, **more: Any) -> Envelope:
    return Envelope(
        {}, error, failure=Why(code=more.pop("code", "validation"), retryable=False, **{"hint": "", **more})
    )


def without(key: str) -> Envelope:
    envelope = Envelope({}, None)
    del envelope[key]
    return envelope


def with_(**members: Any) -> Envelope:
    envelope = Envelope({}, None)
    envelope.update(members)
    return envelope


BROKEN: dict[str, Envelope] = {
    "a key too few": without("error"),
    "a key too many": with_(more=1),
    "data that is a list": with_(data=[]),
    "an error and a success": with_(error="no"),
    "an error that is blank": failed(" "),
    "a failure without its code": Envelope({}, "no"),
    "a bug": failed("no", code="internal"),
    "NaN": Envelope({"n": float("nan")}, None),
    "a lone surrogate": Envelope({"n": "\ud800"}, None),
    "a set": Envelope({"n": {1}}, None),
}


@pytest.mark.parametrize("envelope", BROKEN.values(), ids=BROKEN)
def test_an_envelope_that_breaks_the_contract_is_seen(envelope: Envelope) -> None:
    assert list(laws.contract(envelope))


@pytest.mark.parametrize("envelope", [Envelope({"a": "é"}, None), failed("no")], ids=["success", "failure"])
def test_an_envelope_that_keeps_the_contract_passes(envelope: Envelope) -> None:
    assert list(laws.contract(envelope)) == []


def test_a_secret_is_seen_in_data_in_the_hint_and_in_a_refusal() -> None:
    in_data, in_hint = Envelope({"a": ["my-secret"]}, None), failed("no", hint="my-secret")

    assert list(laws.silence(in_data, ["my-secret"]))
    assert list(laws.silence(in_hint, ["my-secret"]))
    assert list(laws.silence(failed(f"no {PLANTED_KEY}"), []))
    assert list(laws.silence(failed(f"no {PLANTED_KEY}", status=400), [])) == []


def test_an_accepted_event_that_never_arrived_or_fails_on_ingest_is_seen() -> None:
    assert laws.fate("m", frozenset(), {}) == "an accepted event never arrived"
    assert laws.fate("m", frozenset(), {"m": {"id_required"}}) == "an accepted event was dropped: id_required"
    assert laws.fate("m", frozenset(), {"m": {"source_disabled"}}) is None
    assert laws.fate("m", frozenset({"m"}), {}) is None


def test_an_event_under_a_secret_as_its_id_is_sent_and_not_told(box: Sandbox) -> None:
    arguments = {"userId": "u", "messageId": box.write_key}

    broken = run_alone(Case("execute", {"name": "SEGMENT_PAGE", "arguments": arguments}))

    assert broken == []


def test_an_exception_a_lost_event_and_a_sent_refusal_are_failures(monkeypatch: pytest.MonkeyPatch) -> None:
    good = Case("execute", {"name": "SEGMENT_TRACK", "arguments": GOOD})

    monkeypatch.setattr("segment_toolkit.tools.Tools.execute", lambda *_, **__: Envelope({"status": "accepted"}, None))
    assert any("KeyError was raised" in what for what in run_alone(good))

    lost = Envelope({"status": "accepted", "messageId": "m"}, None)
    monkeypatch.setattr("segment_toolkit.tools.Tools.execute", lambda *_, **__: lost)
    assert run_alone(good) == ["an accepted event never arrived"]

    monkeypatch.undo()
    monkeypatch.setattr("scripts.judging.fuzzing.laws.is_refused_here", lambda _: True)
    assert run_alone(good) == ["refused calls sent ['POST']"]


def test_a_failing_case_is_shrunk_and_printed_as_a_test() -> None:
    payload = {"name": "x" * 50, "arguments": {"a": [1, "needle in hay", {"b": 2}], "c": "d"}}
    big = Case("execute", payload, None, {"kind": "html_200"}, True)

    small = shrunk(big, lambda case: "needle" in case.text())

    assert small.fault is None
    assert not small.approved
    assert "needle" in small.text()
    assert len(small.text()) < 110
    compile(as_test(Failure(small, ("a law",))), "printed", "exec")
