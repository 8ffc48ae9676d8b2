"""What is FQL, what is not, and what the reader is told about it."""

from __future__ import annotations

import pytest

from segment_toolkit.sandbox.fql import InvalidFql, compile_fql
from segment_toolkit.sandbox.fql.parser import parse
from segment_toolkit.sandbox.fql.syntax import (
    Both,
    Call,
    Comparison,
    Either,
    Expression,
    ListOf,
    Literal,
    Not,
    Path,
)

A, B, C = Path(("a",)), Path(("b",)), Path(("c",))

READINGS: dict[str, tuple[str, Expression]] = {
    "a path": ("a.b-c_1.D", Path(("a", "b-c_1", "D"))),
    "a path with escapes": (r"a.product\ 1.x\.y.\é", Path(("a", "product 1", "x.y", "é"))),
    "a name that starts with a digit, after a dot": ("a.1st.-x", Path(("a", "1st", "-x"))),
    "a keyword as a field": ("properties.in.null", Path(("properties", "in", "null"))),
    "a keyword before a dot": ("null.or", Path(("null", "or"))),
    "an escaped keyword": (r"\true", Path(("true",))),
    "a name that starts like a keyword": ("order", Path(("order",))),
    "space around dots": ("a . b", Path(("a", "b"))),
    "a string in double quotes": ('"it\'s"', Literal("it's")),
    "a backslash in a string": (r"'ab\*d'", Literal(r"ab\*d")),
    "a whole number": ("a = 5", Comparison("=", A, Literal(5))),
    "a decimal number": ("a = -2.50", Comparison("=", A, Literal(-2.5))),
    "a number with a plus": ("a = +3", Comparison("=", A, Literal(3))),
    "constants": ("[true, false, null]", ListOf((Literal(True), Literal(False), Literal(None)))),
    "an empty list": ("a in []", Comparison("in", A, ListOf(()))),
    "a list of paths": ("a in [b, 'x']", Comparison("in", A, ListOf((B, Literal("x"))))),
    "a function": ("match(a, 'x*')", Call("match", (A, Literal("x*")))),
    "functions in functions": ("contains(lowercase(a), b)", Call("contains", (Call("lowercase", (A,)), B))),
    "no space": ("a!='x'and!b", Both((Comparison("!=", A, Literal("x")), Not(B)))),
    "lines": ("a\r\n\tand\nb", Both((A, B))),
    "and before or": ("a or b and c", Either((A, Both((B, C))))),
    "parentheses before and": ("(a or b) and c", Both((Either((A, B)), C))),
    "many of a kind": ("a and b and c", Both((A, B, C))),
    "not, of a whole comparison": ("!a = b", Not(Comparison("=", A, B))),
    "not twice": ("! !a", Not(Not(A))),
}


@pytest.mark.parametrize(("text", "tree"), READINGS.values(), ids=READINGS)
def test_a_condition_is_read_as(text: str, tree: Expression) -> None:
    assert parse(text) == tree


REFUSALS: dict[str, tuple[str, str]] = {
    "nothing": ("", "at character 1: found the end; expected a condition"),
    "only space": ("  ", "at character 3: found the end; expected a condition"),
    "half a comparison": ("a =", "at character 4: found the end; expected a path, a value, a list or a function"),
    "an operator too many": ("a == b", "at character 4: found '='; expected a path, a value, a list or a function"),
    "two names": ("a b", "at character 3: found the name 'b'; expected an operator, 'and', 'or' or the end"),
    "two comparisons in one": ("a = b = c", "at character 7: found '='; expected an operator, 'and', 'or' or the end"),
    "a comparison of a condition": (
        "(a) = b",
        "at character 5: found '='; expected an operator, 'and', 'or' or the end",
    ),
    "a missing condition": ("a and", "at character 6: found the end; expected a condition"),
    "an open parenthesis": ("(a", "at character 3: found the end; expected 'and', 'or' or ')'"),
    "a stray parenthesis": ("a)", "at character 2: found ')'; expected an operator, 'and', 'or' or the end"),
    "an open string": ('userId = oops"', 'at character 14: a string that does not end; expected a closing "'),
    "an open list": ("a in ['x'", "at character 10: found the end; expected ',' or ']'"),
    "a list without commas": ("a in [1 2]", "at character 9: found a number; expected ',' or ']'"),
    "a comma at the end": ("a in [1,]", "at character 9: found ']'; expected a value or a path"),
    "a function in a list": ("a in [bool(b)]", "at character 11: found '('; expected ',' or ']'"),
    "in something": (
        "a in 'x'",
        "at character 6: no list after 'in'; expected a list such as ['a', 'b'], or a path to one",
    ),
    "too few arguments": ("match(a)", "at character 1: match() has 1 argument; expected 2"),
    "too many arguments": ("length(a, b)", "at character 1: length() has 2 arguments; expected 1"),
    "a path that ends in a dot": (
        "a. = 1",
        "at character 4: no name after a dot; expected a name, such as 'properties' in context.properties",
    ),
    "a decimal point too many": (
        "a = 1.2.3",
        "at character 5: a malformed number; expected one like 5, -1 or 2.5, set apart from what follows",
    ),
    "a backslash at the end": (
        "a = b\\",
        "at character 6: a backslash at the end; expected the character that it escapes",
    ),
    "a character of no use": (
        "a & b",
        "at character 3: the character '&'; "
        "expected a name, a value, an operator or a parenthesis; in a name, escape it with \\",
    ),
    "a letter that needs an escape": (
        "été = 1",
        "at character 1: the character '\\xe9'; "
        "expected a name, a value, an operator or a parenthesis; in a name, escape it with \\",
    ),
    "too much": ("a = '" + "é" * 2560 + "'", "at character 1: the text is too long; expected at most 5,120 bytes"),
    "too deep": (
        "(" * 51 + "a" + ")" * 51,
        "at character 51: too many levels; expected at most 50 of parentheses, '!' and functions",
    ),
}


@pytest.mark.parametrize(("text", "message"), REFUSALS.values(), ids=REFUSALS)
def test_what_is_not_a_condition_is_refused_with_the_place_and_what_was_expected(text: str, message: str) -> None:
    with pytest.raises(InvalidFql) as refusal:
        compile_fql(text)

    assert str(refusal.value) == message


def test_an_unknown_function_is_refused_with_the_functions_there_are() -> None:
    with pytest.raises(InvalidFql, match=r"^at character 5: there is no function 'size'; .* contains, match, length"):
        compile_fql("1 < size(a)")


def test_what_stands_in_a_string_is_not_told() -> None:
    with pytest.raises(InvalidFql) as refusal:
        compile_fql("a = 'x' 'somebody@example.com'")

    assert "somebody" not in str(refusal.value)


def test_a_text_of_the_full_length_is_taken() -> None:
    text = "a = '" + "x" * (5120 - 6) + "'"

    assert compile_fql(text)({"a": "x" * (5120 - 6)})
