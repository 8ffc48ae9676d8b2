"""The sandbox's FQL and filters against Segment's own: `@segment/fql-ts` to read, `@segment/tsub` to evaluate.

`fql-ts` reads conditions without parentheses, lists and most functions, and its tree is not what `tsub` evaluates;
so `tsub` is given our reading of a condition, translated.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fql_cases import (
    ACCEPTANCE_DIFFERENCES,
    ACCEPTED_BY_BOTH,
    DIFFERENCES,
    EVENT,
    HAND_WRITTEN,
    REFUSED_BY_BOTH,
    AcceptanceDifference,
    Difference,
)
from fql_generated import generated_conditions, generated_filters, generated_globs
from fql_ir import to_ir
from node import installed, run_node

from segment_toolkit.sandbox.fql import InvalidFql, compile_fql
from segment_toolkit.sandbox.pipeline.filters import apply_filters, compile_filter

Ask = Callable[[list[dict[str, Any]]], list[Any]]

_FOLDER = Path(__file__).parent / "fql"
_ORDER = ["SAMPLE", "DROP", "DROP_PROPERTIES", "ALLOW_PROPERTIES"]


@pytest.fixture(scope="module")
def ask() -> Ask:
    """Answers of Segment's implementations, in the order of the cases."""
    driver = installed(_FOLDER) / "driver.cjs"

    def answers(cases: list[dict[str, Any]]) -> list[Any]:
        lines = run_node(driver, "\n".join(map(json.dumps, cases))).splitlines()
        return [next(iter(json.loads(line).values())) for line in lines]

    return answers


@pytest.fixture(scope="module")
def verdicts(ask: Ask) -> dict[str, Any]:
    """The engine's verdict in each known difference, by name."""
    theirs = ask([matching(case.text, case.event) for case in DIFFERENCES])
    return dict(zip([case.name for case in DIFFERENCES], theirs, strict=True))


@pytest.fixture(scope="module")
def acceptance(ask: Ask) -> dict[str, bool]:
    """Whether fql-ts takes each text that one side only takes."""
    theirs = ask([{"ask": "parse", "text": case.text} for case in ACCEPTANCE_DIFFERENCES])
    return dict(zip([case.text for case in ACCEPTANCE_DIFFERENCES], theirs, strict=True))


def accepts(text: str) -> bool:
    try:
        compile_fql(text)
    except InvalidFql:
        return False
    return True


def matching(text: str, event: dict[str, Any]) -> dict[str, Any]:
    return {"ask": "match", "ir": to_ir(text), "event": event}


def step(action: dict[str, Any]) -> dict[str, Any]:
    """An action in the words of `tsub`."""
    match action["type"]:
        case "DROP":
            return {"type": "drop", "config": None}
        case "SAMPLE":
            sample = {"percent": action["percent"], "path": action.get("path", "")}
            return {"type": "sample_event", "config": {"sample": sample}}
        case "DROP_PROPERTIES":
            return {"type": "drop_properties", "config": {"drop": action["fields"]}}
        case _:
            return {"type": "allow_properties", "config": {"allow": action["fields"]}}


def test_our_translation_is_the_one_in_rules_that_segment_has_compiled() -> None:
    """Such rules are public in the tests of Segment's Kotlin SDK, with their conditions."""
    assert to_ir('!(event = "A" or event = "B" or event = "C")') == [
        "!",
        [
            "or",
            ["=", "event", {"value": "A"}],
            ["or", ["=", "event", {"value": "B"}], ["=", "event", {"value": "C"}]],
        ],
    ]


def test_written_conditions_get_the_same_verdict(ask: Ask) -> None:
    theirs = ask([matching(text, EVENT) for text in HAND_WRITTEN])

    ours = [compile_fql(text)(EVENT) for text in HAND_WRITTEN]

    assert dict(zip(HAND_WRITTEN, ours, strict=True)) == dict(zip(HAND_WRITTEN, theirs, strict=True))
    assert 30 < sum(ours) < len(ours) - 30  # the table asks for both verdicts


def test_generated_conditions_get_the_same_verdict(ask: Ask) -> None:
    texts = list(generated_conditions(400, seed=7))

    theirs = ask([matching(text, EVENT) for text in texts])

    ours = [compile_fql(text)(EVENT) for text in texts]
    assert [text for text, one, other in zip(texts, ours, theirs, strict=True) if one != other] == []
    assert 100 < sum(ours) < 300


