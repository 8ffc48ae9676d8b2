"""What every test may ask for: a fresh local Segment, and a toolkit on it."""

from __future__ import annotations

import gc
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


@pytest.fixture(autouse=True)
def collected_between_tests(request: pytest.FixtureRequest) -> Iterator[None]:
    """Where a test is about deep documents, finalize nothing at their bottom: no stack is left for it."""
    if not any(word in request.node.nodeid for word in ("hostile", "fuzz", "deep", "nest")):
        yield
        return
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def box() -> Sandbox:
    """A seeded local Segment."""
    return Sandbox()


@pytest.fixture
def toolkit(box: Sandbox) -> Iterator[SegmentToolkit]:
    """A toolkit on `box`, in process."""
    with SegmentToolkit.sandbox(box) as made:
        yield made
