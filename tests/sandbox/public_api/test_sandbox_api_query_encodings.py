"""Arrays and objects in a query, in every encoding of the official clients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_toolkit.sandbox.public_api.call import Call
from segment_toolkit.sandbox.public_api.errors import ApiError


def call_of(*pairs: tuple[str, str]) -> Call:
    return Call({}, urlencode(pairs, errors="replace"), {}, b"")


@pytest.mark.parametrize(
    "pairs",
    [
        [("groupBy", "a"), ("groupBy", "b")],
        [("groupBy.0", "a"), ("groupBy.1", "b")],
        [("groupBy[0]", "a"), ("groupBy[1]", "b")],
        [("groupBy.1", "b"), ("groupBy.0", "a")],
        [("groupBy[]", "a"), ("groupBy[]", "b")],
        [("groupBy", '["a", "b"]')],
        [("groupBy", "a,b")],
    ],
    ids=["repeated", "dotted", "bracketed", "out of order", "empty brackets", "json", "commas"],
)
def test_an_array_is_read(pairs: list[tuple[str, str]]) -> None:
    assert call_of(*pairs, ("groupByNot", "c")).array_argument("groupBy", commas=True) == ["a", "b"]


def test_a_comma_belongs_to_an_item_unless_told_otherwise() -> None:
    assert call_of(("eventName", "a,b")).array_argument("eventName") == ["a,b"]


def test_an_array_of_other_things_than_text_is_refused() -> None:
    with pytest.raises(ApiError):
        call_of(("eventName", "[1]")).array_argument("eventName")


@pytest.mark.parametrize(
    "pairs",
    [
        [("filter.eventName.0", "a"), ("filter.eventName.1", "b"), ("filter.count", "1")],
        [("filter[eventName][0]", "a"), ("filter[eventName][1]", "b"), ("filter[count]", "1")],
        [("filter[eventName][]", "a"), ("filter[eventName][]", "b"), ("filter[count]", "1")],
        [("filter.eventName", "a"), ("filter.eventName", "b"), ("filter.count", "1")],
        [("filter", '{"eventName": ["a", "b"], "count": "1"}')],
    ],
    ids=["dotted", "bracketed", "empty brackets", "repeated", "json"],
)
def test_an_object_with_an_array_in_it_is_read(pairs: list[tuple[str, str]]) -> None:
    assert call_of(*pairs).object_argument("filter") == {"eventName": ["a", "b"], "count": "1"}


PYTHON = [
    {"key": "It's", "version": 1},
    {"key": 'say "hi"', "version": 1.5},
    {"key": "both ' and \"", "none": None},
    {"key": "back\\slash \n\t\r", "yes": True, "no": False},
    {"key": "\x07\xad\u2028\U000e0001", "version": -1},
    {"key": "None True False {'a': 1}"},
]


@pytest.mark.parametrize("document", PYTHON, ids=repr)
def test_an_object_is_read_as_python_prints_it(document: dict[str, Any]) -> None:
    assert call_of(("rules", str(document))).objects_argument("rules") == [document]


@given(
    st.dictionaries(
        st.text(max_size=5), st.text() | st.none() | st.booleans() | st.integers(-(2**53), 2**53), min_size=1
    )
)
def test_any_flat_object_is_read_as_python_prints_it(document: dict[str, Any]) -> None:
    assert call_of(("rules", str(document))).objects_argument("rules") == [document]


names = st.sampled_from(["a", "a.0", "a[0]", "a.b", "a[b]", "a.0.b", "a[0][b]", "a[", "a.", "a..b", "a[]", "a[][]"])
values = st.text(max_size=10) | st.sampled_from(["[", "{", "{}", "[{}]", "{'a': 1}", "{'", '["x"]', "[" * 5000])


def outcome(read: Callable[[str], Any]) -> str | int:
    try:
        found = read("a")
    except ApiError as error:
        return error.status
    return "absent" if found is None else "read"


@given(st.lists(st.tuples(names, values), max_size=6))
def test_any_query_is_read_or_refused(pairs: list[tuple[str, str]]) -> None:
    call = call_of(*pairs)

    for read in (call.array_argument, call.object_argument, call.objects_argument):
        assert outcome(read) in ("read", "absent", 422)
