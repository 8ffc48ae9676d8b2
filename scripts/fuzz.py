"""Hostile tool calls without end, by a grammar and guided by coverage; every envelope is judged by laws.

python scripts/fuzz.py [CALLS=100000] [--seed N] [--async] [--corpus FILE] [--save]

Fails (1) if a call raises, gives no proper envelope, tells a secret, is refused and sent all the same, or is accepted
and not there. What fails is shrunk, and printed as a test. --save writes the smallest set of cases that reaches all
that was reached into the corpus, which every run begins with.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.judging.fuzzing import corpus as stored  # noqa: E402
from scripts.judging.fuzzing.session import Failure, Report, fuzz, minimal  # noqa: E402


def main() -> int:
    """Returns 1 if a law is broken."""
    given = _parser().parse_args()
    start = time.perf_counter()
    report = fuzz(given.calls, given.seed, corpus=stored.load(given.corpus), in_async=given.in_async)
    print(_shown(report, time.perf_counter() - start, given.seed))
    for failure in report.failures:
        print(as_test(failure))
    if given.save:
        stored.save(given.corpus, minimal(report.kept))
    return 1 if report.failures else 0


def _shown(report: Report, seconds: float, seed: int) -> str:
    ways = ", ".join(f"{way} {number:,}" for way, number in sorted(report.ways.items()))
    return (
        f"{report.cases:,} cases ({ways}) in {seconds:.0f} s, seed {seed}\n"
        f"{report.accepted:,} events accepted and found; {report.lines:,} lines and {report.arcs:,} arcs reached; "
        f"{len(report.kept):,} cases reached something new\n"
        f"laws broken: {len(report.failures)}"
    )


def as_test(failure: Failure) -> str:
    """A failure as a case for pytest."""
    told = "\n".join(f"    # {what}" for what in failure.broken)
    return (
        f"\n\ndef test_fuzz_{failure.case.name}() -> None:\n{told}\n"
        f"    case = Case.read({failure.case.text()!r})\n\n    broken = run_alone(case)\n\n    assert broken == []\n"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("calls", nargs="?", type=int, default=100_000, help="how many cases after the corpus (100000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--async", dest="in_async", action="store_true", help="with the async toolkit")
    parser.add_argument("--corpus", type=Path, default=ROOT / "tests" / "judge" / "corpus.jsonl")
    parser.add_argument("--save", action="store_true", help="write the smallest corpus that reaches the same")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
