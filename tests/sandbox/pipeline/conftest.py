"""A world with a stopped clock for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.pipeline.pipeline_world import World
from tests.sandbox.pipeline.pipeline_world import world as new_world


@pytest.fixture
def world() -> Iterator[World]:
    with new_world() as found:
        yield found
