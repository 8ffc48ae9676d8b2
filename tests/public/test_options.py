"""The constructor's options have types, and the types are those of the options that there are."""

from __future__ import annotations

import pytest

from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit
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
