"""Laws of FQL and filters, for any event and any text."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segment_toolkit.sandbox.fql import Condition, InvalidFql, compile_fql
from segment_toolkit.sandbox.fql.functions import ARITY
from segment_toolkit.sandbox.fql.glob import compile_glob
from segment_toolkit.sandbox.pipeline.filters import apply_filters, check_actions, compile_filter

NAMES = ["a", "b", "properties", "0", "", "\ud800", "__class__"]
_TEXT = st.text(st.characters(codec=None), max_size=6)  # lone surrogates included
_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXT
    | st.just(10**4000)
)
VALUES = st.recursive(
    _SCALARS,
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.sampled_from(NAMES) | _TEXT, children),
    max_leaves=12,
)
EVENTS = st.dictionaries(st.sampled_from(NAMES), VALUES)

CONDITIONS = [
    *[f"{left} {sign} {right}" for left in ("a", "a.b", "[a]") for sign in ("=", "!=", "<", ">=") for right in "b1"],
    *["a in b", "a in [b, null, 1, 'x']", "a in [1]", "!a", "a and b or properties"],
    *[f"{name}({', '.join(['a', 'b', 'properties'][:arity])}) = properties.a" for name, arity in ARITY.items()],
    *[f"{name}({name}(a)) != b" for name, arity in ARITY.items() if arity == 1],
    "match(a, '[^x]?*\\\\*')",
]
COMPILED = [compile_fql(text) for text in CONDITIONS]


def compiled_or_refused(text: str) -> Condition | InvalidFql:
    try:
        return compile_fql(text)
    except InvalidFql as refusal:
        return refusal


def deep(levels: int) -> Any:
    value: Any = 1
    for level in range(levels):
        value = [value] if level % 2 else {"a": value}
    return value


@settings(deadline=None)
@given(event=EVENTS)
def test_no_event_makes_a_condition_raise(event: dict[str, Any]) -> None:
    verdicts = [condition(event) for condition in COMPILED]

    assert {True, False}.issuperset(verdicts)


@pytest.mark.parametrize("condition", COMPILED, ids=lambda condition: condition.text)
def test_no_depth_makes_a_condition_raise(condition: Condition) -> None:
    event = {"a": deep(200), "b": deep(200), "properties": deep(200)}

    assert condition(event) in (True, False)


@settings(deadline=None)
@given(text=_TEXT | st.text("ab. =!<>()[],'\"\\1-+andorinul*", max_size=30))
def test_any_text_compiles_or_is_refused_at_one_of_its_characters(text: str) -> None:
    outcome = compiled_or_refused(text)

    if isinstance(outcome, InvalidFql):
        assert 1 <= outcome.at <= len(text) + 1
    else:
        assert outcome({}) in (True, False)


@pytest.mark.parametrize("piece", ["(", "!", "[", "length(", "a and ", "a or ", "'", "a.", "a,", "\ud800"])
def test_no_repetition_makes_reading_raise_anything_else(piece: str) -> None:
    with pytest.raises(InvalidFql):
        compile_fql(piece * (5000 // len(piece)))


def test_the_deepest_condition_there_can_be_is_evaluated() -> None:
    condition = compile_fql("(a and b or " * 25 + "!(" * 12 + "a" + ")" * 12 + ")" * 25)

    assert condition({"a": True, "b": False}) is True


@settings(deadline=None)
@given(pattern=st.text("ab*?[]^-\\", max_size=12), text=st.text("ab*[", max_size=12))
def test_a_glob_agrees_with_a_definition_by_cases(pattern: str, text: str) -> None:
    matched = compile_glob(pattern)(text)

    if not set(pattern) & set("[\\"):
        assert matched is _by_cases(pattern, text)


def _by_cases(pattern: str, text: str) -> bool:
    """A glob of `*`, `?` and plain characters, as one would define it."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(_by_cases(pattern[1:], text[start:]) for start in range(len(text) + 1))
    return bool(text) and pattern[0] in ("?", text[0]) and _by_cases(pattern[1:], text[1:])


_FIELDS = st.dictionaries(
    st.sampled_from(["", "a", "a.b", "properties", "a.0"]), st.lists(st.sampled_from(NAMES), max_size=3), max_size=3
)
_STRIPPING = st.fixed_dictionaries(
    {"type": st.sampled_from(["DROP_PROPERTIES", "ALLOW_PROPERTIES"]), "fields": _FIELDS}
)
_SAMPLING = st.fixed_dictionaries(
    {"type": st.just("SAMPLE"), "percent": st.floats(0, 1), "path": st.sampled_from(["", "a", "a.b"])}
)
_ACTIONS = st.lists(_STRIPPING | _SAMPLING | st.just({"type": "DROP"}), max_size=3)


@settings(deadline=None)
@given(event=EVENTS, actions=_ACTIONS, chance=st.floats(0, 1, exclude_max=True))
def test_a_filter_never_raises_nor_changes_its_input(
    event: dict[str, Any], actions: list[dict[str, Any]], chance: float
) -> None:
    before = copy.deepcopy(event)

    left = apply_filters([compile_filter("all", actions)], event, lambda: chance)

    assert event == before
    assert left is None or left is event or left.keys() <= event.keys()


@settings(deadline=None)
@given(event=EVENTS, actions=_ACTIONS)
def test_stripping_twice_is_stripping_once(event: dict[str, Any], actions: list[dict[str, Any]]) -> None:
    stripping = [compile_filter("all", [action for action in actions if "fields" in action])]

    once = apply_filters(stripping, event, lambda: 0.5)

    assert once is not None
    assert apply_filters(stripping, copy.copy(once), lambda: 0.5) == once


@settings(deadline=None)
@given(condition=_TEXT, actions=st.lists(VALUES, max_size=3))
def test_any_stored_filter_compiles_and_one_with_bad_actions_drops_everything(condition: str, actions: Any) -> None:
    compiled = compile_filter(condition, actions)

    if check_actions(actions) is not None:
        assert apply_filters([compiled], {}, lambda: 0.0) is None
    assert compiled.actions == () or compiled.condition is not None
