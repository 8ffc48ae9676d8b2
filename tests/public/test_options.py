"""The constructor's options have types, and the types are those of the options that there are."""

from __future__ import annotations

import re
from typing import Any

import pytest

from segment_toolkit import AsyncSegmentToolkit, OpenAIProvider, SegmentToolkit
from segment_toolkit.exceptions import InvalidParams
from segment_toolkit.options import INERT, Options
from segment_toolkit.parts import _OPTIONS

BY_NAME = {"provider", "http_client", "transport"}


def test_every_option_has_a_type_and_every_type_an_option() -> None:
    typed = set(Options.__annotations__)

    assert typed | BY_NAME == set(_OPTIONS) | {"max_retries"}
    assert typed & INERT <= {"max_retries"}


@pytest.mark.parametrize("toolkit", [SegmentToolkit, AsyncSegmentToolkit])
@pytest.mark.parametrize("name", sorted(Options.__annotations__))
def test_none_is_the_default_of_every_option(toolkit: type, name: str) -> None:
    made = toolkit(**{name: None})

    assert repr(made) == repr(toolkit())


@pytest.mark.parametrize("toolkit", [SegmentToolkit, AsyncSegmentToolkit])
@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"timeout": "10"}, "timeout must be a number"),
        ({"timeout": -1}, "timeout must be a number"),
        ({"timeout": float("nan")}, "timeout must be a number"),
        ({"concurrency": "8"}, "concurrency must be a whole number"),
        ({"observers": print}, "observers must be a list"),
        ({"provider": "anthropic"}, "such as AnthropicProvider()"),
        ({"provider": OpenAIProvider}, "such as AnthropicProvider()"),
    ],
    ids=str,
)
def test_a_wrong_option_is_refused_where_it_is_given(toolkit: type, options: dict[str, Any], says: str) -> None:
    with pytest.raises((TypeError, InvalidParams), match=re.escape(says)):
        toolkit(**options)
