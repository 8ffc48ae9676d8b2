"""What every test may ask for: a fresh local Segment, and a toolkit on it."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from segment_toolkit import SegmentToolkit
from segment_toolkit.sandbox import Sandbox


def pytest_configure() -> None:
    """Let Ctrl+C reach what the tests start, as at a terminal.

    A shell starts what it puts into the background with SIGINT ignored, and every process below inherits that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def box() -> Sandbox:
    """A seeded local Segment."""
    return Sandbox()


@pytest.fixture
def toolkit(box: Sandbox) -> Iterator[SegmentToolkit]:
    """A toolkit on `box`, in process."""
    with SegmentToolkit.sandbox(box) as made:
        yield made
