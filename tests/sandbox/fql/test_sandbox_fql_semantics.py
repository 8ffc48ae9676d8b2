"""What a condition comes to, one table per part of the language."""

from __future__ import annotations

from typing import Any

import pytest

from segment_toolkit.sandbox.fql import EvaluationFault, compile_fql

EVENT: dict[str, Any] = {
    "type": "track",
    "event": "Button Clicked",
    "t": True,
    "f": False,
    "nil": None,
    "n": 5,
    "x": 2.5,
    "text": "some text",
    "list": ["a", 1, None, True],
    "same": ["a", 1.0, None, True],
    "object": {"a": 1, "b": [1]},
    "turned": {"b": [1], "a": 1},
    "lists": [["a"]],
    "katakana": "ア",
    "context": {"library": {"name": "analytics.js", "version": "1.10.0"}, "product 1": {"price": "19.99"}, "a.b": 1},
}

HOLD = {
    "comparison": [
        "event = 'Button Clicked'",
        "'track' = type",
        "type != 'Track'",
        "n = 5.0",
        "n != '5'",
        "nil = null",
        "missing = null",
        "missing = nil",
        "missing.deeper = null",
        "text.deeper = null",
        "missing != 'x'",
        "t != 1",
        "1 = 1",
        "list = same",
        "['a', 1] != list",
        "['a', 1, null, true] = list",
        "object != turned",
        "object = object",
        "object != list",
    ],
    "order": ["n > 4", "n >= 5", "x < 3", "x <= 2.5", "-1 < +1", "length(text) > x"],
    "membership": [
        "'a' in list",
        "1 in list",
        "null in list",
        "missing in [null]",
        "true in [true]",
        "n in [1, 5]",
        "'track' in [event, type]",
        "lowercase('A') in list",
        "!(1 in [true])",
        "!(true in [1])",
        "!('a' in missing)",
        "!('a' in nil)",
        "!(object in [1])",
        "!(list in lists)",
    ],
    "truth": [
        "t",
        "true",
        "!f",
        "!missing",
        "!n",
        "!text",
        "!(t and missing)",
        "missing or t",
        "!(nil or f)",
        "t and t and t",
        "f or f or t",
        "!(n and t)",
        "contains(text, 'some') or n",
        "all",
        " all\n",
    ],
    "paths": [
        "context.library.name = 'analytics.js'",
        "context.product\\ 1.price = '19.99'",
        "context.a\\.b = 1",
        "list.\\0 = null",
        "text.length = null",
    ],
    "functions": [
        "contains(text, '')",
        "contains('abc', 'b')",
        "!contains(text, 'SOME')",
        "!contains(missing, 'x')",
        "!contains(n, '5')",
        "!contains(list, 'a')",
        "length(list) = 4",
        "length(text) = 9",
        "length(katakana) = 3",
        "length(missing) = 0",
        "length(nil) < 1",
        "!(length(n) = 0 or length(n) > 0 or length(object) < 9)",
        "length(n) != length(n)",
        "lowercase(event) = 'button clicked'",
        "uppercase(type) = 'TRACK'",
        "snakecase(text) = 'some_text'",
        "kebabcase(text) = 'some-text'",
        "titlecase('test string, iOS') = 'Test String, IOS'",
        "lowercase(missing) = null",
        "lowercase(n) = null",
        "typeof(text) = 'string'",
        "typeof(x) = 'number'",
        "typeof(list) = 'list'",
        "typeof(f) = 'bool'",
        "typeof(missing) = 'null'",
        "typeof(object) = 'object'",
        "bool(n)",
        "bool('yes')",
        "!bool('false')",
        "!bool(missing)",
        "string(n) = '5'",
        "string(x) = '2.5'",
        "string(5.0) = '5'",
        "string(t) = 'true'",
        "string(missing) = ''",
        "string(lists) = '[[\"a\"]]'",
        "number('2.50') = x",
        "number(n) = 5",
        "number('five') = null",
        "number(missing) = null",
        "semver(context.library.version, '>', '1.9')",
        "semver('2', '=', '2.0.0')",
        "!semver('x', '=', 'x')",
    ],
    "match": [
        "match('abcd', 'a*d')",
        "match('', '*')",
        "!match('abc', 'ab')",
        "match('abcd', 'a??d')",
        "match('ab*d', 'ab\\*d')",
        "!match('abxd', 'ab\\*d')",
        "match('abCd', 'ab[cC]d')",
        "!match('abcd', 'ab[A-Z]d')",
        "match('abcd', 'ab[^A-Z]d')",
        "match('a/b/c', 'a*c')",
        "!match('Abc', 'a*')",
        "match('abab', '*ab')",
        "match(katakana, '?')",
        "!match('a', '[a')",
        "!match('a', '[]')",
        "!match('^', '[^]')",
        "!match('b', '[c-a]')",
        "match('b', '[^c-a]')",
        "match('a-b', 'a[\\-]b')",
        "!match(missing, '*')",
        "!match(n, '*')",
        "!match(text, n)",
        "match(text, text)",
    ],
}


@pytest.mark.parametrize("text", [pytest.param(text, id=f"{part}: {text}") for part in HOLD for text in HOLD[part]])
def test_a_condition_holds(text: str) -> None:
    assert compile_fql(text)(EVENT) is True


@pytest.mark.parametrize(
    "text",
    [
        "event = 'button clicked'",
        "n = '5'",
        "n > '4'",
        "'b' > 'a'",
        "missing > -1",
        "missing < 1",
        "t >= 0",
        "n",
        "text",
        "null",
        "'true'",
        "1",
        "list",
        "length(list)",
        "lowercase(text)",
        "[true]",
        "object in list",
        "t and missing",
        "nil or missing",
    ],
)
def test_a_condition_does_not_hold(text: str) -> None:
    assert compile_fql(text)(EVENT) is False


@pytest.mark.parametrize("text", ["'s' in text", "5 in n", "!('a' in object)", "true in t"])
def test_in_something_that_is_no_list_faults_and_so_does_not_hold(text: str) -> None:
    condition = compile_fql(text)

    assert condition(EVENT) is False
    with pytest.raises(EvaluationFault):
        condition.test(EVENT)


def test_what_is_decided_already_is_not_evaluated() -> None:
    assert compile_fql("t or 's' in text")(EVENT) is True
    assert compile_fql("f and 's' in text").test(EVENT) is False
    assert compile_fql("f or t or 's' in text")(EVENT) is True
    assert compile_fql("t and f and 's' in text").test(EVENT) is False


def test_a_pattern_that_a_condition_could_not_hold_matches_nothing() -> None:
    condition = compile_fql("match(text, pattern)")

    assert condition({"text": "x", "pattern": "*" * 5120}) is True
    assert condition({"text": "x", "pattern": "*" * 5121}) is False
