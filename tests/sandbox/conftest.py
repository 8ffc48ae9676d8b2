"""A sandbox with a stopped clock, and a client for each of its APIs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from segment_toolkit.sandbox import Sandbox, StoppedClock


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock(datetime(2026, 3, 18, 10, 30, tzinfo=UTC))


@pytest.fixture
def box(clock: StoppedClock) -> Sandbox:
    return Sandbox(clock=clock)


@pytest.fixture
def public(box: Sandbox) -> Iterator[httpx.Client]:
    """A client of the Public API that has the token."""
    headers = {"authorization": f"Bearer {box.token}"}
    with httpx.Client(transport=box.transport(), base_url="https://api.segmentapis.com", headers=headers) as client:
        yield client


@pytest.fixture
def tracking(box: Sandbox) -> Iterator[httpx.Client]:
    """A client of the Tracking API; the write key is up to each body."""
    with httpx.Client(transport=box.transport(), base_url="https://api.segment.io/v1") as client:
        yield client


@pytest.fixture
def web(box: Sandbox) -> str:
    """The id of the default source."""
    return box.sources["shop-web"]
