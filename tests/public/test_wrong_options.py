"""A number or a list that cannot be right is refused by the constructor, not out of the first call."""

from __future__ import annotations

import re
from typing import Any

import pytest

from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit
from segment_toolkit.exceptions import InvalidParams


@pytest.mark.parametrize("toolkit", [SegmentToolkit, AsyncSegmentToolkit])
@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"timeout": "10"}, "timeout must be a number"),
        ({"timeout": -1}, "timeout must be a number"),
        ({"timeout": float("nan")}, "timeout must be a number"),
        ({"concurrency": "8"}, "concurrency must be a whole number"),
        ({"observers": print}, "observers must be a list"),
    ],
    ids=str,
)
def test_a_wrong_option_is_refused_where_it_is_given(toolkit: type, options: dict[str, Any], says: str) -> None:
    with pytest.raises((TypeError, InvalidParams), match=re.escape(says)):
        toolkit(**options)
