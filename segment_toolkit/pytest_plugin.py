"""pytest fixtures: a fresh local Segment for a test.

Registered as a plug-in of pytest by installing the package; nothing is imported before a test asks for a fixture.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .sandbox import Sandbox

_SANDBOX = pytest.StashKey["Sandbox"]()
_MOST_LINES = 20


@pytest.fixture
def segment_sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A local Segment of its own for each test, in process: give it to `SegmentToolkit.sandbox(segment_sandbox)`.

    `@pytest.mark.segment_sandbox(region="eu", ...)` passes arguments to `Sandbox`. When the test fails, its report
    shows the last requests and what was dropped.
    """
    from .sandbox import Sandbox

    marker = request.node.get_closest_marker("segment_sandbox")
    box = Sandbox(**(marker.kwargs if marker else {}))
    request.node.stash[_SANDBOX] = box
    yield box
    box.close()


@pytest.fixture
def segment_sandbox_url(segment_sandbox: Sandbox) -> Iterator[str]:
    """The base URL of `segment_sandbox`, served on a free loopback port; the Tracking API is below `/v1`."""
    from .sandbox.server import serving

    with serving(segment_sandbox) as url:
        yield url


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", "segment_sandbox(**arguments): how to make the sandbox of this test")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Add what the sandbox saw to the report of a test that failed."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]  # pluggy gives a result, not None
    box = item.stash.get(_SANDBOX, None)
    if report.when == "call" and report.failed and box is not None:
        report.sections.append(("segment sandbox", _account(box)))


def _account(box: Sandbox) -> str:
    """Say what happened, without headers and bodies: they hold keys."""
    dropped = [f"dropped: {item['reason']}" for item in box.dropped[-_MOST_LINES:]]
    return "\n".join([repr(box), *map(repr, box.requests[-_MOST_LINES:]), *dropped])
