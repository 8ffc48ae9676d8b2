"""What every test may ask for: a fresh local Segment, and a toolkit on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from segment_toolkit import SegmentToolkit
from segment_toolkit.sandbox import Sandbox


@pytest.fixture
def box() -> Sandbox:
    """A seeded local Segment."""
    return Sandbox()


@pytest.fixture
def toolkit(box: Sandbox) -> Iterator[SegmentToolkit]:
    """A toolkit on `box`, in process."""
    with SegmentToolkit.sandbox(box) as made:
        yield made
