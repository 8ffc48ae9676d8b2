"""A run of the fuzzer: make a case, run it, keep it if it reached something new, shrink what fails."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .atoms import TEXTS
from .case import VENDORS, Case, reply
from .coverage import Arc, Coverage
from .grammar import SLUGS, Grammar
from .ground import Ground
from .mutation import mutated
from .shrinking import shrunk
from .trouble import trouble

#: What was accepted is looked for after so many cases; then the sandbox starts afresh.
_SETTLE_EVERY = 200
#: With fewer cases kept than this there is little to mutate.
_FEW = 20
_MUTATED_SHARE = 0.5
_MOST_FAILURES = 10


class Failure(NamedTuple):
    """A case, as small as it still fails, and the laws that it breaks."""

    case: Case
    broken: tuple[str, ...]


@dataclass
class Report:
    """What a session did. `kept` are the cases that reached something new, with the arcs of each."""

    cases: int = 0
    ways: Counter[str] = field(default_factory=Counter)
    accepted: int = 0
    lines: int = 0
    arcs: int = 0
    kept: list[tuple[Case, frozenset[Arc]]] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


def fuzz(count: int, seed: int, *, corpus: Iterable[Case] = (), in_async: bool = False) -> Report:
    """Run the corpus, then as many cases more; stops early after a number of different failures."""
    report, dice = Report(), random.Random(seed)
    with _ground(in_async=in_async) as ground, closing(Coverage()) as coverage:
        grammar = Grammar(dice, ground.box)
        for case in _cases(corpus, count, grammar, report):
            with coverage.tracing():
                broken = ground.run(case)
            if coverage.taken():
                report.kept.append((case, frozenset(coverage.reached)))
            report.cases += 1
            report.ways[case.way] += 1
            if broken:
                _add(report, case, broken, in_async=in_async)
            if report.cases % _SETTLE_EVERY == 0:
                _settle(ground, report, in_async=in_async)
            if len(report.failures) >= _MOST_FAILURES:
                break
        _settle(ground, report, in_async=in_async)
    report.lines, report.arcs = coverage.lines(), len(coverage.seen)
    return report


def run_alone(case: Case, *, in_async: bool = False) -> list[str]:
    """The laws that a case breaks on a fresh sandbox, what became of its events included."""
    with _ground(in_async=in_async) as ground:
        return [*ground.run(case), *(what for _, what in ground.settle())]


def minimal(kept: Iterable[tuple[Case, frozenset[Arc]]]) -> list[Case]:
    """Few cases that reach together what all of them do: the one that adds most comes next."""
    left, chosen = list(kept), []
    missing = set().union(*(arcs for _, arcs in left)) if left else set()
    while missing:
        best = max(left, key=lambda item: (len(item[1] & missing), -len(item[0].text())))
        missing -= best[1]
        chosen.append(best[0])
    return chosen


def fresh(grammar: Grammar) -> Case:
    """A case by the grammar."""
    dice = grammar.dice
    wrong, approved = trouble(dice, grammar.box), dice.random() < 0.5
    if dice.random() < 0.5:
        name = grammar.tool_name()
        payload = {"name": name, "arguments": grammar.arguments(_slug(name, grammar))}
        return Case("execute", payload, None, wrong, approved)
    way = dice.choice(VENDORS)
    calls = [_call(number, grammar) for number in range(dice.choice((1, 1, 2, 3)))]
    return Case(way, reply(way, calls), tuple(call["id"] for call in calls), wrong, approved)


def _call(number: int, grammar: Grammar) -> dict[str, Any]:
    name = grammar.tool_name()
    call_id = f"call_{number}" if grammar.dice.random() < 0.95 else grammar.dice.choice(TEXTS)
    return {"id": call_id, "name": name, "arguments": grammar.arguments(_slug(name, grammar))}


def _slug(name: object, grammar: Grammar) -> str:
    return name if isinstance(name, str) and name in SLUGS else grammar.dice.choice(SLUGS)


def _cases(corpus: Iterable[Case], count: int, grammar: Grammar, report: Report) -> Iterator[Case]:
    yield from corpus
    dice = grammar.dice
    for _ in range(count):
        if len(report.kept) < _FEW or dice.random() >= _MUTATED_SHARE:
            yield fresh(grammar)
        else:
            (case, _), (other, _) = dice.choice(report.kept), dice.choice(report.kept)
            yield mutated(case, grammar, other)


def _settle(ground: Ground, report: Report, *, in_async: bool) -> None:
    report.accepted += ground.accepted_count
    for case, what in ground.settle():
        _add(report, case, [what], in_async=in_async)


def _add(report: Report, case: Case, broken: list[str], *, in_async: bool) -> None:
    """Shrink a failure and keep it, unless one that breaks the same law is there already."""
    if any(set(broken) <= set(failure.broken) for failure in report.failures):
        return
    alone = run_alone(case, in_async=in_async)
    if not alone:  # it needs what ran before it: report it as it is
        report.failures.append(Failure(case, tuple(broken)))
        return
    small = shrunk(case, lambda tried: bool(set(run_alone(tried, in_async=in_async)) & set(alone)))
    report.failures.append(Failure(small, tuple({*broken, *run_alone(small, in_async=in_async)})))


@contextmanager
def _ground(*, in_async: bool) -> Iterator[Ground]:
    ground = Ground(in_async=in_async)
    try:
        yield ground
    finally:
        ground.close()
