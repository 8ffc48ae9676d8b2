"""A local Segment, a clock that waits for nothing, and a toolkit on both."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from segment_toolkit import Reliability, SegmentToolkit
from segment_toolkit.sandbox import Sandbox
from tests.clocks import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def toolkit(box: Sandbox, clock: FakeClock) -> Iterator[SegmentToolkit]:
    """A toolkit that tries again, and waits on `clock`."""
    with SegmentToolkit.sandbox(box, reliability=Reliability(clock=clock)) as made:
        yield made
