"""A receiver of webhooks and a courier that knows its address."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from delivery_world import Office, Receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver().listening() as server:
        yield server


@pytest.fixture
def office(tmp_path: Path, receiver: Receiver) -> Iterator[Office]:
    """A courier without a thread, and the destination `d1` at the receiver's address."""
    made = Office(tmp_path / "queue.db", {"d1": {"url": receiver.url}})
    yield made
    made.close()


@pytest.fixture
def busy_office(tmp_path: Path, receiver: Receiver) -> Iterator[Office]:
    """The same with a thread."""
    made = Office(tmp_path / "queue.db", {"d1": {"url": receiver.url}}, in_background=True)
    yield made
    made.close()
