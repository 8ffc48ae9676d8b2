"""The constructor's options have types, and the types are those of the options that there are."""

from __future__ import annotations

from typing import Any

import pytest

from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit
from segment_toolkit.options import INERT, Options
from segment_toolkit.parts import _OPTIONS
from segment_toolkit.providers import AnthropicProvider

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


@pytest.mark.parametrize(
    ("provider", "says"),
    [
        pytest.param(AnthropicProvider, r"the class .*AnthropicProvider; give one of", id="a class"),
        pytest.param("anthropic", r"of the class builtins\.str", id="a name"),
        pytest.param(object(), r"of the class builtins\.object", id="anything else"),
    ],
)
@pytest.mark.parametrize("make", [SegmentToolkit, AsyncSegmentToolkit.sandbox], ids=["sync", "async"])
def test_what_is_no_provider_is_refused_where_it_is_given(make: Any, provider: Any, says: str) -> None:
    with pytest.raises(TypeError, match=says):
        make(provider=provider)