def test_generated_globs_match_the_same_texts(ask: Ask) -> None:
    cases = list(generated_globs(2000, seed=7))
    condition = "match(text, pattern)"
    events = [{"text": text, "pattern": pattern} for pattern, text in cases]

    theirs = ask([matching(condition, event) for event in events])

    ours = [compile_fql(condition)(event) for event in events]
    assert [case for case, one, other in zip(cases, ours, theirs, strict=True) if one != other] == []
    assert sum(ours) > 100


@pytest.mark.parametrize("case", DIFFERENCES, ids=lambda case: case.name)
def test_known_differences_still_differ(verdicts: dict[str, Any], case: Difference) -> None:
    theirs = verdicts[case.name]

    assert (compile_fql(case.text)(case.event), theirs) == (case.ours, case.theirs), case.why
    assert case.ours is not case.theirs


def test_the_same_texts_are_accepted(ask: Ask) -> None:
    texts = ACCEPTED_BY_BOTH + REFUSED_BY_BOTH

    theirs = ask([{"ask": "parse", "text": text} for text in texts])

    expected = {text: text in ACCEPTED_BY_BOTH for text in texts}
    assert dict(zip(texts, theirs, strict=True)) == expected
    assert {text: accepts(text) for text in texts} == expected


@pytest.mark.parametrize("case", ACCEPTANCE_DIFFERENCES, ids=lambda case: repr(case.text))
def test_known_differences_in_what_is_accepted_still_differ(
    acceptance: dict[str, bool], case: AcceptanceDifference
) -> None:
    theirs = acceptance[case.text]

    assert (accepts(case.text), theirs) == (case.ours, not case.ours), case.why


def test_generated_filters_leave_the_same_of_an_event(ask: Ask) -> None:
    cases = list(generated_filters(600, seed=7))
    ordered = [sorted(actions, key=lambda action: _ORDER.index(action["type"])) for actions, _ in cases]
    asked = [
        {"ask": "transform", "event": event, "steps": list(map(step, actions))}
        for actions, (_, event) in zip(ordered, cases, strict=True)
    ]

    theirs = ask(asked)

    ours = [apply_filters([compile_filter("all", actions)], event, lambda: 0.5) for actions, event in cases]
    assert [case for case, one, other in zip(cases, ours, theirs, strict=True) if one != other] == []
    changed = [one for one, (_, event) in zip(ours, cases, strict=True) if one is not None and one is not event]
    assert len(changed) > 100
    assert None in ours


def test_allowing_properties_leaves_lists_in_lists_alone_and_the_engine_does_not(ask: Ask) -> None:
    event = {"list": [[1, 2], {"a": 1, "b": 2}]}
    action = {"type": "ALLOW_PROPERTIES", "fields": {"list": ["a"]}}

    [theirs] = ask([{"ask": "transform", "event": event, "steps": [step(action)]}])

    ours = apply_filters([compile_filter("all", [action])], event, lambda: 0.5)
    assert ours == {"list": [[1, 2], {"a": 1}]}
    assert theirs == {"list": [[None, None], {"a": 1}]}


def test_an_element_of_a_list_cannot_be_named_but_the_engine_finds_it(ask: Ask) -> None:
    event = {"list": [{"a": 1, "b": 2}]}
    action = {"type": "DROP_PROPERTIES", "fields": {"list.0": ["a"]}}

    [theirs] = ask([{"ask": "transform", "event": event, "steps": [step(action)]}])

    assert apply_filters([compile_filter("all", [action])], event, lambda: 0.5) == event
    assert theirs == {"list": [{"b": 2}]}


def test_sampling_by_a_field_keeps_the_share_where_the_engine_keeps_everything(ask: Ask) -> None:
    """Its arithmetic goes wrong three times over: it reads hexadecimal text as bytes, shifts by the complement, and its
    ldexp gives 0 on current packages. When this fails, compare the arithmetic of what they have mended."""
    action = {"type": "SAMPLE", "percent": 0.25, "path": "userId"}
    events = [{"userId": f"user-{number}"} for number in range(2000)]

    theirs = ask([{"ask": "transform", "event": event, "steps": [step(action)]} for event in events])

    sampling = compile_filter("all", [action])
    kept = [event for event in events if apply_filters([sampling], event, lambda: 0.5) is not None]
    assert 440 < len(kept) < 560
    assert None not in theirs
