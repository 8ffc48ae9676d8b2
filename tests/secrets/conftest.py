"""A listener to everything that is logged."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests.secrets.exits import Log


@pytest.fixture
def log() -> Iterator[Log]:
    handler, root = Log(), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.setLevel(before)
    root.removeHandler(handler)
